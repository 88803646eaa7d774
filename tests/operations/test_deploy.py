"""The samples of deploy/ and the pages for operators name only what there is, and figures are those of the script."""

from __future__ import annotations

import asyncio
import json
import re
from configparser import ConfigParser
from pathlib import Path

import httpx
import pytest
import yaml

from benchmarks import sizing
from portal.cli.entry import parser
from portal.settings import Settings
from realtime.hub import hub
from tests.chaos.talk import opened
from tests.operations.conftest import Installation

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text()
SIZING = (ROOT / "docs" / "SIZING.md").read_text()
RELIABILITY = (ROOT / "docs" / "RELIABILITY.md").read_text()
SAMPLES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".pyc")
UNITS = sorted((DEPLOY / "systemd").iterdir())
# Words of Prometheus and of the samples themselves.
_METRIC = re.compile(r"\b(?:parley|process)_[a-z_]*[a-z]")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_setting_of_a_sample_is_one(path: Path) -> None:
    known = {f"PORTAL_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bPORTAL_[A-Z_]+\b", path.read_text())) <= known


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists_and_gives_it_time_to_end(path: Path) -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(path)
    service = unit["Service"]
    arguments = service["ExecStart"].replace("%i", "8001").split()[1:]
    assert callable(parser().parse_args(arguments).run)
    assert int(service["TimeoutStopSec"]) > 10
    assert service["Type"] == "notify"


def test_the_containers_run_commands_that_exist() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ours = {name: service for name, service in services.items() if service["image"].startswith("parley")}
    assert set(ours) == {"migrate", "one", "two", "worker"}
    for service in ours.values():
        assert callable(parser().parse_args(service["command"]).run)
        # What Caddy forwards is believed, and nobody else.
        trusted = service["environment"]["PORTAL_TRUSTED_PROXIES"]
        assert trusted == services["caddy"]["networks"]["inside"]["ipv4_address"]


def test_commands_and_files_of_the_operators_page_exist() -> None:
    for command in re.findall(r"^ {4}(?:\S*/)?portal ([^#\n]*?)(?: {2,}|$)", OPERATIONS, re.MULTILINE):
        for each in re.split(r" && portal ", command):
            assert callable(parser().parse_args(each.replace("$(date +%F)", "today").split()).run), each
    for document in (OPERATIONS, SIZING):
        for link in re.findall(r"\]\(([^)#]+)", document):
            assert (ROOT / "docs" / link).exists(), link


def test_every_trial_that_the_page_of_failures_names_is_there() -> None:
    named = set(re.findall(r"`((?:\w+/)?test_\w+\.py)`", RELIABILITY))
    assert len(named) > 15
    assert {name for name in named if not list((ROOT / "tests").rglob(name))} == set()
    # What `make chaos` is asked to choose is there to be chosen.
    trials = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for chosen in re.findall(r'ARGS="-k (?:\'([^\']+)\'|(\w+))"', RELIABILITY):
        for word in re.split(r" or ", "".join(chosen)):
            assert re.search(rf"def test_\w*{word}", trials) or list(
                (ROOT / "tests").rglob(f"test_*{word}*.py")
            ), word


@pytest.mark.anyio
async def test_every_figure_that_is_shown_or_described_is_exposed(installation: Installation) -> None:
    table = installation.house.deal()
    async with opened(installation.tab(table, table.bea)) as (bea,):
        await bea.says("So that there is something to count")
    answer = await asyncio.to_thread(httpx.get, f"{installation.server.url}/metrics")
    exposed = set(re.findall(r"^(\w+)", answer.text, re.MULTILINE))
    shown = {
        name: set(_METRIC.findall((DEPLOY / name).read_text()))
        for name in ("grafana-dashboard.json", "parley-alerts.yml")
    }
    described = set(re.findall(r"`(parley_\w+)", OPERATIONS)) | {
        f"parley_outbox{rest}" for rest in re.findall(r"`(_\w+)`", OPERATIONS)
    }
    histograms = {name.removesuffix("_bucket") for name in exposed if name.endswith("_bucket")}
    for name, wanted in {
        **shown,
        "OPERATIONS.md": described,
        "SIZING.md": set(_METRIC.findall(SIZING)),
    }.items():
        assert len(wanted) > 2, name
        assert wanted - exposed - histograms == set(), name
    ours = {name for name in exposed if name.startswith("parley_")} - {
        f"{name}_{part}" for name in histograms for part in ("bucket", "count", "sum", "created")
    }
    assert {name for name in ours if not name.endswith("_created")} <= described, "not described"


def test_the_dashboard_is_one() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) >= 8
    assert all(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def test_the_figures_on_the_page_are_the_script_s() -> None:
    for paragraph in sizing.tables(sizing.MEASURED).split("\n\n"):
        assert paragraph in SIZING
    assert f"{1000 * sizing.MEASURED.message:g} ms" in SIZING
    assert f"{sizing.MOST_SOCKETS:,} open pages" in SIZING
    assert f"come by the poll, {hub.POLL:g} seconds late" in OPERATIONS


def test_more_load_needs_more_and_waits_longer() -> None:
    costs = sizing.MEASURED
    little, much = (sizing.size(sizing.Load(deals=deals), costs, 1) for deals in (100, 5_000))
    assert little.wait < much.wait < much.slow
    assert little.memory < much.memory
    assert sizing.size(sizing.Load(deals=5_000), costs, 4).wait < much.wait
    assert sizing.waiting([(1_000, costs.message)], 1.2) == float("inf")
    # One server that is never idle: who is served last waits for all the others.
    half, most = sizing.coming_back(10_000, costs)
    assert 10_000 * costs.opening * 0.45 < half < most < 10_000 * costs.opening + 2
