"""Answers in seconds: what the seller has pre-approved is answered with the ask; anything else waits for a person."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from portal.commands.negotiation import open_asks, withdraw_counteroffer
from portal.database.database import Database
from portal.domain.change.change import Change
from portal.domain.ledger import seller_events
from portal.domain.policy.policy import Policy, TermOption
from portal.errors import Conflict
from portal.storage import documents, tables
from tests.cast import Seat, Table
from tests.commands.streams import events, verify
from tests.quotes import quote

LIMIT = "18443.97"  # the press's private limit in the cast; it is offered at 18,450


def open_ids(table: Table) -> list[str]:
    found = table.database.read_now(lambda t: open_asks.open_asks(t, table.deal_id))
    return [change.id for ask in found for change in ask.changes]


def allow(table: Table, policy_id: str = "p1", **facts: Any) -> None:
    """A policy, as a manager would have written it."""
    rule = Policy(name=policy_id, **facts)
    row = {
        "id": policy_id,
        "name": rule.name,
        "active": rule.active,
        "document": msgspec.json.encode(rule),
        "changed_by": "system:test",
        "changed_at": table.database.clock(),
    }
    table.database.write_now(lambda work: work.connection.execute(insert(tables.policy).values(**row)))


def told_the_seller(table: Table) -> seller_events.AnsweredByPolicy:
    """What the seller's ledger keeps of the newest answer at once."""
    bodies = [each.body for each in events(table, "seller")]
    return [body for body in bodies if isinstance(body, seller_events.AnsweredByPolicy)][-1]


def mails(table: Table) -> list[tuple[str, str, str]]:
    """Address, template and what happened, without what differs by chance."""
    rows = table.database.read_now(
        lambda t: (
            t.connection.execute(select(tables.outbox.c.payload).order_by(tables.outbox.c.id)).scalars().all()
        )
    )
    found = [json.loads(row) for row in rows]
    return sorted((mail["to_email"], mail["template"], mail["context"].get("happened", "")) for mail in found)


def test_a_price_at_the_private_limit_is_answered_with_the_ask(table: Table) -> None:
    made = table.bea.proposes("press", unit_price=LIMIT)
    assert (made.revision, table.bea.deal.revision, open_ids(table)) == (2, 2, [])
    press = table.bea.offer.line("press")
    assert (press.unit_price, press.price_source) == (Decimal(LIMIT), "negotiated")
    assert sum(step.amount for step in press.why) == press.net_unit_price
    told = events(table, "buyer")[-1]
    assert (told.body.signed, told.body.counteroffers) == ("policy", (made.counteroffer,))
    assert [(each.verdict, each.answered) for each in told.body.answers] == [("accept", "18443.970000")]
    verify(table)


def test_the_seller_s_ledger_tells_what_allowed_it_and_what_it_cost(table: Table) -> None:
    table.bea.proposes("press", unit_price=LIMIT)
    kept = told_the_seller(table)
    assert {ground.change: ground.by for ground in kept.grounds} == {"line:press:unit_price": "limit"}
    assert (kept.concession, kept.currency) == (Decimal("12.06"), "EUR")
    assert "answered_by_policy" not in [each.kind for each in events(table, "buyer")]


def test_one_cent_less_waits_for_a_person(table: Table) -> None:
    assert table.bea.proposes("press", unit_price="18443.96").revision == 0
    assert (table.bea.deal.revision, open_ids(table)) == (1, ["line:press:unit_price"])


def test_options_and_breaks_need_no_secret_and_are_always_answered(table: Table) -> None:
    table.bea.proposes("press", unit_price="15000")
    assert table.bea.proposes("training", selected="true").revision == 2
    assert table.bea.proposes("press", quantity="6").revision == 3
    assert table.bea.proposes("press", quantity="7").revision == 4
    assert open_ids(table) == ["line:press:unit_price"]


@pytest.mark.parametrize("package", [False, True])
def test_one_change_outside_leaves_everything_to_a_person(table: Table, package: bool) -> None:
    made = table.bea.asks(
        table.bea.change("press", "unit_price", LIMIT),
        table.bea.change("training", "selected", "true"),
        table.bea.change("payment", "value", "60 days net"),
        package=package,
    )
    assert made.revision == 0
    assert len(open_ids(table)) == 3


