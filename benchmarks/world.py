"""The deals for measuring the real application, made once a run by its own commands in a SQLite file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import page_data
from portal.access import BuyerSession, DeskSession, System, token_hash
from portal.commands.conversation.post_message import Message
from portal.commands.deal import send_proposal
from portal.commands.people import add_rep, issue_link, join, sign_in
from portal.commands.revision import import_quote
from portal.database.database import Database
from portal.intake.incoming import read_quote
from portal.storage import migrate, tables
from portal.storage.session import Store

REPS = 5
CLI = System("cli")


@dataclass(frozen=True)
class Shape:
    """A number of rooms, with a number of sockets in each."""

    rooms: int
    sockets: int

    def __str__(self) -> str:
        return f"{self.rooms} {'room' if self.rooms == 1 else 'rooms'} x {self.sockets}"


@dataclass(frozen=True)
class Sizes:
    """The size of the data. `history` events and `long` lines belong to the deal with a long history."""

    one: Shape
    many: Shape
    history: int
    long: int


@dataclass(frozen=True)
class Seat:
    """One person's browser on one deal, and the position that its page was rendered with."""

    deal_id: str
    party: str
    cookie: str
    after: int

    @property
    def page(self) -> str:
        return f"/desk/deals/{self.deal_id}" if self.party == "seller" else f"/deals/{self.deal_id}"

    @property
    def socket(self) -> str:
        return f"{self.page}/live?after={self.after}"

    @property
    def actor(self) -> BuyerSession | DeskSession:
        held = token_hash(self.cookie)
        return DeskSession(held) if self.party == "seller" else BuyerSession(held)

    def headers(self, port: int) -> dict[str, str]:
        name = "parley_desk" if self.party == "seller" else "parley_buyer"
        return {"Cookie": f"{name}={self.cookie}", "Origin": f"http://127.0.0.1:{port}"}


@dataclass(frozen=True)
class Page:
    """A page to request, the people who request it, and the texts that every response must contain."""

    seats: list[Seat]
    wants: list[str]


@dataclass
class World:
    """The data of a run: seats by deal. Half of the seats are buyers' in the one large room, three of five in the many."""

    database: Path
    sizes: Sizes
    one: list[list[Seat]] = field(default_factory=list)
    many: list[list[Seat]] = field(default_factory=list)
    pages: dict[int, Page] = field(default_factory=dict)
    # The deal with a long history, and a new one.
    grown: list[list[Seat]] = field(default_factory=list)

    def rooms(self, shape: Shape) -> list[list[Seat]]:
        found = self.one if shape == self.sizes.one else self.many
        return found[: shape.rooms]


def build(folder: Path, sizes: Sizes) -> World:
    """Create the data. The database is closed, so that the file is complete."""
    path = folder / "world.db"
    store = Store(f"sqlite:///{path}")
    migrate.upgrade(store, new_epoch="bench")
    database = Database(store)
    try:
        return asyncio.run(_filled(database, World(path, sizes)))
    finally:
        database.close()


async def _filled(database: Database, world: World) -> World:
    sizes = world.sizes
    reps = [await _rep(database, number) for number in range(REPS)]
    buyers, desk = (sizes.one.sockets + 1) // 2, sizes.one.sockets // 2
    world.one = [await _room(database, "one", 5, buyers, [reps[seat % REPS] for seat in range(desk)])]
    for first in range(0, sizes.many.rooms, 20):
        numbers = range(first, min(first + 20, sizes.many.rooms))
        pairs = [[reps[number % REPS], reps[(number + 1) % REPS]] for number in numbers]
        rooms = (_room(database, f"many-{n}", 5, 3, pair) for n, pair in zip(numbers, pairs, strict=True))
        world.many += await asyncio.gather(*rooms)
    for lines in (page_data.LINES, sizes.long):
        seats = await _room(database, f"page-{lines}", lines, 3, [])
        seats = await _talk(database, seats, page_data.MESSAGES)
        wants = [f"Position of the offer {lines}", page_data.WANTS[1]]
        world.pages[lines] = Page(seats, wants)
    old = await _room(database, "old", sizes.long, 3, reps[:2])
    world.grown = [
        await _talk(database, old, sizes.history),
        await _room(database, "new", 5, 3, reps[:2]),
    ]
    return world


