"""PostgreSQL restarts, crashes, or cannot be reached, under two server processes: late, and nothing lost or doubled."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from tests.chaos.conftest import TIMES, Measured, Pair, by_hand
from tests.chaos.invariants import acknowledged, all_equal, kept_once, orders, verified
from tests.chaos.talk import opened, talking
from tests.chaos.test_killed_server import acceptance

pytestmark = pytest.mark.anyio

Act = Callable[[Pair], object]


def crash(pair: Pair) -> None:
    pair.postgres.kill()
    pair.postgres.start()


def heal(pair: Pair) -> None:
    for net in pair.to_postgres:
        net.heal()


FAULTS: dict[str, tuple[Act, Act]] = {
    "restarted": (lambda pair: pair.postgres.restart(), heal),
    "restarted in the middle": (lambda pair: pair.postgres.restart(signal.SIGQUIT), heal),
    "crashed": (crash, heal),
    "network reset": (lambda pair: [net.cut() for net in pair.to_postgres], heal),
    "network down for one": (lambda pair: pair.to_postgres[0].down(), heal),
    "network stalled": (lambda pair: [net.stall() for net in pair.to_postgres], heal),
    "answers lost": (lambda pair: [net.swallow("down") for net in pair.to_postgres], heal),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_everybody_talks_on(pair: Pair, fault: str, measured: Measured) -> None:
    begins, ends = FAULTS[fault]
    table = pair.house.deal()
    tabs = [pair.tab(table, who, server=n % 2) for n, who in enumerate((table.bea, table.rita, table.sol))]
    async with opened(*tabs):
        for _ in range(TIMES):
            async with talking(*tabs) as talk:
                await talk.confirmed(10)
                try:
                    await by_hand(begins, pair)
                finally:
                    await by_hand(ends, pair)
                began = time.monotonic()
                await talk.confirmed(talk.count + 10)
            await all_equal(*tabs)
            measured("from the end of the fault until all pages are whole", time.monotonic() - began)
        kept_once(pair.database, table.deal_id, acknowledged(tabs))
        verified(pair.database, table.deal_id)


async def test_a_commit_whose_answer_never_comes_is_not_said_again(pair: Pair) -> None:
    """The server cannot know whether it was kept: it must not claim that it was not."""
    table = pair.house.deal()
    async with opened(pair.tab(table, table.bea), pair.tab(table, table.rita, server=1)) as (bea, rita):
        for number in range(TIMES):
            net, key = pair.to_postgres[0], f"unanswered-{number}"
            net.never_answer(key.encode(), b"COMMIT")
            await bea.says("Is this here once?", key=key)
            assert net.fired.is_set()
            await rita.says("It is.")
        kept_once(pair.database, table.deal_id, acknowledged([bea, rita]))
        verified(pair.database, table.deal_id)
        await all_equal(bea, rita)


async def test_an_order_whose_commit_was_not_answered_is_placed_once(pair: Pair) -> None:
    for number in range(TIMES):
        table, net, key = pair.house.deal(), pair.to_postgres[0], f"unanswered-order-{number}"
        form = acceptance(table, key)
        async with opened(pair.tab(table, table.sol)) as (sol,):
            net.never_answer(key.encode(), b"COMMIT")
            assert (await sol.posts("acceptance", **form)).status_code == 503
            assert net.fired.is_set()
            placed = orders(pair.database, table.deal_id)
            assert (await sol.posts("acceptance", **form)).status_code == 303
            assert orders(pair.database, table.deal_id) == placed
            assert len(placed) == 1
            verified(pair.database, table.deal_id)
            await all_equal(sol)


async def test_a_database_that_swallows_everything_is_told_to_people_and_nothing_typed_is_lost(
    pair: Pair,
) -> None:
    table, net = pair.house.deal(), pair.to_postgres[0]
    async with opened(pair.tab(table, table.bea)) as (bea,):
        net.swallow("up")
        net.cut()
        try:
            answer = await bea.posts("messages", body="Typed while nothing answers.", key="typed")
        finally:
            net.heal()
        assert answer.status_code == 503
        assert "Typed while nothing answers." in answer.text
        await bea.says("Typed while nothing answers.", key="typed")
        kept_once(pair.database, table.deal_id, acknowledged([bea]))
        await all_equal(bea)
