"""Format the medians of all rounds as a table: the peer's figure, ours, and the ratio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

OURS = "parley"
# A generator that is busier than this share may limit the result.
FULL = 0.95


@dataclass
class Measure:
    """One measurement: its results by server, one per round. `better` is "more" or "less"."""

    name: str
    title: str
    figure: Callable[[dict[str, Any]], float | None]
    form: str = "{:,.0f}"
    better: str = "more"
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def figures(self, server: str) -> list[float]:
        figures = (self.figure(result) for result in self.found.get(server, []))
        return [figure for figure in figures if figure is not None]

    def value(self, server: str) -> float | None:
        figures = self.figures(server)
        return median(figures) if figures else None

    def ratio(self, server: str) -> float | None:
        """Return how many times better ours is than the figure of `server`."""
        ours, theirs = self.value(OURS), self.value(server)
        if not ours or not theirs:
            return None
        return ours / theirs if self.better == "more" else theirs / ours

    def limited_by_generator(self, server: str) -> bool:
        best = [result["best"] for result in self.found.get(server, []) if result.get("best")]
        return bool(best) and median(step["generator_busy"] for step in best) > FULL

    def cpu(self, server: str) -> float | None:
        """Return the server's CPU per delivery at its best rate, in microseconds. A busy machine changes it least."""
        best = [result["best"] for result in self.found.get(server, []) if result.get("best")]
        return median(step["server_busy"] / step["deliveries"] for step in best) * 1e6 if best else None

    def shown(self, server: str) -> str:
        value = self.value(server)
        if value is None:
            return "failed" if server in self.failed else "-"
        return (">=" if self.limited_by_generator(server) else "") + self.form.format(value)


def rows(measures: Iterable[Measure], labels: dict[str, str]) -> list[str]:
    """Return the lines of the report: for each measurement the servers with figure, ours, ratio, CPU and rounds."""
    lines: list[str] = []
    for measure in measures:
        servers = [name for name in labels if name in measure.found or name in measure.failed]
        if not servers:
            continue
        table = [(measure.title, "figure", "ours", "ratio", "us CPU each", "rounds")]
        for name in servers:
            ratio, figures, cpu = measure.ratio(name), measure.figures(name), measure.cpu(name)
            table.append(
                (
                    labels[name],
                    measure.shown(name),
                    measure.shown(OURS) if name != OURS else "",
                    f"{ratio:.2f}" if ratio is not None and name != OURS else "",
                    f"{cpu:.1f}" if cpu else "",
                    " ".join(measure.form.format(figure) for figure in figures) if len(figures) > 1 else "",
                )
            )
        lines += [*aligned(table), ""]
    return lines


def aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in table
    ]


def faults(measures: Iterable[Measure], labels: dict[str, str]) -> list[str]:
    """Return a sentence for each server that lost, duplicated, reordered or refused messages, or could not be measured."""
    lines = []
    for measure in measures:
        for name, results in measure.found.items():
            said = {
                word: sum(int(result.get(word, 0)) for result in results)
                for word in ("lost", "doubled", "disordered", "refused", "closed", "faulty")
            }
            wrong = ", ".join(f"{count} {word}" for word, count in said.items() if count)
            if wrong:
                notes = [note for result in results for note in result.get("notes", [])]
                reason = f" ({notes[0]})" if notes else ""
                lines.append(f"{labels[name]}, {measure.title}: {wrong}{reason}")
        lines += [f"{labels[name]}, {measure.title}: {why}" for name, why in measure.failed.items()]
    return lines


def document(measures: Iterable[Measure]) -> dict[str, Any]:
    """Return figures, ratios and the results of every round, for JSON."""
    return {
        measure.name: {
            "title": measure.title,
            "better": measure.better,
            "failed": measure.failed,
            "servers": {
                name: {"figure": measure.value(name), "ratio": measure.ratio(name), "rounds": results}
                for name, results in measure.found.items()
            },
        }
        for measure in measures
    }
