"""The board that both sides see: agreed, asked, answered, and the money between them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.change.change import Change, current
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.ledger.board import Ask, GivenAnswer
from portal.domain.ledger.settlement import build_board
from portal.domain.ledger.shared_events import Answered
from portal.domain.offer.revision import Offer
from tests.domain.offers import kestrel_offer

AT = datetime(2026, 2, 1, 10, 42, tzinfo=UTC)
LATER = datetime(2026, 2, 1, 11, 0, tzinfo=UTC)


def change(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


PRICE = change("line:press", "unit_price", "17200.000000")
PAYMENT = change("term:payment", "value", "net 45")
GLASS = change("line:glass", "choice", "true")


def ask(*changes: Change, package: bool = False, by: str = "contact:bea", since: datetime = AT) -> Ask:
    counteroffer = Counteroffer(id=f"c-{since:%H%M}", base_revision=1, changes=changes, package=package)
    return Ask(counteroffer=counteroffer, by=by, since=since)


def given(asked: Change, verdict: str, answered: str | None = None, at: datetime = AT) -> GivenAnswer:
    answer = Answered(
        change=asked,
        verdict=verdict,  # type: ignore[arg-type]
        offered=current(kestrel_offer(), asked),
        answered=answered or asked.value,
    )
    return GivenAnswer(answer=answer, by="rep:rita", at=at, revision=2)


def applied(*changes: Change) -> Offer:
    return apply(kestrel_offer(), changes, concession=True, round_number=1)


def states(found: object) -> dict[str, str]:
    return {row.subject: row.state for row in found.rows if row.waits_for}  # type: ignore[attr-defined]


def test_with_nothing_asked_nothing_is_agreed_and_there_is_no_gap():
    found = build_board(kestrel_offer(), [], [])
    assert (found.agreed, found.total, found.open) == (0, 0, ())
    assert str(found.gap) == "0.00"


def test_an_ask_names_who_since_when_and_what_stands_against_it():
    found = build_board(kestrel_offer(), [ask(PRICE, PAYMENT)], [])
    assert states(found) == {"line:press": "asked", "term:payment": "asked"}
    assert (found.agreed, found.total, str(found.gap)) == (0, 2, "-2500.00")
    [open_ask] = found.row("line:press").asks
    assert (open_ask.by, open_ask.since, open_ask.offered) == ("contact:bea", AT, "18450.000000")
    assert found.row("line:press").name == "Hydraulic press HP-40"


def test_the_gap_reaches_zero_when_the_offer_gives_what_was_asked():
    found = build_board(applied(PRICE), [ask(PRICE)], [])
    assert (states(found), str(found.gap)) == ({}, "0.00")


@pytest.mark.parametrize(("verdict", "answered"), [("decline", None), ("counter", "17800.000000")])
def test_a_refused_ask_stands_as_answered(verdict, answered):
    found = build_board(kestrel_offer(), [], [given(PRICE, verdict, answered)])
    assert states(found) == {"line:press": "answered"}
    assert [each.answer.verdict for each in found.row("line:press").answers] == [verdict]
    assert str(found.gap) == "-2500.00"


def test_asking_again_turns_answered_into_asked():
    found = build_board(
        kestrel_offer(), [ask(replace(PRICE, value="17500.000000"), since=LATER)], [given(PRICE, "decline")]
    )
    assert states(found) == {"line:press": "asked"}
    assert found.row("line:press").answers
    assert str(found.gap) == "-1900.00"


def test_the_youngest_answer_counts():
    answers = [given(PRICE, "decline"), given(PRICE, "accept", at=LATER)]
    assert build_board(applied(PRICE), [], answers).row("line:press").state == "agreed"
    # Accepted, and then the offer moved.
    assert states(build_board(kestrel_offer(), [], answers)) == {"line:press": "answered"}


def test_what_was_declined_and_given_later_is_agreed():
    assert states(build_board(applied(PRICE), [], [given(PRICE, "decline")])) == {}


def test_asks_of_two_people_do_not_add_up():
    cheaper = replace(PRICE, value="17000.000000")
    found = build_board(kestrel_offer(), [ask(PRICE), ask(cheaper, by="contact:sol", since=LATER)], [])
    assert [each.by for each in found.row("line:press").asks] == ["contact:bea", "contact:sol"]
    assert str(found.gap) == "-2900.00"


def test_two_choices_of_one_group_have_the_price_of_the_younger():
    asked = kestrel_offer()
    mesh = replace(asked.line("glass"), key="mesh", unit_price=Decimal(90))
    found = build_board(
        replace(asked, lines=(*asked.lines, mesh)),
        [ask(GLASS), ask(change("line:mesh", "choice", "true"), since=LATER)],
        [],
    )
    assert states(found) == {"line:glass": "asked", "line:mesh": "asked"}
    assert str(found.gap) == "90.00"


def test_an_ask_about_something_that_is_gone_is_not_lost():
    asked = kestrel_offer()
    found = build_board(
        replace(asked, lines=asked.lines[1:]), [ask(PRICE, PAYMENT)], [given(PRICE, "decline")]
    )
    row = found.row("line:press")
    assert (row.name, row.state, row.asks[0].offered, row.answers) == ("press", "asked", None, ())
    assert str(found.gap) == "0.00"


def test_open_points_list_asks_before_answers():
    found = build_board(kestrel_offer(), [ask(PAYMENT, package=True)], [given(PRICE, "decline")])
    assert [row.subject for row in found.open] == ["term:payment", "line:press"]
    assert found.open[0].asks[0].package
