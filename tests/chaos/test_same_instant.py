"""Two people, or two processes, at the same instant: one effect, and never one that nobody asked for."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from portal.access import System
from portal.commands.people import add_rep, sign_in
from portal.commands.revision import import_quote, publish_revision
from portal.database.database import Database
from portal.domain.change.counteroffer import Answer
from portal.errors import Conflict, NotAllowed, NotFound, ParleyError
from portal.intake.incoming import read_quote
from tests.cast import Seat, open_database, prepare
from tests.chaos.conftest import TIMES, Pair
from tests.chaos.house import House
from tests.chaos.invariants import all_equal, kept_once, orders, verified
from tests.chaos.talk import opened
from tests.chaos.test_killed_server import acceptance
from tests.quotes import current_quote
from tests.services.postgres import PostgresServer

Act = Callable[[], Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Database]]:
    """Two ways to one database, as two processes have them."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/parley.db"
    else:
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        url = postgres.create_database(prepare)
    found = [open_database(url), open_database(url)]
    yield found
    for database in found:
        database.close()


def at_once(*acts: Act) -> list[Any]:
    """What each comes to, its result or its refusal, when all begin at the same instant."""
    barrier = threading.Barrier(len(acts))

    def begin(act: Act) -> Any:
        barrier.wait()
        try:
            return act()
        except ParleyError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def also(seat: Seat, database: Database) -> Seat:
    """The same person, on another process."""
    return Seat(database, seat.actor, seat.deal_id, seat.contact_id)


def test_accepting_meets_publishing(databases: list[Database], record_property: Callable[..., None]) -> None:
    one, two = databases
    house, accepted = House(one), 0
    for number in range(10 * TIMES):
        table = house.deal()
        table.rita.edits("press", unit_price="18000")
        form, sol, rita = table.sol.form(), also(table.sol, two), table.rita
        acts = [partial(sol.accepts, form), rita.publishes]
        outcomes = dict(zip(("accept", "publish"), at_once(*acts), strict=True))
        deal = rita.deal
        if isinstance(outcomes["publish"], ParleyError):
            accepted += 1
            assert (deal.state, deal.revision) == ("accepted", 1)
            assert orders(one, deal.id) == [(outcomes["accept"].number, form.revision, form.digest)]
        else:
            assert isinstance(outcomes["accept"], Conflict), outcomes
            assert (deal.state, deal.revision) == ("open", 2)
            assert orders(one, deal.id) == []
            # What the signer saw is not what stands; the same form is refused for good.
            assert isinstance(at_once(partial(sol.accepts, form, key=f"again-{number}"))[0], Conflict)
        verified(one, deal.id)
    record_property("accepted", accepted)


def test_accepting_meets_every_other_ending(databases: list[Database]) -> None:
    one, two = databases
    house = House(one)
    for _ in range(2 * TIMES):
        for ending in ("declines", "withdraws"):
            table = house.deal()
            table.bea.proposes("press", unit_price="17200")
            other = table.bea if ending == "declines" else table.rita
            accepted, ended = at_once(table.sol.accepts, getattr(also(other, two), ending))
            assert isinstance(accepted, NotAllowed) != isinstance(ended, NotAllowed), (accepted, ended)
            verified(one, table.deal_id)


def test_a_double_click_on_two_processes(databases: list[Database]) -> None:
    one, two = databases
    house = House(one)
    for number in range(3 * TIMES):
        table, key = house.deal(), f"key-{number}"
        for name, who in (("bea", table.bea), ("rita", table.rita)):
            said = at_once(*(partial(each.says, name, key=name) for each in (who, also(who, two))))
            assert said[0] == said[1]
        ask = partial(table.bea.proposes, "press", unit_price="17200", key=key)
        made = at_once(ask, partial(also(table.bea, two).proposes, "press", unit_price="17200", key=key))
        assert made[0] == made[1]
        # One form, as one page sends it twice.
        answer = Answer(change_id="line:press:unit_price", verdict="accept")
        form = publish_revision.Publication(base_revision=1, answers=(answer,))
        publish = partial(publish_revision.publish_revision, publication=form, key=key)
        published = at_once(*(partial(each.does, publish) for each in (table.rita, also(table.rita, two))))
        assert published[0] == published[1]
        assert table.rita.deal.revision == 2
        accepting = table.sol.form()
        accepts = [partial(sol.accepts, accepting, key=key) for sol in (table.sol, also(table.sol, two))]
        # Without the key, too: the same person and the same revision are the same order.
        placed = at_once(
            *accepts, partial(table.sol.accepts, accepting), partial(also(table.sol, two).accepts, accepting)
        )
        assert len({each.number for each in placed}) == 1, placed
        assert len(orders(one, table.deal_id)) == 1
        verified(one, table.deal_id)
        kept_once(one, table.deal_id, {"bea": "bea", "rita": "rita"})


