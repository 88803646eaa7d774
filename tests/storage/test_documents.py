"""A copy made beside a running server comes back whole, under another epoch; a deal that was tampered with says where."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.access import System, deal_for
from portal.database.database import Database
from portal.errors import Refused
from portal.reading.deal_page.event_stream import epoch
from portal.reading.operator import verification
from portal.storage import backup, tables
from tests.cast import Table
from tests.storage.ledgers import CONFIDED, NOTED, SAID, goes_on


@pytest.fixture(params=["sqlite", "postgresql"])
def table(request: pytest.FixtureRequest, tmp_path: Path, opened: Callable[[str], Database]) -> Table:
    return Table(opened(request.param))


def test_a_copy_comes_back_under_another_epoch(table: Table, tmp_path: Path) -> None:
    table.bea.says("Before the copy.")
    backup.backup(table.database.store, tmp_path / "copy")
    table.bea.says("After the copy.")
    position = table.bea.deal.position
    backup.restore(table.database.store, tmp_path / "copy", new_epoch="restored")
    assert table.bea.deal.position == position - 1
    assert table.database.read_now(epoch) == "restored"
    table.bea.says("Again.")
    assert verdict(table).intact


def test_a_copy_has_what_still_lies_in_a_long_log(tmp_path: Path, opened: Callable[[str], Database]) -> None:
    table = Table(opened("sqlite"))
    for _ in range(30):
        goes_on(table, [SAID] * 100, text="x" * 1_900)
    table.bea.says("Said last of all.")
    log, database = tmp_path / "parley.db-wal", tmp_path / "parley.db"
    # Longer than what SQLite itself would let it get, and none of it where it belongs yet.
    assert log.stat().st_size > 1_000 * 4_096
    assert b"Said last of all." not in database.read_bytes()
    backup.backup(table.database.store, tmp_path / "copy")
    assert b"Said last of all." in (tmp_path / "copy").read_bytes()
    table.bea.says("After the copy.")
    position = table.bea.deal.position
    backup.restore(table.database.store, tmp_path / "copy", new_epoch="restored")
    assert table.bea.deal.position == position - 1
    assert verdict(table).intact


def test_a_copy_never_overwrites(table: Table, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"precious")
    with pytest.raises(Refused, match="exists"):
        backup.backup(table.database.store, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"precious"


@pytest.mark.parametrize("content", [None, b"", b"not a database"])
def test_what_is_no_copy_changes_nothing(table: Table, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "copy").write_bytes(content)
    with pytest.raises(Refused):
        backup.restore(table.database.store, tmp_path / "copy", new_epoch="restored")
    assert table.database.read_now(epoch) == "test"
    assert table.bea.deal.revision == 1


def test_somebody_elses_database_is_refused(table: Table, tmp_path: Path) -> None:
    if not table.database.store.embedded:
        return
    with sqlite3.connect(tmp_path / "copy") as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(Refused, match="none of Parley's"):
        backup.restore(table.database.store, tmp_path / "copy", new_epoch="restored")


def verdict(table: Table) -> verification.Verdict:
    return table.database.read_now(
        lambda t: verification.verify(t, deal_for(t, System("cli"), table.deal_id))
    )


def tamper(table: Table, statement: object) -> None:
    table.database.write_now(lambda work: work.connection.execute(statement) and None)


def test_a_whole_deal_is_intact(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.rita.notes("Fine with me.")
    table.rita.publishes("accept")
    table.sol.accepts()
    found = verdict(table)
    assert (found.intact, found.revisions) == (True, 2)


def test_an_erased_text_leaves_the_chain_whole(table: Table) -> None:
    table.bea.says("Call me on 12345678.")
    tamper(table, update(tables.event).where(tables.event.c.kind == "message").values(personal=None))
    assert verdict(table).intact


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("personal", b'{"body":"I never said that."}', "text of event"),
        ("body", b'{"anchor":"line:press","kind":"message"}', "does not follow"),
        ("actor", "contact:somebody-else", "does not follow"),
        ("salt", b"0" * 16, "text of event"),
    ],
)
def test_a_changed_event_is_named(table: Table, column: str, value: object, said: str) -> None:
    table.bea.says("I said this.")
    tamper(table, update(tables.event).where(tables.event.c.kind == "message").values({column: value}))
    assert said in (verdict(table).broken or "")


def test_a_missing_event_is_named(table: Table) -> None:
    table.bea.says("one")
    table.bea.says("two")
    seq = table.rita.deal.seq
    tamper(
        table,
        tables.event.delete().where(tables.event.c.seq == seq - 1, tables.event.c.deal_id == table.deal_id),
    )
    assert f"event {seq - 1} is missing" in (verdict(table).broken or "")
    tamper(
        table, tables.event.delete().where(tables.event.c.seq == seq, tables.event.c.deal_id == table.deal_id)
    )
    assert "ends before" in (verdict(table).broken or "")


@pytest.mark.parametrize(
    ("whose", "kind", "number", "said"),
    [
        ("buyer_seq", "message", -1, "in the buyer's ledger, where"),
        ("seller_seq", "message", -1, "in the seller's ledger, where"),
        ("buyer_seq", "message", None, "has no number in the buyer's ledger"),
        ("seller_seq", "message", None, "has no number in the seller's ledger"),
        ("seller_seq", "note", 0, "where"),
        ("buyer_seq", "note", 0, "stands in the buyer's ledger and is none of theirs"),
        ("seller_seq", "confided", 0, "stands in the seller's ledger and is none of theirs"),
    ],
)
def test_a_number_that_is_doubled_or_missing_is_named(
    table: Table, whose: str, kind: str, number: int | None, said: str
) -> None:
    table.bea.says("one")
    goes_on(table, [NOTED, CONFIDED])
    seq = tables.event.c[whose]
    # An earlier event's, or the one that the other side's newest has.
    doubled = None if number is None else (seq + number if number else 1)
    tamper(table, update(tables.event).where(tables.event.c.kind == kind).values({whose: doubled}))
    assert said in (verdict(table).broken or "")


def test_a_changed_revision_is_named(table: Table) -> None:
    document = table.database.read_now(
        lambda t: t.connection.execute(select(tables.revision.c.document)).scalars().first()
    )
    changed = document.replace(b"18450.000000", b"08450.000000")
    assert changed != document
    tamper(
        table,
        update(tables.revision).where(tables.revision.c.deal_id == table.deal_id).values(document=changed),
    )
    assert verdict(table).broken == "revision 1 was changed"
