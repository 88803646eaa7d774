"""A party's stream is read by the deal's own order: the same events as by its numbers, and nothing is read through or sorted
for it; what is no message is found by kind."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from portal.access import deal_for
from portal.commands.order import accept
from portal.commands.revision import publish_revision
from portal.database.database import Database
from portal.domain.ledger.event_body import PartyName
from portal.reading.buyer import room
from portal.reading.deal_page import (
    board_events,
    comments,
    conversation,
    ending,
    event_stream,
    history,
    people,
)
from portal.reading.deal_page import deal_page as page
from portal.reading.desk import activity, last_event, take_back_rules
from portal.storage import tables
from portal.storage.session import Transaction
from tests.cast import Seat, Table
from tests.storage.ledgers import COMMENTED, CONFIDED, NOTED, SAID, VIEWED, goes_on

PARTIES: tuple[PartyName, ...] = ("buyer", "seller")
# What each side keeps to itself comes in front, in between, in a long row, and at the end.
MIXED = [
    *[NOTED] * 7,
    *[SAID, CONFIDED, NOTED, COMMENTED, VIEWED] * 15,
    *[CONFIDED] * 90,
    *[SAID, NOTED] * 20,
    *[NOTED] * 60,
    *[SAID, CONFIDED] * 12,
]


@pytest.fixture(params=["sqlite", "postgresql"])
def table(request: pytest.FixtureRequest, opened: Callable[[str], Database]) -> Table:
    table = Table(opened(request.param))
    goes_on(table, MIXED)
    return table


def stored(table: Table, party: PartyName) -> list[Any]:
    """Everything a party may read, by its own numbers, sorted out here."""
    rows = table.database.read_now(
        lambda t: t.connection.execute(
            select(tables.event).where(tables.event.c.deal_id == table.deal_id)
        ).all()
    )
    own = f"{party}_seq"
    return sorted((row for row in rows if getattr(row, own)), key=lambda row: getattr(row, own))


def seat(table: Table, party: PartyName) -> Seat:
    return table.bea if party == "buyer" else table.rita


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_what_follows_a_number_is_every_number_after_it(table: Table, party: PartyName, limit: int) -> None:
    known = [row.seq for row in stored(table, party)]
    follow = partial(event_stream.events_after, deal_id=table.deal_id, party=party, limit=limit)
    for after in (*range(0, len(known), 5), len(known) - 1, len(known), len(known) + 9, 2**70):
        found = table.database.read_now(partial(follow, after=after))
        assert [each.seq for each in found] == known[after : after + limit]
    opening = partial(
        event_stream.opening, actor=seat(table, party).actor, deal_id=table.deal_id, limit=limit
    )
    opened = table.database.read_now(partial(opening, after=3))
    assert [each.seq for each in opened.events] == known[3 : 3 + limit]


@pytest.mark.parametrize("party", PARTIES)
def test_the_conversation_is_paged_without_a_gap(table: Table, party: PartyName) -> None:
    told = [getattr(row, f"{party}_seq") for row in stored(table, party) if row.kind in conversation.SHOWN]
    found: list[int] = []
    before: int | None = None
    while True:
        rows = table.database.read_now(
            partial(conversation.newest, deal_id=table.deal_id, party=party, before=before)
        )
        numbers = [getattr(row, f"{party}_seq") for row in rows]
        found += numbers[: conversation.NEWEST]
        if len(numbers) <= conversation.NEWEST:
            break
        before = found[-1]
    assert found == told[::-1]
    assert len(found) > conversation.NEWEST


@pytest.mark.parametrize("before", [-(2**70), 0, 2**31, 2**70])
def test_no_number_from_an_address_is_an_error(table: Table, before: int) -> None:
    newest = partial(conversation.newest, deal_id=table.deal_id, party="buyer")
    rows = table.database.read_now(partial(newest, before=before))
    assert [row.seq for row in rows] == [
        row.seq for row in (table.database.read_now(newest) if before > 0 else ())
    ]


def test_comments_are_found_among_all_that_was_said(table: Table) -> None:
    commented = [row.seq for row in stored(table, "seller") if row.body == COMMENTED_BODY]
    found = table.database.read_now(partial(comments.load, deal_id=table.deal_id, party="seller"))
    assert {anchor: (len(each.seqs), [row.seq for row in each.rows]) for anchor, each in found.items()} == {
        "line:press": (len(commented), commented[-comments.NEWEST :])
    }


def test_the_room_is_paged_without_a_gap(table: Table) -> None:
    own = [row.buyer_seq for row in stored(table, "buyer") if row.kind == "confided"]
    found: list[int] = []
    before: int | None = None
    while True:
        shown = table.database.read_now(lambda t, before=before: room.load(t, deal_of(t, table.bea), before))
        found = [*(entry.seq for entry in shown.entries), *found]
        before = shown.before
        if before is None:
            break
    assert found == own
    assert len(found) > room.NEWEST


def test_the_table_events_that_a_page_had_shown_are_counted(table: Table) -> None:
    rows, bea = stored(table, "buyer"), table.bea.deal
    for position in (0, 40, len(rows) - 3, len(rows), 999_999_999):
        seen = table.database.write_now(lambda work, at=position: accept._at_table(work, bea, at))
        assert seen == sum(row.audience == "table" for row in rows[:position])


@pytest.mark.parametrize(
    ("bodies", "kind", "who"),
    [
        ([NOTED, CONFIDED], "message", "Bea"),
        ([VIEWED, NOTED], "message", "Bea"),
    ],
)
def test_an_inbox_tells_the_newest_that_is_worth_it(
    table: Table, bodies: list[Any], kind: str, who: str
) -> None:
    goes_on(table, bodies)
    deals = [table.deal_id, table.rival_deal_id]
    found = table.database.read_now(lambda t: last_event.last_events(t, deals, []))
    assert (found[table.deal_id].kind, found[table.deal_id].who.split()[0]) == (kind, who)
    assert found[table.rival_deal_id].kind == "proposal_sent"


def deal_of(transaction: Transaction, seat: Seat) -> Any:
    return deal_for(transaction, seat.actor, seat.deal_id)


COMMENTED_BODY = b'{"anchor":"line:press","kind":"message"}'
BY_ORDER, BY_KIND = "sqlite_autoindex_event_1", "ix_event_deal_id_kind_seq"


@pytest.fixture
def plans(opened: Callable[[str], Database], tmp_path: Path) -> Iterator[Callable[..., list[str]]]:
    """How SQLite goes about what a query asks of the ledger, a text for each statement."""
    table = Table(opened("sqlite"))
    goes_on(table, MIXED)
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if " event" in statement and not statement.startswith("EXPLAIN"):
            asked.append((statement, parameters))

    event.listen(table.database.store.reader, "before_cursor_execute", note)

    def plans(query: Callable[[Transaction, Table], Any]) -> list[str]:
        asked.clear()
        table.database.read_now(lambda transaction: query(transaction, table))
        with table.database.store.reader.connect() as connection:
            return [
                "; ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", given))
                for each, given in list(asked)
            ]

    yield plans
    event.remove(table.database.store.reader, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lambda t, table: conversation.newest(t, table.deal_id, "buyer"), BY_ORDER),
        (lambda t, table: conversation.newest(t, table.deal_id, "seller", 40), f"{BY_ORDER} (deal_id=? AND seq<?)"),
        (
            lambda t, table: event_stream.events_after(t, table.deal_id, "buyer", 90, 500),
            f"{BY_ORDER} (deal_id=? AND seq>?)",
        ),
        (lambda t, table: event_stream.events_after(t, table.deal_id, "seller", 1, 5), f"{BY_ORDER} (deal_id=? AND seq>?)"),
        (lambda t, table: accept._at_table(t, deal_of(t, table.bea), 9), f"{BY_ORDER} (deal_id=? AND seq<?)"),
        (lambda t, table: last_event._newest(t, [table.deal_id], tables.event.c.kind.in_(last_event._SHOWN)), BY_ORDER),
        (lambda t, table: last_event._newest(t, [table.deal_id], tables.kind_is("counteroffer")), BY_KIND),
        (lambda t, table: board_events.load(t, table.deal_id), BY_KIND),
        (lambda t, table: history.rows(t, table.deal_id), BY_KIND),
        (lambda t, table: ending.load_endings(t, deal_of(t, table.bea)), BY_KIND),
        (lambda t, table: page._beside_chat(t, page.load(t, deal_of(t, table.bea))), f"COVERING INDEX {BY_KIND}"),
        (lambda t, table: publish_revision.round_of(t, deal_of(t, table.rita)), BY_KIND),
        (lambda t, table: take_back_rules.publication(t, deal_of(t, table.rita)), BY_KIND),
        (lambda t, table: take_back_rules._reopened(t, deal_of(t, table.rita)), BY_KIND),
        (lambda t, table: activity.notes(t, deal_of(t, table.rita)), BY_KIND),
        (lambda t, table: room._newest(t, deal_of(t, table.bea), 200), f"{BY_KIND} (deal_id=? AND kind=? AND seq<?)"),
        (lambda t, table: people.at_table(t, table.deal_id, (), ""), BY_KIND),
    ],
)  # fmt: skip
def test_an_index_leads_to_what_is_asked_for(plans: Any, query: Callable[..., Any], index: str) -> None:
    found = plans(query)
    assert any(index in plan for plan in found), found
    # A page's few asks are sorted by themselves; who has looked is gathered by person, of the views alone.
    found = [plan for plan in found if "counteroffer" not in plan]
    assert not any("SCAN event" in plan or "TEMP B-TREE FOR ORDER" in plan for plan in found), found


def test_messages_are_not_asked_for_by_kind() -> None:
    with pytest.raises(ValueError, match="order"):
        tables.kind_is("counteroffer", "message")
