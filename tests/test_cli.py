"""The command line: each command, what it prints, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.access import new_id
from portal.cli import main
from portal.worlds import kestrel
from tests.quotes import current_quote, day_ahead, quote

PUBLIC = "https://deals.example.com"
Portal = Callable[..., "Result"]


class Result:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def document(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Portal:
    """`portal("deal", "list")` on an installation of the test's own, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path}/parley.db")
    monkeypatch.setenv("PORTAL_PUBLIC_URL", PUBLIC)

    def run(*arguments: str) -> Result:
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return Result(status, said.out, said.err)

    return run


@pytest.fixture
def installed(portal: Portal) -> Portal:
    assert portal("migrate").status == 0
    return portal


def written(path: Path, document: Any) -> str:
    path.write_text(json.dumps(document))
    return str(path)


def press_quote(tmp_path: Path, **changes: Any) -> str:
    return written(tmp_path / "quote.json", quote(valid_until=day_ahead().isoformat()) | changes)


def imported(portal: Portal, tmp_path: Path, *more: str, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = portal(
        "quote", "import", press_quote(tmp_path, **changes), *more, "--json"
    ).document
    return document


def test_wrong_usage_is_2_and_names_the_usage(portal: Portal) -> None:
    for arguments in ([], ["nonsense"], ["quote"], ["rep", "add", "x@example.com"], ["deal", "show"]):
        refused = portal(*arguments)
        assert refused.status == 2, arguments
        assert "usage: portal" in refused.err
    assert portal("quote", "check", "x.json", "--valid-until", "tomorrow").status == 2


def test_every_command_explains_itself(portal: Portal) -> None:
    helped = portal("--help")
    assert helped.status == 0
    for command in ("serve", "worker", "demo", "migrate", "doctor", "quote", "deal", "order", "handoff"):
        assert command in helped.out


def test_what_needs_a_schema_names_migrate(portal: Portal) -> None:
    for arguments in (("deal", "list"), ("rep", "link", "x@example.com"), ("order", "list", "--json")):
        refused = portal(*arguments)
        assert refused.status == 1
        assert refused.out == ""
        assert "portal migrate" in refused.err
    assert portal("migrate").status == 0
    assert "up to date" in portal("migrate").out
    assert portal("deal", "list").out == "No deals yet.\n"


def test_a_quote_becomes_a_deal_once(installed: Portal, tmp_path: Path) -> None:
    first = imported(installed, tmp_path)
    assert set(first) == {"deal", "number", "url", "warnings"}
    assert first["url"] == f"{PUBLIC}/deals/{first['deal']}"
    assert imported(installed, tmp_path) == first
    changed = press_quote(tmp_path, title="Three presses")
    refused = installed("quote", "import", changed, "--json")
    assert (refused.status, refused.out) == (1, "")
    assert "--requote" in refused.err
    again = installed("quote", "import", changed, "--requote", "--json").document
    assert again["deal"] == first["deal"]
    assert [deal["title"] for deal in installed("deal", "list", "--json").document["deals"]] == [
        "Three presses"
    ]


def test_a_quote_is_sent_with_its_contacts_and_more(installed: Portal, tmp_path: Path) -> None:
    last = day_ahead(60)
    more = ("--send", "--contact", "Ann Berg <ann@oakum.example>:viewer", "--valid-until", last.isoformat())
    deal = imported(installed, tmp_path, *more)["deal"]
    shown = installed("deal", "show", deal, "--json").document
    assert (shown["state"], shown["revision"]) == ("open", 1)
    assert shown["valid_until"].startswith((last + timedelta(days=1)).isoformat())
    people = {person["email"]: person["role"] for person in shown["contacts"]}
    assert people["ann@oakum.example"] == "viewer"
    assert people["sol@oakum.example"] == "signer"
    # Sent already: importing and sending once more changes nothing.
    assert imported(installed, tmp_path, *more)["deal"] == deal
    assert installed("deal", "show", deal, "--json").document["revision"] == 1


def test_a_quote_that_cannot_be_sent_leaves_no_deal(installed: Portal, tmp_path: Path) -> None:
    nobody = press_quote(tmp_path, buyer={"company": "Oakum Foods"})
    refused = installed("quote", "import", nobody, "--send", "--json")
    assert refused.status == 1
    assert "contact" in refused.err
    assert installed("deal", "list", "--json").document == {"deals": []}


def test_checking_tells_every_problem_with_its_place(portal: Portal, tmp_path: Path) -> None:
    document = current_quote(currency="EURO", title="")
    document["lines"][0]["quantity"] = "-2"
    path = written(tmp_path / "bad.json", document)
    refused = portal("quote", "check", path)
    assert refused.status == 1
    assert refused.out == ""
    lines = refused.err.splitlines()
    for place in ("/currency", "/title", "/lines/0/quantity"):
        assert any(line.startswith(f"{place}: ") for line in lines), refused.err
    as_json = portal("quote", "check", path, "--json")
    assert as_json.status == 1
    assert {problem["place"] for problem in json.loads(as_json.out)["problems"]} >= {"/currency", "/title"}
    good = portal("quote", "check", press_quote(tmp_path), "--json").document
    assert good["ok"] is True
    for missing in ("nothing.json", str(tmp_path)):
        assert portal("quote", "check", missing).err.startswith(f"{missing} could not be read")


def test_a_deal_is_found_by_id_number_and_external_id(installed: Portal, tmp_path: Path) -> None:
    made = imported(installed, tmp_path)
    for name in (made["deal"], made["number"], "CPQ-1001"):
        assert installed("deal", "show", name, "--json").document["deal"] == made["deal"]
    refused = installed("deal", "show", "nothing")
    assert refused.status == 1
    assert "portal deal list" in refused.err


def test_a_deal_is_sent_withdrawn_and_reopened(installed: Portal, tmp_path: Path) -> None:
    deal = imported(installed, tmp_path)["deal"]

    def state() -> tuple[str, int]:
        shown = installed("deal", "show", deal, "--json").document
        return shown["state"], shown["revision"]

    assert state() == ("draft", 0)
    assert installed("deal", "send", deal, "--json").document["revision"] == 1
    assert state() == ("open", 1)
    assert installed("deal", "withdraw", deal, "--reason", "Out of stock").status == 0
    assert state() == ("withdrawn", 1)
    refused = installed("deal", "send", deal)
    assert (refused.status, refused.out) == (1, "")
    assert "withdrawn" in refused.err
    assert installed("deal", "reopen", deal, "--valid-until", day_ahead(90).isoformat()).status == 0
    assert state() == ("open", 2)


def test_links_for_contacts_and_reps(installed: Portal, tmp_path: Path) -> None:
    made = imported(installed, tmp_path, "--send")
    link = installed("link", made["number"], "BEA@oakum.example", "--json").document
    assert set(link) == {"url"}
    assert link["url"].startswith(f"{PUBLIC}/j/")
    stranger = installed("link", made["deal"], "ravn@havn.example")
    assert stranger.status == 1
    assert made["number"] in stranger.err
    assert installed("rep", "link", "rita@kestrel.example").status == 1
    added = ("rep", "add", "rita@kestrel.example", "--name", "Rita Holm", "--role", "rep")
    assert installed(*added).status == 0
    url = installed("rep", "link", "rita@kestrel.example", "--json").document["url"]
    assert url.startswith(f"{PUBLIC}/desk/sign-in/")
    assert installed("rep", "link", "rita@kestrel.example").out.startswith(f"{PUBLIC}/desk/sign-in/")


def test_orders_are_listed_shown_and_exported(world: kestrel.World, portal: Portal, tmp_path: Path) -> None:
    listed = portal("order", "list", "--json").document
    (order,) = listed["orders"]
    assert {"number", "deal", "revision", "digest", "total", "currency", "state"} <= set(order)
    assert order["deal"] == world.deals[kestrel.BENCH]
    assert (order["total"], order["currency"]) == ("8092.00", "EUR")
    assert order["number"] in portal("order", "list").out
    shown = portal("order", "show", order["number"], "--json").document
    assert shown["document"]["number"] == order["number"]
    for format_name in ("json", "csv"):
        out = tmp_path / f"order.{format_name}"
        assert (
            portal("order", "export", order["number"], "--format", format_name, "--out", str(out)).status == 0
        )
        assert "HP-10" in out.read_text()
    part = tmp_path / "warehouse.json"
    export = ("order", "export", order["number"], "--format", "json", "--out", str(part))
    assert portal(*export, "--group", "warehouse").status == 0
    assert "Bench press" in part.read_text()
    unknown = portal(*export, "--group", "kitchen")
    assert unknown.status == 1
    assert "field-service" in unknown.err
    for not_yet in ("ubl", "facturx", "parquet"):
        refused = portal("order", "export", order["number"], "--format", not_yet, "--out", str(part))
        assert refused.status == 1
        assert "json or csv" in refused.err
    nowhere = portal(*export[:-1], str(tmp_path / "no" / "such" / "folder"))
    assert nowhere.status == 1


def test_hand_offs_are_listed_and_retried(world: kestrel.World, portal: Portal) -> None:
    handoffs = portal("handoff", "list", "--json").document["handoffs"]
    assert {each["transport"] for each in handoffs} == {"folder"}
    assert len(handoffs) == 4
    retried = portal("handoff", "retry", handoffs[0]["id"], "--json").document
    assert retried == {"id": handoffs[0]["id"], "state": "waiting"}
    assert portal("handoff", "retry", "nothing").status == 1
    mails = portal("handoff", "list", "--mail", "--json").document["handoffs"]
    assert "mail" in {each["transport"] for each in mails}


def test_no_id_looks_like_an_option() -> None:
    assert not [each for each in (new_id() for _ in range(2000)) if each.startswith("-")]


def test_a_key_and_a_token_are_shown_once(installed: Portal) -> None:
    key = installed("keys", "new").out.strip()
    assert len(key) >= 32
    assert installed("keys", "new").out.strip() != key
    token = installed("token", "new", "ERP", "--json").document
    assert token["token"].startswith("parley_")
    refused = installed("token", "new", "ERP")
    assert refused.status == 1
    assert "ERP" in refused.err


def test_the_doctor_names_what_is_wrong(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ill = portal("doctor", "--json")
    assert ill.status == 1
    failed = {check["name"]: check["said"] for check in json.loads(ill.out)["checks"] if not check["ok"]}
    assert "portal keys new" in failed["keys"]
    assert "portal migrate" in failed["database"]
    portal("migrate")
    monkeypatch.setenv("PORTAL_SECRET_KEYS", "a key for the doctor")
    monkeypatch.setenv("PORTAL_REDIS_URL", "redis://127.0.0.1:1")
    failed = {
        check["name"]: check["said"]
        for check in json.loads(portal("doctor", "--json").out)["checks"]
        if not check["ok"]
    }
    assert set(failed) == {"doorbell"}
    monkeypatch.delenv("PORTAL_REDIS_URL")
    healthy = portal("doctor")
    assert healthy.status == 0, healthy.out
    assert "FAILED" not in healthy.out


def test_a_stored_deal_is_verified_by_any_of_its_names(installed: Portal, tmp_path: Path) -> None:
    made = imported(installed, tmp_path, "--send")
    for name in (made["deal"], made["number"]):
        assert installed("verify", "--deal", name, "--json").document["intact"] is True
    assert installed("verify", "--deal", "nothing").status == 1


def test_bad_settings_are_told_in_a_sentence_each(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_TIMEZONE", "Mars")
    monkeypatch.setenv("PORTAL_COLOUR", "blue")
    refused = portal("deal", "list")
    assert refused.status == 1
    assert "PORTAL_COLOUR is not a setting." in refused.err
    assert "PORTAL_TIMEZONE" in refused.err


@pytest.fixture
def world(installed: Portal, tmp_path: Path) -> kestrel.World:
    from portal import settings
    from portal.cli.console import open_database

    with open_database(settings.load()) as (configured, database):
        return kestrel.load(database, configured)
