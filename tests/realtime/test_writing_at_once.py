"""What is new is written to a socket that rests without waking its task; whatever stands in the way wakes it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from portal.access import BuyerSession
from realtime.hub.feed import PARTIES, Feed
from realtime.hub.subscription import FrameMemo, Subscription
from realtime.sockets.protocol import framed, text_of

pytestmark = pytest.mark.anyio


@given(st.one_of(st.text(max_size=200), st.integers(120, 130).map("x".__mul__), st.just("ü" * 40_000)))
def test_a_frame_is_what_any_client_reads(text: str) -> None:
    client = ClientProtocol(parse_uri("ws://127.0.0.1/"), state=State.OPEN, max_size=None)
    frame = framed(text.encode())
    client.receive_data(frame)
    (found,) = client.events_received()
    assert isinstance(found, Frame)
    assert (found.opcode, found.fin, bytes(found.data).decode()) == (Opcode.TEXT, True, text)
    assert text_of(frame) == text


class Desk:
    """One deal with one socket, and what was pushed to it."""

    def __init__(self, *, can: bool = True) -> None:
        self.feed, self.pushed, self.can = Feed(), 0, can
        self.subscription = Subscription(BuyerSession("bea"), self.feed, "deal")
        self.subscription.push = self.push
        self.feed.subscriptions.add(self.subscription)

    def push(self, memo: FrameMemo) -> bool:
        self.pushed += 1
        return self.can

    async def resting(self) -> asyncio.Task[bool]:
        task = asyncio.create_task(self.subscription.wait(0.2))
        await asyncio.sleep(0)
        return task


async def test_a_socket_that_rests_goes_on_resting() -> None:
    desk = Desk()
    task = await desk.resting()
    desk.feed.wake(PARTIES)
    assert not await task, "it was woken, though everything was written"
    assert desk.pushed == 1


async def test_what_cannot_be_written_at_once_wakes_the_task() -> None:
    desk = Desk(can=False)
    task = await desk.resting()
    desk.feed.wake(PARTIES)
    assert await task


async def test_nothing_is_written_past_a_task_that_is_writing() -> None:
    desk = Desk()
    desk.feed.wake(PARTIES)
    assert desk.pushed == 0
    assert await desk.subscription.wait(5), "what came meanwhile is not forgotten"


async def test_a_socket_whose_right_has_ended_is_written_nothing_more() -> None:
    desk = Desk()
    task = await desk.resting()
    desk.subscription.end(4403)
    desk.feed.wake(PARTIES)
    assert desk.pushed == 0
    assert await task
