"""A revision that nobody has opened is taken back: what stood before stands again, and both sides can see it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.commands.deal import give_more_time, record_view, withdraw
from portal.commands.negotiation import open_asks
from portal.commands.people import issue_link, join
from portal.commands.revision import take_back_revision
from portal.domain.ledger import rounds, shared_events
from portal.errors import Conflict, NotAllowed, NotFound, ParleyError
from portal.reading.deal_page import board_events
from portal.reading.deal_page import deal_page as pages
from portal.reading.operator import verification
from portal.storage import documents, tables
from tests.cast import Clock, Table
from tests.commands.revision.taking_back import publish, take_back, why_not
from tests.commands.streams import events, rows, verify


def test_what_stood_before_stands_again_under_a_new_number(table: Table, clock: Clock) -> None:
    before, bytes_before = table.rita.deal, table.bea.revision
    publish(table, clock)
    assert why_not(table) == ""
    done = take_back(table)
    after = table.bea.deal
    assert (done.revision, after.revision, after.state) == (3, 3, "open")
    assert (done.digest, after.digest) == (before.digest, before.digest)
    assert table.bea.revision == bytes_before
    private = select(tables.revision_private.c.document).where(tables.revision_private.c.number.in_((1, 3)))
    kept = table.database.read_now(lambda t: t.connection.execute(private).scalars().all())
    assert kept[0] == kept[1]
    assert table.sol.accepts().digest == before.digest
    verify(table)


def test_both_sides_see_the_record(table: Table, clock: Clock) -> None:
    publish(table, clock)
    take_back(table)
    for side in ("buyer", "seller"):
        fact = events(table, side)[-1].body
        assert isinstance(fact, shared_events.RevisionPublished)
        assert (fact.revision, fact.takes_back, fact.changed) == (3, 2, ())
    history = table.database.read_now(lambda t: pages.load(t, table.bea.deal)).history
    assert [(each.number, each.takes_back, each.taken_back) for each in history] == [
        (3, 2, False),
        (2, 0, True),
        (1, 0, False),
    ]
    # What was published stays readable for the seller.
    second = table.database.read_now(lambda t: documents.read_revision(t, table.deal_id, 2))
    assert str(second.offer.lines[0].unit_price) == "18000.000000"


def test_what_it_had_answered_is_asked_again(table: Table, clock: Clock) -> None:
    made = table.bea.proposes("press", unit_price="17000")
    clock.advance(hours=1)
    table.rita.publishes("decline")
    assert table.rita.deal.buyer_waits_since is None
    take_back(table)
    waiting = table.database.read_now(lambda t: open_asks.open_asks(t, table.deal_id))
    assert [ask.id for ask in waiting] == [made.counteroffer]
    assert table.rita.deal.buyer_waits_since == clock.now
    page = table.database.read_now(lambda t: pages.load(t, table.bea.deal))
    row = page.board.row("line:press")
    assert row is not None
    assert (row.state, row.answers) == ("asked", ())
    # Told from the ledger alone it is the same.
    told = rounds.negotiation_state(table.database.read_now(lambda t: board_events.load(t, table.deal_id)))
    assert told.board(table.bea.offer).gap == page.board.gap
    assert [ask.counteroffer.id for ask in told.asks.values()] == [made.counteroffer]
    clock.advance(minutes=1)
    table.rita.publishes("accept")
    assert str(table.bea.offer.lines[0].unit_price) == "17000.000000"
    verify(table)


def test_whatever_a_buyer_does_counts_as_opened(table: Table, clock: Clock) -> None:
    def looks() -> None:
        table.vic.does(record_view.record_view)

    def writes() -> None:
        table.bea.says("When?")

    def comes_by_the_link() -> None:
        link = table.rita.does(issue_link.issue_link, contact_id=table.bea.contact_id, channel="shown")
        token = link.url.rpartition("/")[2]
        table.database.write_now(lambda work: join.join(work, token, session_id=None))

    for acts in (looks, writes, comes_by_the_link):
        publish(table, clock, unit_price=str(18000 - table.rita.deal.revision))
        clock.advance(minutes=1)
        acts()
        assert "has opened revision" in why_not(table), acts
        with pytest.raises(Conflict, match="has opened revision"):
            take_back(table)


def test_looking_at_the_revision_before_is_not_opening_this_one(table: Table, clock: Clock) -> None:
    table.vic.does(record_view.record_view)
    publish(table, clock)
    assert why_not(table) == ""


def test_somebody_who_has_the_page_open_may_be_reading_it(table: Table, clock: Clock) -> None:
    publish(table, clock)
    with pytest.raises(Conflict, match="page open"):
        take_back(table, present=True)
    assert table.rita.deal.revision == 2


def test_what_can_not_be_taken_back_says_why(table: Table, clock: Clock) -> None:
    assert "first revision" in why_not(table)
    publish(table, clock)
    with pytest.raises(Conflict, match="arrived meanwhile"):
        take_back(table, revision=1)
    take_back(table)
    assert "took another one back" in why_not(table)
    table.bea.ticks("training")
    assert "not published by a rep" in why_not(table)
    with pytest.raises(NotFound):
        table.database.write_now(
            lambda work: take_back_revision.take_back_revision(
                work, table.ravn.actor, table.deal_id, revision=4
            )
        )
    with pytest.raises(NotAllowed):
        table.bea.does(take_back_revision.take_back_revision, revision=4)
    table.rita.does(withdraw.withdraw)
    with pytest.raises(NotAllowed):
        take_back(table, revision=4)


def test_more_time_is_not_taken_away_when_the_day_before_has_passed(table: Table, clock: Clock) -> None:
    clock.now = table.bea.deal.valid_until
    table.rita.does(give_more_time.give_more_time, valid_until=date(2027, 1, 31))
    assert "expired" in why_not(table)


def test_a_repetition_gives_the_first_result(table: Table, clock: Clock) -> None:
    publish(table, clock)
    first = take_back(table, revision=2, key="k")
    assert take_back(table, revision=2, key="k") == first
    assert table.rita.deal.revision == 3


def test_accepting_and_taking_back_at_the_same_instant_have_one_winner(table: Table, clock: Clock) -> None:
    for number in range(2, 6, 2):
        publish(table, clock, unit_price=str(18000 - number))
        form = table.sol.form()

        def outcome(act: Any) -> Any:
            try:
                return act()
            except ParleyError as refusal:
                return refusal

        acts = [lambda: take_back(table, revision=number), lambda: table.sol.accepts(form)]  # noqa: B023
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(outcome, acts))
        refused = [each for each in results if isinstance(each, ParleyError)]
        assert len(refused) == 1, results
        if table.sol.deal.state == "accepted":
            return
        assert (table.sol.deal.state, table.sol.deal.revision) == ("open", number + 1)
    verify(table)


# ---- mail ------------------------------------------------------------------------------------------------------------


def test_its_words_and_answers_are_erased_and_the_chain_holds(table: Table, clock: Clock) -> None:
    table.bea.proposes("press", unit_price="17000")
    clock.advance(minutes=5)
    table.rita.publishes({"line:press:unit_price": "17333"}, note="Our very best.")
    (row,) = (each for each in rows(table) if each.kind == "revision")
    assert (b"17333" in row.personal, b"17333" in row.body) == (True, False)
    take_back(table)
    erased = next(each for each in rows(table) if each.seq == row.seq)
    assert (erased.personal, erased.personal_digest) == (None, row.personal_digest)
    assert not [each for each in rows(table) if b"17333" in each.body + (each.personal or b"")]
    verify(table)
    assert table.database.read_now(lambda t: verification.verify(t, table.rita.deal)).broken is None


def test_what_was_agreed_before_it_stays_agreed(table: Table, clock: Clock) -> None:
    table.bea.proposes("press", unit_price="17000")
    table.rita.publishes("decline")
    table.bea.agrees("line:press")
    publish(table, clock)
    page = table.database.read_now(lambda t: pages.load(t, table.bea.deal))
    assert page.board.row("line:press").consent is None
    take_back(table)
    page = table.database.read_now(lambda t: pages.load(t, table.bea.deal))
    row = page.board.row("line:press")
    assert (row.state, row.consent.revision) == ("agreed", 2)
    told = rounds.negotiation_state(table.database.read_now(lambda t: board_events.load(t, table.deal_id)))
    assert told.consents.keys() == {"line:press"}


def test_marks_are_against_the_revision_before_it(table: Table, clock: Clock) -> None:
    publish(table, clock)
    take_back(table)
    page = table.database.read_now(lambda t: pages.load(t, table.bea.deal))
    assert page.comparison.subjects == ()
    publish(table, clock, unit_price="17000")
    page = table.database.read_now(lambda t: pages.load(t, table.bea.deal))
    assert page.comparison.subjects == ("line:press",)
    assert [(each.number, each.earlier) for each in page.history] == [(4, 3), (3, 0), (2, 0), (1, 0)]