def test_what_was_tried_together_is_tried(table: Table) -> None:
    """The limit would have held; the other line of the same counteroffer did not."""
    asked = table.bea.change("press", "unit_price", LIMIT), table.bea.change("install", "quantity", "30")
    made = table.bea.asks(*asked)
    table.sol.does(withdraw_counteroffer.withdraw_counteroffer, made.counteroffer)
    assert table.sol.proposes("press", unit_price="18449").revision == 0


def test_a_rep_s_revision_lets_it_be_tried_again_and_nothing_else_does(table: Table) -> None:
    table.bea.proposes("press", unit_price="15000")
    table.bea.ticks("training")
    assert table.bea.proposes("install", quantity="30").revision == 0
    assert table.bea.proposes("training", selected="false").revision == 3
    assert table.bea.proposes("press", unit_price="18449").revision == 0
    table.rita.publishes("decline")
    assert table.bea.proposes("press", unit_price="18449").revision == 5


def test_an_answer_at_once_is_a_try_as_well(table: Table) -> None:
    assert table.bea.proposes("press", unit_price="18449").revision == 2
    assert table.bea.proposes("press", unit_price="18448").revision == 0


def test_a_price_is_granted_net_as_it_was_asked(database: Database) -> None:
    """A unit price that is asked by itself is a net price, on a line with a discount too."""
    document = quote()
    press = document["lines"][0]
    press |= {"unit_price": "20000.00", "discount_percent": "10", "why": [], "price_breaks": []}
    press["private"] = {"auto_accept_unit_price": "17000"}
    table = Table(database, document)
    assert table.bea.proposes("press", unit_price="17500").revision == 2
    line = table.bea.offer.line("press")
    assert (line.net_unit_price, line.discount_percent) == (Decimal(17500), 0)
    assert [each.net for each in events(table, "buyer")[-1].body.answers] == ["17500.000000"]


def test_a_dearer_price_than_is_offered_is_for_a_person(table: Table) -> None:
    """From five on 17,900 is published, which is less than the limit."""
    assert table.bea.proposes("press", unit_price=LIMIT, quantity="5").revision == 0


def test_a_negotiated_price_is_sold_upwards_and_a_published_break_at_once(table: Table) -> None:
    table.bea.proposes("press", unit_price="18449")
    assert table.bea.proposes("press", quantity="1").revision == 0
    assert table.bea.proposes("press", quantity="3").revision == 3
    assert table.bea.proposes("press", quantity="5").revision == 4
    offer = table.database.read_now(lambda t: documents.read_revision(t, table.deal_id, 4)).offer
    assert offer.line("press").unit_price == Decimal(17900)


def test_what_a_manager_signed_below_the_floor_holds_upwards(table: Table) -> None:
    table.mia.edits("press", unit_price="15000", quantity="5")
    table.mia.publishes()
    assert table.bea.proposes("press", quantity="4").revision == 0
    assert table.bea.proposes("press", quantity="6").revision == 3


def test_the_same_key_twice_gives_the_same_revision(table: Table) -> None:
    first = table.bea.proposes("press", unit_price=LIMIT, key="k")
    changes = events(table, "buyer")[-2].body.changes
    again = table.bea.asks(*changes, package=False, key="k")
    assert again == first
    assert table.bea.deal.revision == 2


def test_a_question_still_waits_after_an_answer_at_once(table: Table) -> None:
    table.bea.says("When could you deliver?")
    asked_at = table.rita.deal.buyer_waits_since
    table.database.clock.advance(minutes=5)
    table.bea.proposes("press", unit_price=LIMIT)
    assert table.rita.deal.buyer_waits_since == asked_at
    table.rita.says("In week 12.")
    assert table.rita.deal.buyer_waits_since is None
    table.bea.proposes("press", quantity="1")
    table.rita.publishes("decline")
    table.bea.proposes("training", selected="true")
    assert table.rita.deal.buyer_waits_since is None


def test_a_refusal_looks_like_no_policy_at_all(table: Table) -> None:
    before = mails(table)
    table.bea.proposes("press", unit_price="18443.96")
    refused = [each for each in mails(table) if each not in before]
    assert refused == [("rita@kestrel.example", "seller_notice", "counteroffer")]
    assert [each.kind for each in events(table, "buyer")][1:] == ["counteroffer"]
    assert [each.kind for each in events(table, "seller")][-1] == "counteroffer"


def test_buyers_get_a_mail_and_the_rep_is_told_that_nothing_is_left_to_do(table: Table) -> None:
    before = mails(table)
    table.bea.proposes("press", unit_price=LIMIT)
    fresh = [each for each in mails(table) if each not in before]
    assert ("rita@kestrel.example", "seller_notice", "answered") in fresh
    assert ("bea@oakum.example", "new_answer", "") in fresh


