"""What a manager changes at an approval is the manager's; what a rep drafts meanwhile stays drafted."""

from typing import Any

import pytest

from portal.commands.revision import decide_approval, draft_revision
from portal.reading.deal_page import deal_page
from tests.cast import Table
from tests.commands.streams import events, verify


@pytest.fixture
def approval(table: Table) -> str:
    """A counter below the floor waits, with an edit of the rep's."""
    table.bea.proposes("press", unit_price="15000")
    table.rita.edits("install", quantity="38")
    return str(table.rita.publishes("accept").approval)


def drafted(table: Table) -> dict[str, str]:
    edits = table.database.read_now(lambda t: draft_revision.edits_of(t, table.rita.deal))
    return {change.id: change.value for change in edits.changes}


@pytest.mark.parametrize(
    ("changed", "signer"),
    [
        ({}, "rita"),
        ({"values": {"line:press:unit_price": "15500"}}, "mia"),
        ({"values": {"line:install:quantity": "36"}}, "mia"),
        ({"buyers_note": "My last word."}, "mia"),
    ],
)
def test_whoever_decided_the_answers_signs_them(
    table: Table, approval: str, changed: dict[str, Any], signer: str
) -> None:
    table.mia.does(decide_approval.decide_approval, approval, granted=True, **changed)
    seat = getattr(table, signer)
    for party in ("buyer", "seller"):
        assert [each.actor for each in events(table, party) if each.kind == "revision"] == [seat.deal.actor]
    page = table.database.read_now(lambda t: deal_page.load(t, table.bea.deal))
    assert page.history[0].who.name == signer.capitalize()
    answers = page.history[0].answers
    assert {each.who.name for each in answers} == {signer.capitalize()}
    verify(table)


def test_what_is_drafted_while_it_waits_stays(table: Table, approval: str) -> None:
    table.rita.edits("care", unit_price="100")
    table.rita.edits("install", quantity="36")
    table.mia.does(decide_approval.decide_approval, approval, granted=True)
    assert str(table.bea.offer.line("install").quantity) == "38.000000"
    assert drafted(table) == {"line:care:unit_price": "100.000000", "line:install:quantity": "36.000000"}
    table.mia.publishes()
    assert str(table.bea.offer.line("install").quantity) == "36.000000"
    assert drafted(table) == {}


def test_what_was_published_is_drafted_no_more(table: Table, approval: str) -> None:
    table.mia.does(
        decide_approval.decide_approval, approval, granted=True, values={"line:install:quantity": "36"}
    )
    assert str(table.bea.offer.line("install").quantity) == "36.000000"
    assert drafted(table) == {}
