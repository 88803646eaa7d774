"""A receipt that can be checked without the server: what holds, what does not, and who sealed it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from portal import seal
from portal.access import deal_for
from portal.database.database import Database
from portal.errors import Misconfigured, NotFound
from portal.reading.deal_page import receipts
from portal.seal import seal_key
from portal.settings import Settings
from tests.cast import Clock, Table, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/parley.db", Clock())
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, database_url=f"sqlite:///{tmp_path}/parley.db")  # type: ignore[call-arg]


@pytest.fixture
def receipt(database: Database, settings: Settings) -> bytes:
    table = Table(database)
    table.bea.proposes("press", unit_price="17200")
    table.rita.publishes("accept")
    table.sol.accepts()
    found = database.read_now(lambda t: receipts.receipt(t, deal_for(t, table.sol.actor, table.deal_id)))
    return msgspec.json.encode(seal_key(settings).seal(found))


def changed(receipt: bytes, **values: Any) -> bytes:
    """The receipt with other values: `evidence__name="…"` reaches into its parts."""
    document = json.loads(receipt)
    for path, value in values.items():
        *parts, last = path.split("__")
        place = document["receipt"]
        for part in parts:
            place = place[part]
        place[last] = value(place[last]) if callable(value) else value
    return json.dumps(document).encode()


def test_a_receipt_holds_and_says_who_sealed_it(receipt: bytes, settings: Settings) -> None:
    assert seal.find_fault(receipt) is None
    assert seal.find_fault(receipt, known=seal_key(settings).fingerprint) is None
    assert seal.find_fault(json.dumps(json.loads(receipt), indent=4).encode()) is None


def test_another_key_is_named(receipt: bytes) -> None:
    assert "another key" in (seal.find_fault(receipt, known="0" * 64) or "")


@pytest.mark.parametrize(
    "values",
    [
        {"order": "O-2026-0009"},
        {"evidence__name": "Somebody Else"},
        {"evidence__contract_total": "1.00"},
        {"evidence__statement": "I accept nothing."},
        {"accepted_at": "2020-01-01T00:00:00Z"},
        {"ledger_digest": "0" * 64},
        {"revision_document": lambda text: text.replace("17200.000000", "07200.000000")},
    ],
)
def test_a_changed_receipt_does_not_hold(receipt: bytes, values: dict[str, Any]) -> None:
    assert seal.find_fault(changed(receipt, **values)) == "the receipt was changed after it was sealed"


def test_a_receipt_sealed_anew_after_a_change_contradicts_itself(receipt: bytes, settings: Settings) -> None:
    """Even whoever holds the key cannot make the digest name another revision."""
    forged = json.loads(changed(receipt, revision_document=lambda text: text.replace("17200", "07200")))
    document = msgspec.convert(forged["receipt"], type=seal.Receipt)
    resealed = msgspec.json.encode(seal_key(settings).seal(document))
    assert "digest" in (seal.find_fault(resealed) or "")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"receipt": {}, "seal": {}}', b"%PDF-1.7"]
)
def test_what_is_no_receipt_is_said_to_be_none(content: bytes) -> None:
    assert seal.find_fault(content) == "this is not a sealed receipt"


def test_a_deal_that_was_not_accepted_has_none(database: Database) -> None:
    table = Table(database)
    with pytest.raises(NotFound):
        database.read_now(lambda t: receipts.receipt(t, deal_for(t, table.sol.actor, table.deal_id)))


def test_the_key_is_made_once_and_only_its_owner_reads_it(settings: Settings, tmp_path: Path) -> None:
    first = seal_key(settings).fingerprint
    assert (tmp_path / "seal.key").stat().st_mode & 0o777 == 0o600
    seal._load_or_create.cache_clear()
    assert seal_key(settings).fingerprint == first
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".seal")] == []


def test_a_key_of_the_settings_wins_and_a_bad_one_is_named() -> None:
    chosen = base64.b64encode(bytes(range(32))).decode()
    settings = Settings(_env_file=None, seal_key=chosen)  # type: ignore[call-arg]
    assert seal_key(settings).fingerprint == seal_key(settings).fingerprint
    with pytest.raises(Misconfigured, match="PORTAL_SEAL_KEY"):
        seal_key(Settings(_env_file=None, seal_key="not a key"))  # type: ignore[call-arg]


def test_the_same_receipt_has_the_same_seal(receipt: bytes, settings: Settings) -> None:
    document = msgspec.convert(json.loads(receipt)["receipt"], type=seal.Receipt)
    assert msgspec.json.encode(seal_key(settings).seal(document)) == receipt
    assert datetime.fromisoformat(json.loads(receipt)["receipt"]["accepted_at"]).astimezone(UTC)
