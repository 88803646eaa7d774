"""A page that stays open equals one that is loaded now: after every kind of event, for everybody, over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import get_args

import pytest

from portal.commands.conversation import buyer_room, close_question
from portal.commands.deal import ask_more_time, assign_owner, give_more_time, record_view, reopen
from portal.commands.negotiation import agree_to, scenarios, share_scenario, withdraw_counteroffer
from portal.commands.people import add_contact, change_contact_role, issue_link, revoke_links
from portal.commands.revision import decide_approval, import_quote
from portal.domain.ledger import ledger
from portal.intake.incoming import read_quote
from tests.cast import Table
from tests.chaos.conftest import Site, by_hand
from tests.chaos.invariants import all_equal, verified
from tests.chaos.talk import opened
from tests.commands.streams import rows
from tests.quotes import quote

pytestmark = pytest.mark.anyio
PRESS = "line:press"


def talk(table: Table) -> None:
    table.bea.says("Is week 10 possible?")
    table.rita.says("It is. **Both** of them.")
    table.bea.says("And <b>this</b>?", anchor=PRESS)
    table.rita.says("Yes.", anchor="term:payment")
    table.rita.does(close_question.close_question, anchor=PRESS)


def look(table: Table) -> None:
    for who in (table.vic, table.bea, table.sol):
        who.does(record_view.record_view)


def side_rooms(table: Table) -> None:
    table.rita.notes("They will pay 18,000.")
    table.mia.notes("Not below 17,500.")
    table.bea.does(buyer_room.confide, body="We would pay 18,200.")
    table.bea.does(buyer_room.sign_off, topic="Legal", verdict="waiting")
    table.sol.does(buyer_room.sign_off, topic="legal", verdict="fine", note="As last year.")
    begun = table.bea.does(scenarios.begin, name="Three presses")
    table.bea.does(share_scenario.share_scenario, begun.scenario)


def ask_what_is_granted(table: Table) -> None:
    """Answered with the ask, by what the seller has allowed beforehand."""
    assert table.bea.proposes("press", unit_price="18443.97").revision == 2


def ask(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200", quantity="3")
    table.sol.proposes("payment", value="60 days net", package=True)


def overtake_and_take_back(table: Table) -> None:
    table.sol.proposes("press", unit_price="17100")
    made = table.bea.proposes("install", quantity="36")
    table.bea.does(withdraw_counteroffer.withdraw_counteroffer, made.counteroffer)


def answer(table: Table) -> None:
    answers = {
        "line:press:unit_price": "18000",
        "line:press:quantity": "accept",
        "term:payment:value": "decline",
    }
    table.rita.publishes(answers, note="Our best.")


def agree(table: Table) -> None:
    """To what was answered to something else, and to what nobody has asked about."""
    subjects = ["line:press", "term:delivery"]
    table.bea.does(agree_to.agree_to, subjects=subjects, revision=table.bea.deal.revision)


def choose(table: Table) -> None:
    table.bea.ticks("training")
    table.bea.ticks("panel-touch", field="choice")


def edit(table: Table) -> None:
    table.rita.edits("care", unit_price="240")
    table.rita.edits("delivery", value="Week 10")
    table.rita.publishes()


def below_the_floor(table: Table, *, granted: bool) -> None:
    table.rita.edits("press", unit_price="15000" if granted else "14000")
    approval = table.rita.publishes().approval
    table.mia.does(decide_approval.decide_approval, approval, granted=granted, note="Once.")


def own(table: Table) -> None:
    rep = table.mia.deal.actor.removeprefix("rep:")
    table.mia.does(assign_owner.assign_owner, rep)
    table.mia.does(assign_owner.assign_owner, None)


def contacts(table: Table) -> None:
    kim = table.rita.does(
        add_contact.add_contact, name="Kim Aas", email="kim@oakum.example", role="viewer"
    ).id
    table.rita.does(change_contact_role.change_contact_role, kim, "commenter")
    table.rita.does(issue_link.issue_link, kim, channel="shown")
    table.rita.does(revoke_links.revoke_links, kim)


def requote(table: Table) -> None:
    """The same quote with another title, and with somebody new."""
    deal = table.rita.deal
    buyer = quote()["buyer"]
    buyer["contacts"].append({"name": "Uma Lind", "email": "uma@oakum.example", "role": "commenter"})
    document = quote(
        external_id=deal.external_id,
        valid_until=deal.valid_until.date().isoformat(),
        title="Again",
        buyer=buyer,
    )
    incoming = read_quote(
        json.dumps(document).encode(), "quote.json", today=table.database.clock().date(), zone="UTC"
    )
    again = partial(import_quote.import_quote, actor=table.rita.actor, quote=incoming, requote=True)
    table.database.write_now(again)


def decline(table: Table) -> None:
    table.bea.proposes("press", unit_price="14900")
    table.bea.declines("Somebody else was faster.")


def withdraw(table: Table) -> None:
    table.bea.proposes("press", unit_price="14800")
    table.rita.withdraws("The press is sold.")


def open_again(table: Table) -> None:
    table.rita.does(reopen.reopen, valid_until=table.rita.deal.valid_until.date())


def ask_for_time(table: Table) -> None:
    table.bea.does(ask_more_time.ask_more_time, body="Until Friday?")


def give_time(table: Table) -> None:
    later = table.rita.deal.valid_until.date() + timedelta(days=30)
    table.rita.does(give_more_time.give_more_time, valid_until=later)


def accept(table: Table) -> None:
    table.bea.proposes("press", unit_price="14700")
    table.sol.accepts()
    table.bea.says("When does it arrive?")


STORY: tuple[Callable[[Table], None], ...] = (
    *(talk, look, side_rooms, ask_what_is_granted, ask, overtake_and_take_back, answer, agree, choose),
    *(edit, own, contacts),
    *(partial(below_the_floor, granted=False), partial(below_the_floor, granted=True)),
    *(requote, decline, open_again, withdraw, open_again),
)
ENDING: tuple[Callable[[Table], None], ...] = (ask_for_time, give_time, accept)


async def test_open_pages_follow_a_deal_through_everything_that_can_happen(site: Site) -> None:
    tomorrow = (site.tampering.now() + timedelta(days=1)).date().isoformat()
    table = site.house.deal(valid_until=tomorrow)
    people = [(table.vic, "en"), (table.bea, "de"), (table.sol, "en"), (table.rita, "en"), (table.mia, "de")]
    async with opened(*(site.tab(table, who, language=language) for who, language in people)) as tabs:
        for step in STORY:
            await by_hand(step, table)
            await all_equal(*tabs)
        before = [tab.last for tab in tabs]
        ends_in = table.rita.deal.valid_until - site.tampering.now()
        site.tampering.ahead.value = (ends_in + timedelta(hours=1)).total_seconds()
        # The sweeper comes by itself.
        for tab, last in zip(tabs, before, strict=True):
            await tab.reaches(last + 1)
        await all_equal(*tabs)
        for step in ENDING:
            await by_hand(step, table)
            await all_equal(*tabs)
        assert all(tab.connects == 1 for tab in tabs)
    verified(site.database, table.deal_id)
    happened = {row.kind for row in await by_hand(rows, table)}
    kinds = {body.__struct_config__.tag for body in get_args(ledger.AnyBody)}
    assert kinds == happened, "a kind of event that this story does not tell"


async def test_a_rep_who_looks_at_a_draft_sees_it_sent(site: Site) -> None:
    table = site.house.draft()
    async with opened(site.tab(table, table.mia)) as (mia,):
        await mia.posts("send")
        await by_hand(lambda: table.rita.says("Good morning."))
        await all_equal(mia, loads=2)