async def _room(database: Database, name: str, lines: int, buyers: int, reps: Sequence[str]) -> list[Seat]:
    quote = read_quote(
        json.dumps(_quote(name, lines, buyers)).encode(), "quote.json", today=_today(), zone="UTC"
    )
    deal_id = (await database.write(lambda work: import_quote.import_quote(work, CLI, quote))).deal
    await database.write(lambda work: send_proposal.send_proposal(work, CLI, deal_id))
    contact = tables.contact
    ids = await database.read(
        lambda read: read.connection.scalars(
            contact.select().with_only_columns(contact.c.id).where(contact.c.deal_id == deal_id)
        ).all()
    )
    cookies = await asyncio.gather(*(_joined(database, deal_id, contact_id) for contact_id in ids))
    seats = [Seat(deal_id, "buyer", cookie, 0) for cookie in cookies]
    return await _placed(database, [*seats, *(Seat(deal_id, "seller", cookie, 0) for cookie in reps)])


async def _talk(database: Database, seats: list[Seat], messages: int) -> list[Seat]:
    """Write messages by all seats in turn. Return the seats at their new positions."""

    def said(number: int) -> Message:
        seat = seats[number % len(seats)]
        body = f"Message {number}: {page_data.SAID}"
        return Message(actor=seat.actor, deal_id=seat.deal_id, body=body, key=f"before-{number}")

    for first in range(1, messages + 1, 100):
        numbers = range(first, min(first + 100, messages + 1))
        await asyncio.gather(*(database.write(said(number)) for number in numbers))
    return await _placed(database, seats)


async def _placed(database: Database, seats: list[Seat]) -> list[Seat]:
    deal = tables.deal
    head = await database.read(
        lambda read: read.connection.execute(deal.select().where(deal.c.id == seats[0].deal_id)).one()
    )
    newest = {"buyer": head.buyer_seq, "seller": head.seller_seq}
    return [Seat(seat.deal_id, seat.party, seat.cookie, newest[seat.party]) for seat in seats]


async def _joined(database: Database, deal_id: str, contact_id: str) -> str:
    link = await database.write(
        lambda work: issue_link.issue_link(work, CLI, deal_id, contact_id, channel="shown")
    )
    token = link.url.rpartition("/")[2]
    return (await database.write(lambda work: join.join(work, token, session_id=None))).cookie


async def _rep(database: Database, number: int) -> str:
    email = f"rep{number}@kestrel.example"
    await database.write(lambda work: add_rep.add_rep(work, email=email, name=f"Rita {number}", role="rep"))
    link = await database.write(lambda work: sign_in.issue_sign_in_link(work, email))
    token = link.url.rpartition("/")[2]
    return (await database.write(lambda work: sign_in.sign_in(work, token))).cookie


def _quote(name: str, lines: int, buyers: int) -> dict[str, Any]:
    people = [
        {"name": f"Bea {number}", "email": f"bea{number}@{name}.example", "role": "negotiator"}
        for number in range(buyers)
    ]
    return {
        "external_id": f"bench-{name}",
        "title": "Two presses for the Odense line",
        "currency": "EUR",
        "valid_until": (_today() + timedelta(days=60)).isoformat(),
        "introduction": page_data.INTRODUCTION,
        "seller": {"name": "Kestrel Machines"},
        "buyer": {"company": "Oakum Foods", "contacts": people},
        "lines": [_line(number) for number in range(1, lines + 1)],
        "terms": [{"key": "payment", "name": "Payment", "value": "30 days net", "negotiable": True}],
    }


def _line(number: int) -> dict[str, Any]:
    price = page_data.price(number)
    return {
        "key": f"l{number}",
        "sku": f"HP-{number}",
        "name": f"Position of the offer {number}",
        "description": page_data.DESCRIPTION,
        "section": "Machines",
        "quantity": str(1 + number % 7),
        "unit_price": str(price),
        "list_price": str(price + 100),
        "discount_percent": "5",
        "tax": {"category": "S", "rate": "19"},
        "negotiable": ["quantity", "unit_price"],
    }


def _today() -> Any:
    return datetime.now(UTC).date()