def test_a_policy_allows_a_further_discount_once_per_deal_and_no_more(table: Table) -> None:
    allow(table, product="HP-*", company="oakum*", discount_percent=Decimal(2), uses=1)
    assert table.bea.proposes("press", unit_price="18081").revision == 2
    (ground,) = told_the_seller(table).grounds
    assert (ground.by, ground.policy, ground.name) == ("policy", "p1", "p1")
    table.rita.edits("press", unit_price="18450")
    table.rita.publishes()
    assert table.bea.proposes("press", unit_price="18081").revision == 0


@pytest.mark.parametrize(
    ("facts", "answered"),
    [
        ({"discount_percent": Decimal("1.9")}, False),
        ({"discount_percent": Decimal(2), "product": "XX-*"}, False),
        ({"discount_percent": Decimal(2), "product": "press"}, True),
        ({"discount_percent": Decimal(2), "company": "Havn*"}, False),
        ({"discount_percent": Decimal(2), "owner": "somebody else"}, False),
        ({"discount_percent": Decimal(2), "active": False}, False),
        ({"discount_percent": Decimal(2), "against": "list"}, False),
        ({"discount_percent": Decimal("7.3"), "against": "list"}, True),
        ({"discount_percent": Decimal(2), "margin_percent": Decimal(24)}, True),
        ({"discount_percent": Decimal(2), "margin_percent": Decimal(25)}, False),
        ({"discount_percent": Decimal(2), "concession_percent": Decimal("1.2")}, False),
        ({"discount_percent": Decimal(2), "concession_percent": Decimal("1.5")}, True),
    ],
)
def test_a_policy_holds_for_whom_and_for_what_it_says(
    table: Table, facts: dict[str, Any], answered: bool
) -> None:
    allow(table, **facts)
    assert bool(table.bea.proposes("press", unit_price="18081").revision) is answered


def test_a_policy_for_a_term_and_for_quantities(table: Table) -> None:
    allow(
        table,
        terms=(TermOption(term="Payment", value="60 Days net", instead_of="30 days net"),),
        quantities=True,
    )
    asked = table.bea.change("payment", "value", "60 days net"), table.bea.change("install", "quantity", "38")
    assert table.bea.asks(*asked, package=True).revision == 2
    assert table.bea.offer.term("payment").value == "60 days net"
    assert table.bea.proposes("payment", value="14 days net").revision == 0


def test_no_policy_goes_below_a_floor(table: Table) -> None:
    allow(table, discount_percent=Decimal(50), concession_percent=Decimal(100))
    assert table.bea.proposes("press", unit_price="15919.12").revision == 0


def test_an_answer_at_once_leaves_what_waits_for_a_manager(table: Table) -> None:
    table.bea.proposes("install", quantity="30")
    table.rita.edits("press", unit_price="15000")
    assert table.rita.publishes("accept").approval
    assert table.bea.proposes("training", selected="true").revision == 2
    state = table.database.read_now(lambda t: t.connection.execute(select(tables.approval.c.state)).scalar())
    assert state == "waiting"


def at_once(table: Table, bea: tuple[str, str, str], sol: tuple[str, str, str]) -> list[int]:
    """Both ask of revision 1; the revisions that answer. Who comes second is told that the revision moved."""

    def ask(seat: Seat, change: Change) -> int:
        return int(seat.asks(change, revision=1, confirmed=()).revision)

    wanted = (table.bea, table.bea.change(*bea)), (table.sol, table.sol.change(*sol))
    answered, refused = [], 0
    with ThreadPoolExecutor(2) as together:
        for future in [together.submit(ask, *each) for each in wanted]:
            try:
                answered.append(future.result())
            except Conflict:
                refused += 1
    assert refused == 1
    return answered


def test_of_two_at_the_same_instant_one_tries(table: Table) -> None:
    made = at_once(table, ("press", "unit_price", "18449"), ("press", "unit_price", "18448"))
    assert made == [2]
    assert open_ids(table) == []
    verify(table)


def test_of_two_published_prices_at_the_same_instant_the_later_is_shown_the_other_first(table: Table) -> None:
    made = at_once(table, ("press", "quantity", "5"), ("training", "selected", "true"))
    assert made == [2]
    assert open_ids(table) == []
    verify(table)
