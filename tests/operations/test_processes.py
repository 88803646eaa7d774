"""Two servers and a worker, no sticky sessions: whatever is done at one holds at the other, and is done once."""

from __future__ import annotations

import asyncio
import copy
import signal
import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from portal.commands.people import add_contact
from portal.storage import tables
from tests.cast import Table
from tests.chaos.invariants import acknowledged, all_equal, kept_once, verified
from tests.chaos.tab import Tab
from tests.chaos.talk import opened, talking
from tests.operations.conftest import Installation
from tests.realtime.client import Page

pytestmark = pytest.mark.anyio


async def test_what_is_said_at_one_is_shown_at_the_other(installation: Installation) -> None:
    table = installation.house.deal()
    bea = installation.tab(table, table.bea, server=0)
    rita = installation.tab(table, table.rita, server=1)
    async with opened(bea, rita):
        await bea.says("Could you do 17,200?")
        await rita.reaches(table.rita.deal.position)
        assert "Could you do 17,200?" in rita.page.text("log")
        await rita.says("For five of them.", "line:press")
        await bea.reaches(table.bea.deal.position)
        assert "For five of them." in bea.page.text("thread-line-press")
        await all_equal(bea, rita)


async def test_a_right_taken_at_one_is_gone_at_the_other(installation: Installation) -> None:
    table = copy.copy(installation.house.deal())
    bea, sol = (installation.tab(table, who, server=1) for who in (table.bea, table.sol))
    mia = installation.tab(table, table.mia, server=0)
    table.cookies = dict(table.cookies)  # one more session of Rita's, for this test alone
    elsewhere = table._rep("rita")
    rita = installation.tab(table, elsewhere, server=1)
    rita.cookies["parley_desk"] = table.cookies["rita"]
    rita.http.cookies.update(rita.cookies)
    async with opened(bea, sol, mia, rita):
        revoked = await mia.posts(f"contacts/{table.bea.contact_id}/revoke")
        assert revoked.status_code == 303
        await ended(bea, 4403)
        session = f"/desk/settings/sessions/{elsewhere.actor.id}/revoke"
        headers = {"Origin": mia.origin, "Sec-Fetch-Site": "same-origin"}
        ending = await mia.http.post(session, data={"csrf": mia.csrf}, headers=headers)
        assert ending.status_code == 303
        await ended(rita, 4401)
        await sol.says("And I am still here.")
        await mia.reaches(table.mia.deal.position)


async def ended(tab: Tab, code: int) -> None:
    await tab.ends()
    assert tab.over == code


async def test_each_mail_goes_out_once(installation: Installation) -> None:
    """Three workers with two lanes each: inside both servers, and one apart."""
    table = installation.house.deal()
    names = [f"reader{number}@oakum.example" for number in range(15)]
    for name in names:
        table.rita.does(add_contact.add_contact, name="A reader", email=name, role="viewer")
    for name in names:
        await asyncio.to_thread(installation.mail.wait_for, name)
    # Nobody is left who could send one of them again.
    await asyncio.to_thread(settled, installation)
    sent = Counter(message["Message-ID"] for message in installation.mail.messages)
    assert set(sent.values()) == {1}
    assert set(names) <= {
        str(message["To"]).split("<")[-1].rstrip(">") for message in installation.mail.messages
    }


def settled(installation: Installation) -> None:
    waiting = select(func.count()).where(tables.outbox.c.state == "waiting")
    while installation.database.read_now(lambda transaction: transaction.connection.scalar(waiting)):
        assert installation.worker.running


async def test_who_is_at_the_table_and_where_is_seen_across_processes_and_redis_may_fail(
    installation: Installation,
) -> None:
    table = installation.house.deal()
    bea, rita = await page(installation, table, "bea", 0), await page(installation, table, "rita", 1)
    before = table.rita.deal.seq

    async def is_seen_at(place: str | None) -> None:
        wanted = ("Bea Lund", "buyer", place)
        await rita.until(lambda frame: wanted in people(frame))

    await bea.sends({"type": "at", "anchor": "line:press"})
    await is_seen_at("line:press")
    await asyncio.to_thread(installation.redis.stop)
    await bea.says("Only the doorbell is gone.", key="without-redis")
    assert "content" in await rita.told("without-redis")
    installation.redis.start()  # from this thread: a program ends with the thread that started it
    await bea.sends({"type": "at", "anchor": "term:payment"})
    await is_seen_at("term:payment")
    await rita.sends({"type": "typing", "anchor": "term:payment"})
    typed = await bea.until(lambda frame: "typing" in frame.get("ephemeral", {}))
    assert typed["ephemeral"]["typing"]["name"] == "Rita"
    assert table.rita.deal.seq == before + 1, "presence is in no ledger"
    for each in (bea, rita):
        await each.close()


async def page(installation: Installation, table: Table, name: str, server: int) -> Page:
    """A raw socket: what a tab leaves unread is wanted here."""
    who = {"bea": table.bea, "rita": table.rita}[name]
    tab = installation.tab(table, who, server=server)
    cookies = "; ".join(f"{cookie}={value}" for cookie, value in tab.cookies.items())
    await tab.http.aclose()
    place = f"{tab.url}{tab.path}/live"
    return await Page.open(place, after=who.deal.position, cookie=cookies, origin=tab.origin)


def people(frame: dict[str, object]) -> set[tuple[str, str, str | None]]:
    told = frame.get("ephemeral", {})
    assert isinstance(told, dict)
    return {(person["name"], person["party"], person["at"]) for person in told.get("here", [])}


async def test_a_rolling_restart_loses_and_doubles_nothing(installation: Installation) -> None:
    """One process after the other is told to end while everybody talks; its people go over to the other, and come back."""
    table = installation.house.deal()
    tabs = [
        installation.tab(table, who, server=number % 2)
        for number, who in enumerate((table.bea, table.rita, table.sol, table.mia))
    ]
    async with opened(*tabs), talking(*tabs) as talk:
        for number, server in enumerate(installation.servers):
            await talk.confirmed(talk.count + 8)
            other = installation.servers[1 - number]
            for tab in tabs:
                go_to(tab, other.url)
            began = time.monotonic()
            server.process.terminate()
            await asyncio.to_thread(server.process.join, 15)
            assert server.process.exitcode == 0
            assert time.monotonic() - began < 10
            await talk.confirmed(talk.count + 8)
            await asyncio.to_thread(server.restart)
            for tab in tabs[number::2]:
                go_to(tab, server.url)
        await talk.confirmed(talk.count + 8)
        talk.end()
    assert "Traceback" not in installation.logs()
    kept_once(installation.database, table.deal_id, acknowledged(tabs))
    verified(installation.database, table.deal_id)


def go_to(tab: Tab, url: str) -> None:
    """What a balancer does: the next connection is made to a process that takes them."""
    tab.url = url
    tab.http.base_url = url


async def test_a_worker_apart_ends_in_order(installation: Installation) -> None:
    assert installation.worker.stop(signal.SIGTERM) == 0
    assert "Traceback" not in installation.worker.output()
