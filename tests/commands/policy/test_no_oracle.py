"""A buyer who does nothing but probe: whatever is asked, split, bound, spelled otherwise or taken back, a hundred tries tell
at most whether one secret held on each line, once for each revision of a rep's."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from portal.commands.negotiation import open_asks as asks
from portal.commands.negotiation import withdraw_counteroffer
from portal.database.database import Database
from portal.domain.change.change import Change
from portal.errors import Conflict, Invalid
from tests.cast import Clock, Seat, Table, open_database
from tests.quotes import quote

TRIES = 100
# What the seller would take, unknown to the buyer: one world each.
SECRETS = ("16000", "16500.01", "17200", "17800", "18449.99", None)
Seen = tuple[int, str]


def world(database: Database, secret: str | None) -> Table:
    document = quote()
    press, install = document["lines"][0], document["lines"][1]
    press["negotiable"] = ["quantity", "unit_price", "discount_percent"]
    private = {"unit_cost": "13000", "floor_unit_price": "15900"}
    press["private"] = private | ({"auto_accept_unit_price": secret} if secret else {})
    install["negotiable"] = ["quantity", "unit_price"]
    return Table(database, document)


class Probing:
    """One adaptive buyer: the next ask depends on chance (its own, always the same) and on everything seen so far."""

    def __init__(self, table: Table, seed: int) -> None:
        self.table, self.chance = table, random.Random(seed)
        self.low, self.high = Decimal(15000), Decimal(18450)
        self.seen: list[Seen] = []

    def probes(self, times: int) -> None:
        for _ in range(times):
            with suppress(Invalid, Conflict):
                self._one()
            deal = self.table.bea.deal
            self.seen.append((deal.revision, deal.digest))

    def _one(self) -> None:
        middle = ((self.low + self.high) / 2).quantize(Decimal("0.01"))
        who = self.chance.choice([self.table.bea, self.table.sol])
        act: Callable[[Seat, Decimal], None] = self.chance.choice(
            [self._asks, self._asks, self._asks, self._takes_back, self._chooses]
        )
        before = self.table.bea.deal.revision
        act(who, middle)
        if act == self._asks:
            self.low, self.high = (
                (self.low, middle) if self.table.bea.deal.revision > before else (middle, self.high)
            )

    def _asks(self, who: Seat, price: Decimal) -> None:
        discount = ((1 - price / self.table.bea.offer.line("press").unit_price) * 100).quantize(
            Decimal("0.01")
        )
        spelled = self.chance.choice(
            [
                {"unit_price": str(price)},
                {"unit_price": str(price)},
                {"discount_percent": str(max(discount, Decimal(0)))},
                {"unit_price": str(price), "quantity": str(self.chance.randint(1, 10))},
                {"quantity": str(self.chance.randint(1, 10))},
            ]
        )
        changes = [who.change("press", field, value) for field, value in spelled.items()]
        changes += self.chance.choice([[], [], self._beside(who)])
        who.asks(*changes, package=self.chance.random() < 0.3)

    def _beside(self, who: Seat) -> list[Change]:
        return [
            self.chance.choice(
                [
                    who.change("install", "quantity", str(self.chance.randint(20, 60))),
                    who.change("training", "selected", self.chance.choice(["true", "false"])),
                    who.change("payment", "value", self.chance.choice(["14 days net", "60 days net"])),
                ]
            )
        ]

    def _takes_back(self, who: Seat, price: Decimal) -> None:
        open_asks = self.table.database.read_now(partial(asks.open_asks, deal_id=self.table.deal_id))
        if open_asks:
            who.does(withdraw_counteroffer.withdraw_counteroffer, self.chance.choice(open_asks).id)

    def _chooses(self, who: Seat, price: Decimal) -> None:
        who.ticks("training", self.chance.choice(["true", "false"]))


def transcript(folder: Path, secret: str | None, seed: int, *, rounds: int) -> tuple[Seen, ...]:
    """What the buyer sees: a hundred tries in each round, and a rep's revision between two rounds."""
    database = open_database(f"sqlite:///{folder}/{seed}-{secret}.db", Clock())
    try:
        table = world(database, secret)
        buyer = Probing(table, seed)
        for number in range(rounds):
            if number:
                open_asks = database.read_now(partial(asks.open_asks, deal_id=table.deal_id))
                # The same offer in every world, so that nothing but the secret differs.
                table.rita.edits("press", unit_price="18400", discount_percent="0", quantity="2")
                table.rita.edits("training", selected="false")
                table.rita.publishes("decline" if open_asks else "")
            buyer.probes(TRIES // rounds)
        return tuple(buyer.seen)
    finally:
        database.close()


@pytest.mark.parametrize("seed", [1, 3])
def test_a_hundred_tries_tell_one_bit_of_a_line(tmp_path: Path, seed: int) -> None:
    """And they do tell it, else nothing could fail here."""
    found = {transcript(tmp_path, secret, seed, rounds=1) for secret in SECRETS}
    assert len(found) == 2, "the worlds can be told apart by whether one try held, and by nothing else"


def test_each_revision_of_a_rep_s_tells_one_bit_more(tmp_path: Path) -> None:
    found = {transcript(tmp_path, secret, 5, rounds=2) for secret in SECRETS[::2]}
    assert 2 <= len(found) <= 4
