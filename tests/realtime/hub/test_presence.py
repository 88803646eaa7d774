"""Who is at the table and who is typing: shown to everybody else, never stored, gone after a while."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from portal.access import BuyerSession
from realtime.hub import presence
from realtime.hub.feed import Feed
from realtime.hub.presence import Presence
from realtime.hub.presence_messages import Person, PresenceMessage
from realtime.hub.subscription import Subscription
from realtime.sockets import client_messages
from tests.cast import Table
from tests.realtime.client import WITHIN
from tests.realtime.conftest import Opens

pytestmark = pytest.mark.anyio


async def test_people_see_each_other_come(opens: Opens, table: Table) -> None:
    bea = await opens(table.bea)
    await opens(table.rita)
    frame = await bea.until(lambda frame: len(frame.get("ephemeral", {}).get("here", ())) == 2)
    assert [(person["name"], person["party"]) for person in frame["ephemeral"]["here"]] == [
        ("Bea Lund", "buyer"),
        ("Rita", "seller"),
    ]


async def test_typing_is_seen_by_others_and_stored_nowhere(
    opens: Opens, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long this takes here, it is within one pause.
    monkeypatch.setattr(client_messages, "TYPING", 30.0)
    bea, rita = await opens(table.bea), await opens(table.rita)
    before = table.rita.deal.seq
    for _ in range(5):
        await bea.sends({"type": "typing", "anchor": "line:press"})
    await bea.says("Done", key="k1")
    await rita.posted("k1")
    typed = [told["typing"] for told in rita.ephemeral if "typing" in told]
    assert [(each["name"], each["anchor"]) for each in typed] == [("Bea Lund", "line:press")], (
        "passed on once in a while"
    )
    await bea.posted("k1")
    assert not any("typing" in told for told in bea.ephemeral)
    assert table.rita.deal.seq == before + 1


async def test_nobody_of_another_deal_is_told(opens: Opens, table: Table) -> None:
    ravn = await opens(table.ravn, deal_id=table.rival_deal_id)
    bea = await opens(table.bea)
    await bea.sends({"type": "typing", "anchor": None})
    for _ in range(3):
        await ravn.heartbeat()
    people = {person["name"] for told in ravn.ephemeral for person in told.get("here", ())}
    assert people <= {"Ravn Friis"}
    assert not any("typing" in told for told in ravn.ephemeral)


# ---- between processes, and over time ---------------------------------------------------------------------------------


class Here:
    """The presence of one process, its sockets, and what it tells other processes."""

    def __init__(self) -> None:
        self.feed, self.told = Feed(), list[bytes]()
        self.presence = Presence(self.told.append, lambda deal_id: self.feed.subscriptions)

    def opens(self, name: str) -> Subscription:
        subscription = Subscription(BuyerSession(name), self.feed, "deal")
        subscription.person, subscription.name = f"contact:{name}", name
        self.feed.subscriptions.add(subscription)
        self.presence.join(subscription)
        return subscription

    def hears(self, other: Here) -> None:
        notes, other.told[:] = other.told[:], []
        for note in notes:
            self.presence.on_note(note)

    @property
    def names(self) -> list[str]:
        return [person.name for person in self.presence.people("deal")]


async def test_a_process_that_joins_learns_who_is_elsewhere() -> None:
    one, two = Here(), Here()
    one.opens("bea")
    one.told.clear()
    two.opens("sol")
    one.hears(two)
    two.hears(one)
    assert one.names == two.names == ["bea", "sol"]


async def test_a_reload_is_no_coming_and_going(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "GRACE", 0.05)
    here = Here()
    first = here.opens("bea")
    here.told.clear()
    here.presence.leave(first)
    second = here.opens("bea")
    later = here.opens("sol")
    here.presence.leave(second)
    assert here.names == ["bea", "sol"]
    async with asyncio.timeout(WITHIN):
        while here.names != ["sol"]:
            await later.wait(1)
    assert [
        word.says for note in here.told for word in msgspec.json.decode(note, type=list[PresenceMessage])
    ] == [
        "here",
        "gone",
    ]


async def test_who_is_not_heard_of_any_more_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = Here(), Here()
    one.opens("bea")
    two.opens("sol")
    one.hears(two)
    assert one.names == ["bea", "sol"]
    monkeypatch.setattr(presence, "EXPIRY", -1.0)
    two.told.clear()
    two.presence.tick()
    one.hears(two)
    one.presence.tick()
    assert one.names == ["bea"]


async def test_nonsense_from_elsewhere_is_ignored() -> None:
    here = Here()
    here.opens("bea")
    stranger = Person("contact:x", "x", "buyer")
    for word in (b"", b"{}", b'{"deal":"deal","says":"here"}', b'{"deal":"deal","says":"shout"}', b"1"):
        here.presence.on_note(b"[" + word + b"]")
        here.presence.on_note(word)
    here.presence.on_note(msgspec.json.encode([PresenceMessage("two", "another", "here", stranger)]))
    assert here.names == ["bea"]


async def test_the_grace_begins_with_the_last_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer of an earlier leave says nothing about a later one."""
    here, first_is_over = Here(), asyncio.Event()
    here.opens("sol")
    monkeypatch.setattr(presence, "GRACE", 0.05)
    here.presence.leave(here.opens("bea"))
    asyncio.get_running_loop().call_later(0.06, first_is_over.set)
    monkeypatch.setattr(presence, "GRACE", 3600.0)
    here.presence.leave(here.opens("bea"))
    await first_is_over.wait()
    assert here.names == ["bea", "sol"]


async def test_who_goes_over_to_another_process_stays_for_a_third(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sticky sessions a page that reloads may land anywhere."""
    monkeypatch.setattr(presence, "GRACE", 0.0)
    one, two, three = Here(), Here(), Here()
    third = three.opens("sol")
    first = one.opens("bea")
    three.hears(one)
    two.opens("bea")
    three.hears(two)
    one.presence.leave(first)
    while not any(b'"gone"' in note for note in one.told):
        await first.wait(0.05)
    three.hears(one)
    assert three.names == ["bea", "sol"]
    assert third in three.feed.subscriptions


def places(here: Here) -> dict[str, str | None]:
    return {person.name: person.at for person in here.presence.people("deal")}


async def test_where_somebody_is_reaches_other_processes_once_they_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presence, "COLLECT", 0.01)
    one, two = Here(), Here()
    bea, sol = one.opens("bea"), two.opens("sol")
    two.hears(one)
    for key in range(100):
        one.presence.move(bea, f"line:{key}")
    while not one.told:
        await bea.wait(1)
    assert len(one.told) == 1
    two.hears(one)
    assert places(two) == {"bea": "line:99", "sol": None}
    while b'"at":"line:99"' not in (sol.ephemeral_frames[-1] if sol.ephemeral_frames else b""):
        await sol.wait(1)
    # Their other page, on another process and at no line, takes nothing back; the page that was there does.
    two.opens("bea")
    assert places(two)["bea"] == "line:99"
    one.presence.leave(bea)
    while not one.told:
        await bea.wait(1)
    two.hears(one)
    assert places(two)["bea"] is None


async def test_a_process_with_thousands_of_people_repeats_them_in_few_notes() -> None:
    one, two = Here(), Here()
    for number in range(1_000):
        one.opens(f"buyer {number:04}")
    two.opens("rita")
    one.told.clear()
    one.presence.tick()
    assert len(one.told) < 10
    two.hears(one)
    assert len(two.names) == 1_001
