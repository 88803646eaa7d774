"""Measure what each step of a message costs, in microseconds of CPU: alone, and in batches. Half a minute, no server.

    .venv/bin/python -m benchmarks.steps

The steps are the application's own functions, on data made by its own commands (SQLite, synchronous=FULL). The CPU time of
one thread is measured, and the best of several rounds is used, so that other load on the machine has little influence.
"""

from __future__ import annotations

import asyncio
import gc
import json
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.http11 import Request
from websockets.server import ServerProtocol

from benchmarks import world
from benchmarks.load.chat import WORDS
from benchmarks.load.wire import framed as masked
from benchmarks.machine import memory_folder
from benchmarks.report import aligned
from benchmarks.world import Shape, Sizes
from portal.access import deals_for
from portal.commands.conversation import post_message
from portal.commands.conversation.post_message import Message
from portal.database.append_events import append_events
from portal.database.database import Database, utc_now
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import event_stream, turn
from portal.rendering.live.fragments import Fragments
from portal.rendering.static_files import StaticFiles
from portal.rendering.templating import Templates, shipped
from portal.settings import Settings
from portal.storage.session import Store
from realtime.sockets import client_frames
from realtime.sockets.frames import Frame, encode

GROUPS, ROUNDS, REPEATS = (1, 8, 32), 5, 8
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def best(step: Callable[[int], object], messages: int) -> float:
    """Return the microseconds a message in the fastest round. `step` gets a different number each time."""
    found = []
    for first in range(0, ROUNDS * REPEATS, REPEATS):
        gc.collect()
        began = time.thread_time()
        for number in range(first, first + REPEATS):
            step(number)
        found.append(time.thread_time() - began)
    return min(found) / REPEATS / messages * 1e6


def group(made: world.World, size: int) -> list[Message]:
    """Return a message for each of `size` rooms, by a random member."""
    seats = [secrets.choice(room) for room in made.many[:size]]
    return [
        Message(actor=seat.actor, deal_id=seat.deal_id, body=f"{WORDS} {key}", key=key)
        for seat in seats
        for key in [secrets.token_urlsafe(12)]
    ]


def writing(made: world.World, store: Store, size: int) -> dict[str, float]:
    groups = [group(made, size) for _ in range(ROUNDS * REPEATS)]
    asked = [[(message.actor, message.deal_id) for message in messages] for messages in groups]
    found: dict[str, float] = {}
    with store.writer.connect() as connection, connection.begin() as transaction:
        work = UnitOfWork(connection=connection, now=utc_now())
        found["session, grant, role and deal"] = best(lambda n: deals_for(work, asked[n]), size)
        keys = [[str(message.key) for message in messages] for messages in groups]
        found["key known?"] = best(lambda n: post_message._known(work, keys[n]), size)
        seats = deals_for(work, [pair for pairs in asked for pair in pairs])
        new: list[Any] = [
            [post_message._prepared(work, each, seats[each.actor, each.deal_id]) for each in messages]
            for messages in groups
        ]
        found["numbers, digests, rows"] = best(
            lambda n: append_events(work, [event for _, event in new[n]]), size
        )
        transaction.rollback()

    def whole(number: int) -> None:
        with store.writer.connect() as connection, connection.begin():
            work = UnitOfWork(connection=connection, now=utc_now())
            with connection.begin_nested():
                Message.together(work, groups[number])

    before = sum(found.values())
    found["begin, savepoint, commit, outcomes"] = best(whole, size) - before
    return found


def reading(made: world.World, store: Store, size: int) -> tuple[float, list[StoredEvent]]:
    """Measure reading the new events of `size` deals as the hub does. Return the cost, and an event of each deal."""
    with store.reading(utc_now()) as transaction:
        heads = event_stream.heads(transaction, {room[0].deal_id: 0 for room in made.many[:size]})
    known = {head.deal_id: head.seq - 1 for head in heads}
    found: list[StoredEvent] = []

    def look(number: int) -> None:
        with store.reading(utc_now()) as transaction:
            found[:] = event_stream.new_events(transaction, known, 2_000)

    return best(look, size), found


def receiving() -> float:
    text = json.dumps({"type": "message", "key": "k12345678", "body": WORDS, "anchor": None})
    protocol, frame = ServerProtocol(), masked(text.encode())
    protocol.receive_data(HANDSHAKE)
    (request,) = protocol.events_received()
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))

    def take(number: int) -> None:
        protocol.receive_data(frame)
        (event,) = protocol.events_received()
        client_frames.decode(event.data)  # type: ignore[union-attr]  # a frame

    return best(take, 1)


def drawing(database: Database, events: list[StoredEvent]) -> dict[str, float]:
    static = StaticFiles(shipped("static"))
    fragments = Fragments(database, Templates(_settings(), static))
    for event in events:
        asyncio.run(fragments.content(event, "buyer", "", "en"))
    people = [fragments._people.get(event.actor) for event in events]
    seated = [(event, who) for event, who in zip(events, people, strict=True) if who]
    heads = [event.head for event in events if event.head]
    stencils, count = fragments._stencils, len(events)
    said = ["7".join(stencils.around_position(event, who, "en")) for event, who in seated]
    return {
        "the message's HTML, once for both parties": best(
            lambda n: [stencils.around_position(event, who, "en") for event, who in seated], count
        ),
        "whose turn it is, a party, when it moved": best(
            lambda n: [fragments._turn(turn.waiting(head, "buyer", "Kestrel"), "en") for head in heads],
            count,
        ),
        "a frame's bytes, a party": best(lambda n: [encode(Frame(1, 2, text)) for text in said], count),
    }


def _settings() -> Settings:
    facts: dict[str, Any] = {"secret_keys": "of-a-benchmark-on-this-machine"}
    return Settings(**facts)


def sending() -> float:
    """Measure the system call that sends one frame to a socket on this machine, including its reception."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as near,
    ):
        far, _ = server.accept()
        with far:
            frame, sent = encode(Frame(1, 2, "x" * 700)), ROUNDS * REPEATS

            def take(number: int) -> None:
                far.recv(len(frame), socket.MSG_WAITALL)

            found = best(lambda number: near.send(frame), 1)
            for _ in range(sent):
                take(0)
            return found


def main() -> int:
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        made = world.build(Path(folder), Sizes(Shape(1, 2), Shape(max(GROUPS), 5), history=1, long=60))
        store = Store(f"sqlite:///{made.database}")
        database, columns = Database(store), list[dict[str, float]]()
        once = {"from the wire to the message": receiving()}
        for size in GROUPS:
            costs = writing(made, store, size)
            read, events = reading(made, store, size)
            columns.append(once | costs | {"read back by another process": read} | drawing(database, events))
            columns[-1]["written, a socket"] = sending()
        database.close()
    table = [("microseconds of CPU a message, in groups of", *map(str, GROUPS))]
    table += [(step, *(f"{column[step]:.0f}" for column in columns)) for step in columns[0]]
    print("\n".join(aligned(table)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