def test_one_quote_is_taken_in_by_two(databases: list[Database]) -> None:
    one, two = databases
    house, system = House(one), System("cli")

    def incoming(**changes: Any) -> Any:
        document = json.dumps(current_quote(**changes)).encode()
        return read_quote(document, "quote.json", today=one.clock().date(), zone="UTC")

    def takes(database: Database, document: Any, **options: Any) -> Act:
        return lambda: database.write_now(
            lambda work: import_quote.import_quote(work, system, document, **options)
        )

    for number in range(3 * TIMES):
        first = incoming(external_id=f"BOTH-{number}")
        taken = at_once(takes(one, first), takes(two, first))
        assert len({each.deal for each in taken}) == 1, taken
        assert sorted(each.created for each in taken) == [False, True]
        table = house.deal()
        known = one.read_now(lambda t, d=table.deal_id: house.external_id(t, d))
        again = incoming(external_id=known, title="Another title")
        requoted = at_once(takes(one, again, requote=True), takes(two, again, requote=True))
        assert sorted(each.revision for each in requoted) == [0, 2], requoted
        assert table.rita.deal.revision == 2
        verified(one, table.deal_id)


def test_a_sign_in_link_is_used_by_one_of_two(databases: list[Database]) -> None:
    one, two = databases
    one.write_now(partial(add_rep.add_rep, email="kim@kestrel.example", name="Kim", role="rep"))
    for _ in range(3 * TIMES):
        link = one.write_now(lambda work: sign_in.issue_sign_in_link(work, "kim@kestrel.example"))
        token = link.url.rpartition("/")[2]
        uses = [partial(each.write_now, partial(sign_in.sign_in, token=token)) for each in (one, two)]
        used = at_once(*uses)
        assert sorted(isinstance(each, NotFound) for each in used) == [False, True]


@pytest.mark.anyio
async def test_over_the_wire_accepting_meets_publishing(pair: Pair) -> None:
    for number in range(2 * TIMES):
        table = pair.house.deal()
        table.rita.edits("press", unit_price="18000")
        form = acceptance(table, f"wire-{number}")
        async with opened(pair.tab(table, table.sol), pair.tab(table, table.rita, server=1)) as (sol, rita):
            accepted, published = await asyncio.gather(
                sol.posts("acceptance", **form), rita.posts("publish", base="1", key="publish")
            )
            assert {accepted.is_redirect, published.is_redirect} == {True, False}
            assert (published if accepted.is_redirect else accepted).status_code in (403, 409)
            found = orders(pair.database, table.deal_id)
            assert [order[1:] for order in found] == ([(1, form["digest"])] if accepted.is_redirect else [])
            verified(pair.database, table.deal_id)
            await all_equal(sol, rita)


@pytest.mark.anyio
async def test_over_the_wire_the_same_key_from_two_processes(pair: Pair) -> None:
    for number in range(2 * TIMES):
        table = pair.house.deal()
        form = acceptance(table, f"both-{number}")
        tabs = [pair.tab(table, table.sol, server=n) for n in range(2)]
        async with opened(*tabs) as (one, two):
            await asyncio.gather(one.says("Once.", key="once"), two.says("Once.", key="once"))
            said = await asyncio.gather(*(each.posts("messages", body="Once.", key="once") for each in tabs))
            assert [answer.status_code for answer in said] == [303, 303]
            placed = await asyncio.gather(*(each.posts("acceptance", **form) for each in tabs))
            assert [answer.status_code for answer in placed] == [303, 303]
            assert len(orders(pair.database, table.deal_id)) == 1
            kept_once(pair.database, table.deal_id, {"once": "Once."})
            verified(pair.database, table.deal_id)
            await all_equal(one, two)
