"""What operators see: /readyz names what is wrong, figures and log lines help, and none of it holds what is secret."""

from __future__ import annotations

import asyncio
import json
import re
from functools import partial
from typing import Any, NamedTuple

import httpx
import pytest

from portal.access import System
from portal.commands.people.new_token import new_token
from portal.settings import Settings
from portal.web.http import notices
from tests.chaos.open_page import WITHIN
from tests.chaos.tab import Tab
from tests.chaos.talk import opened
from tests.operations.conftest import Installation

pytestmark = pytest.mark.anyio
SAID = "Nobody but the table reads this sentence."
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
# Labels and what each may hold: nothing that a visitor chooses.
KNOWN = {
    "method": r"GET|HEAD|POST|OPTIONS|other",
    "route": r"none|/[\w./{}-]*",
    "status": r"\d{3}",
    "of": r"buyer|seller|inbox",
    "command": r"[a-z_.]+",
    "result": r"[a-z_]+",
    "le": r"[\d.]+|\+Inf",
}


class Usage(NamedTuple):
    total: int
    free: int


def ready(url: str) -> tuple[int, dict[str, Any]]:
    answer = httpx.get(f"{url}/readyz", timeout=WITHIN)
    return answer.status_code, answer.json()


async def test_figures_and_logs_tell_much_and_nothing_secret(installation: Installation) -> None:
    table = installation.house.deal()
    bea, rita = installation.tab(table, table.bea, server=0), installation.tab(table, table.rita, server=1)
    async with opened(bea, rita):
        await bea.says(SAID)
        await rita.reaches(table.rita.deal.position)
        assert (await bea.posts("decline", reason=SAID, revision="1")).status_code == 303
        link = f"{bea.url}/j/not-a-link-but-as-secret?csrf={bea.csrf}"
        await asyncio.to_thread(httpx.get, link, timeout=WITHIN)
        await asyncio.to_thread(httpx.request, "PROPFIND", f"{bea.url}/no-such-page", timeout=WITHIN)
        exposed = [await figures(tab) for tab in (bea, rita)]
    one, two = exposed
    assert 'parley_sockets{of="buyer"} 1.0' in one
    assert 'parley_sockets{of="seller"} 1.0' in two
    assert 'parley_commands_total{command="post_message",result="done"}' in one
    assert 'parley_answers_total{method="GET",route="/deals/{deal_id}",status="200"}' in one
    assert 'parley_answers_total{method="GET",route="/j/{token}",status="404"}' in one
    assert 'parley_answers_total{method="other",route="none",status="404"}' in one
    assert re.search(r'parley_commit_to_screen_seconds_bucket\{le="\+Inf"\} [1-9]', two)
    for name in ("outbox_waiting", "outbox_oldest_seconds", "doorbell_connected 1.0", "database_up 1.0"):
        assert f"parley_{name}" in two
    for name, value in (found for text in exposed for found in LABEL.findall(text)):
        assert re.fullmatch(KNOWN[name], value), f"{name} has the value {value!r}"
    assert not any('command="other"' in text for text in exposed), "a command that names itself to nobody"
    secrets = [*table.cookies.values(), bea.csrf, rita.csrf, "not-a-link-but-as-secret", SAID]
    private = [table.deal_id, table.bea.contact_id, table.bea.actor.id, "oakum", "Bea", "Rita"]
    for text in exposed:
        assert [word for word in (*secrets, *private) if word in text] == []
    assert [word for word in secrets if word in installation.logs()] == []


async def figures(tab: Tab) -> str:
    answer = await asyncio.to_thread(httpx.get, f"{tab.url}/metrics", timeout=WITHIN)
    assert answer.status_code == 200
    return answer.text


