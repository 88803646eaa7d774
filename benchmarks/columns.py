"""The measurements of the report, and the figure that each takes from a result."""

from __future__ import annotations

from typing import Any

from benchmarks.measures import BUSY, QUIET, Plan
from benchmarks.report import Measure


def columns(plan: Plan) -> list[Measure]:
    """Return each measurement with its title, its figure, and whether more or less is better."""
    sizes, under = plan.sizes, "deliveries a second, p99 under 250 ms"

    def sustained(result: dict[str, Any]) -> float | None:
        return float(result["best"]["deliveries"]) if result["best"] else None

    def grown(result: dict[str, Any]) -> float:
        return float(result["cpu_ms"][0] / result["cpu_ms"][1])

    def opened(result: dict[str, Any]) -> float:
        long, short = result["long"], result["short"]
        return float((long["cpu_ms"] / long["bytes"]) / (short["cpu_ms"] / short["bytes"]))

    long = f"{sizes.history:,} events and {sizes.long:,} lines"
    return [
        Measure("one", f"{sizes.one}: {under}", sustained),
        Measure("many", f"{sizes.many}: {under}", sustained),
        Measure(
            "quiet",
            f"{sizes.many}: p50 ms at {QUIET} messages a second",
            lambda r: r["step"]["p50"],
            "{:.2f}",
            "less",
        ),
        Measure(
            "busy",
            f"{sizes.many}: p99 ms at {BUSY} messages a second",
            lambda r: r["step"]["p99"],
            "{:.2f}",
            "less",
        ),
        Measure("memory", "KiB of memory an idle socket", lambda r: r["bytes"] / 1024, "{:.1f}", "less"),
        Measure(
            "soak",
            f"memory after {plan.soak_seconds / 60:.0f} minutes of {QUIET} messages a second (times that at a tenth)",
            lambda r: r["resident"][-1] / r["resident"][0],
            "{:.2f}",
            "less",
        ),
        Measure(
            "page",
            "the proposal page, 50 lines and 50 messages: requests a second",
            lambda r: r["per_second"],
        ),
        Measure(
            "growth_cpu", f"a message's cost with {long}, to a new deal's (times)", grown, "{:.2f}", "less"
        ),
        Measure(
            "opening",
            f"a byte's cost on a page of {sizes.long:,} lines, to one of 50 (times)",
            opened,
            "{:.2f}",
            "less",
        ),
    ]
