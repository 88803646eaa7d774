"""A database of an earlier version, under today's code: it verifies, and its bytes, digests and seals stay."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from portal import cli
from tests.frozen import world
from tests.frozen.documents import BOUND, READ
from tests.frozen.test_names import NAMES
from tests.frozen.world import DEALS, World

ORDERED = [name for name, deal in DEALS.items() if "order" in deal]


@pytest.fixture
def verify(stored: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """`portal` reads the stored world."""
    monkeypatch.setenv("PORTAL_DATABASE_URL", stored.settings.database_url)


def test_every_kind_of_event_of_that_time_is_in_it() -> None:
    found = {kind for deal in DEALS.values() for kind in deal["events"]}
    assert found == set(NAMES["audiences"])


@pytest.mark.usefixtures("verify")
@pytest.mark.parametrize("name", DEALS)
def test_a_deal_verifies(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--deal", DEALS[name]["id"], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["intact"], told["events"]) == (True, DEALS[name]["ledgers"]["seller"]["events"])


@pytest.mark.parametrize("name", DEALS)
def test_a_deal_is_where_it_was(stored: World, name: str) -> None:
    deal = DEALS[name]
    (head,) = stored.rows("SELECT * FROM deal WHERE id = :id", id=deal["id"])
    kinds = stored.rows("SELECT kind FROM event WHERE deal_id = :id", id=deal["id"])
    assert head.state == deal["state"]
    assert Counter(row.kind for row in kinds) == deal["events"]
    for party, ledger in deal["ledgers"].items():
        assert getattr(head, f"{party}_seq") == ledger["events"]
        assert getattr(head, f"{party}_digest") == ledger["digest"]


@pytest.mark.parametrize("name", DEALS)
def test_revisions_keep_their_digests(stored: World, name: str) -> None:
    deal = DEALS[name]
    query = "SELECT number, digest, document FROM revision WHERE deal_id = :id ORDER BY number"
    rows = stored.rows(query, id=deal["id"])
    assert [(row.number, row.digest) for row in rows] == [
        (each["number"], each["digest"]) for each in deal["revisions"]
    ]
    again = BOUND["SELECT document FROM revision -- published again"]
    for row in rows:
        assert hashlib.sha256(row.document).hexdigest() == row.digest
        assert hashlib.sha256(again(row.document)).hexdigest() == row.digest


@pytest.mark.parametrize("query", BOUND)
def test_what_a_digest_binds_is_spelled_as_it_was(stored: World, query: str) -> None:
    rows = stored.rows(query)
    assert rows
    for (document,) in rows:
        assert BOUND[query](document) == document


@pytest.mark.parametrize("query", READ)
def test_what_the_installation_keeps_is_read_whole(stored: World, query: str) -> None:
    rows = stored.rows(query)
    assert rows
    for (document,) in rows:
        assert within(json.loads(document), json.loads(READ[query](document)))


def within(old: Any, new: Any) -> bool:
    """Whether everything of the old is in the new; that may have more fields."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(name in new and within(value, new[name]) for name, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(within, old, new))
    return bool(old == new)


@pytest.mark.usefixtures("verify")
@pytest.mark.parametrize("name", ORDERED)
def test_a_receipt_is_sealed_as_it_was(
    stored: World, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deal, file = DEALS[name], tmp_path / "receipt.json"
    for email, cookie in deal["contacts"].items():
        answer = stored.get(f"/deals/{deal['id']}/receipt.json", buyer=cookie)
        assert answer.json() == json.loads(deal["receipt"]), email
    key = json.loads(deal["receipt"])["seal"]["key"]
    for content in (deal["receipt"].encode(), answer.content):
        file.write_bytes(content)
        assert cli.main(["verify", str(file), "--key", key]) == 0
    file.write_text(deal["receipt"].replace('"order_reference":"', '"order_reference":"X'))
    assert cli.main(["verify", str(file), "--key", key]) == 1
    assert "the receipt was changed after it was sealed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ORDERED)
def test_an_order_is_what_it_was(stored: World, name: str) -> None:
    deal = DEALS[name]
    (order,) = stored.rows("SELECT * FROM order_ WHERE deal_id = :id", id=deal["id"])
    assert deal["order"] == {
        "number": order.number,
        "revision": order.revision,
        "digest": order.digest,
        "document_sha256": hashlib.sha256(order.document).hexdigest(),
    }
    parts = stored.rows("SELECT kind, document FROM work_order WHERE order_id = :id", id=order.id)
    assert {part.kind for part in parts} == {"operations", "accounting", "analysis"}
    for part in parts:
        assert order.number in world.csv_of(part.kind, part.document).decode()


@pytest.mark.usefixtures("verify")
@pytest.mark.parametrize(
    ("column", "row", "broken"),
    [
        ("revision.document", "number = 2", "revision 2 was changed"),
        ("event.body", "seq = 10", "event 10 (message) does not follow from the one before it"),
        ("event.personal", "seq = 10", "the text of event 10 was changed"),
        ("event.actor", "seq = 12", "event 12 (message) does not follow from the one before it"),
        ("event.salt", "seq = 15", "event 15 (owner_changed) does not follow from the one before it"),
    ],
)
def test_one_changed_byte_is_noticed(
    stored: World, capsys: pytest.CaptureFixture[str], column: str, row: str, broken: str
) -> None:
    deal = DEALS["oakum"]["id"]
    with stored.damaged(column, deal, row):
        assert cli.main(["verify", "--deal", deal]) == 1
    assert broken in capsys.readouterr().out
    assert cli.main(["verify", "--deal", deal]) == 0