async def test_each_log_line_is_a_document_and_names_request_and_deal(installation: Installation) -> None:
    table = installation.house.deal()
    async with opened(installation.tab(table, table.bea)) as (bea,):
        answer = await bea.http.get(bea.path)
        # An answer is logged once it is sent: by the time the next one has come, the line is there.
        await bea.http.get(bea.path)
    number = answer.headers["x-request-id"]
    server = installation.server.output()
    lines = [json.loads(line) for line in server.splitlines() if line.startswith("{")]
    (request,) = [line for line in lines if line.get("request") == number]
    assert request["deal"] == table.deal_id
    assert {"timestamp", "level", "status", "ms", "client"} <= request.keys()
    closed = [line for line in lines if line["event"] == "socket closed" and line["deal"] == table.deal_id]
    assert all({"request", "party", "code", "seconds"} <= line.keys() for line in closed)
    others = [line for line in server.splitlines() if line and not line.startswith("{")]
    assert [line for line in others if not line.startswith("Parley is at")] == []


def test_a_token_shows_what_is_for_this_machine_alone(installation: Installation) -> None:
    url, token = installation.server.url, partial(new_token, actor=System("cli"), name="Prometheus")
    made = installation.database.write_now(token)
    elsewhere = {"X-Forwarded-For": "203.0.113.9"}
    for path, absent in (("/metrics", 404), ("/readyz", 200)):
        for authorization in ("", "Bearer guessed", f"Basic {made.token}"):
            answer = httpx.get(
                f"{url}{path}", headers={**elsewhere, "Authorization": authorization}, timeout=WITHIN
            )
            assert answer.status_code == absent
            assert "outbox" not in answer.text
        told = httpx.get(
            f"{url}{path}", headers={**elsewhere, "Authorization": f"Bearer {made.token}"}, timeout=WITHIN
        )
        assert told.status_code == 200
        assert "outbox" in told.text


def test_without_redis_it_is_ready_and_says_what_is_late(installation: Installation) -> None:
    url = installation.server.url
    installation.redis.stop()
    try:
        status, told = until(url, lambda told: told["doorbell"] != "ok")
        assert status == 200
        assert told["ready"] is True
        assert any("Redis does not answer" in notice for notice in told["notices"])
    finally:
        installation.redis.start()
    _, told = until(url, lambda told: told["doorbell"] == "ok")
    assert not any("Redis" in notice for notice in told["notices"])


def test_without_the_database_it_is_not_ready_and_comes_back(installation: Installation) -> None:
    url = installation.server.url
    installation.postgres.stop()
    try:
        status, told = ready(url)
        assert (status, told["ready"]) == (503, False)
        assert "not reachable" in told["database"]
        assert "parley_database_up 0.0" in httpx.get(f"{url}/metrics", timeout=WITHIN).text
        assert httpx.get(f"{url}/healthz", timeout=WITHIN).status_code == 200
    finally:
        installation.postgres.start()
    status, _ = until(url, lambda told: told["ready"])
    assert status == 200


def until(url: str, wanted: Any) -> tuple[int, dict[str, Any]]:
    while True:
        status, told = ready(url)
        if wanted(told):
            return status, told


def test_what_an_operator_should_know_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, installation: Installation
) -> None:
    configured: Settings = installation.server.settings
    _, parts = ready(installation.server.url)
    now = notices.datetime.fromisoformat(parts["polled_at"])
    assert "outbox" in parts
    assert parts["disk"]["files"]["free_bytes"] > 0
    monkeypatch.setattr(notices.shutil, "disk_usage", lambda place: Usage(total=100 << 30, free=3 << 30))
    ill = {
        **parts,
        "outbox": {"waiting": 4, "failed": 2, "oldest_seconds": 3_600},
        "disk": notices.disks(configured),
    }
    later = now.replace(year=now.year + 1)
    polled, waits, failed, disk = notices.about(ill, configured, later)
    assert "has not succeeded since" in polled
    assert "4 deliveries wait, one for 60 minutes" in waits
    assert "2 deliveries were given up" in failed
    assert "Only 3072 MiB are free" in disk
