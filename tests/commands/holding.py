"""One deal on a database of its own, who owes whom a word on it, and what holds after every command of either side."""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select

from portal.access import deal_for
from portal.domain.change import change as changing
from portal.domain.change import counteroffer, price_ask
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.ledger import rounds, settlement
from portal.domain.ledger.board import Board
from portal.domain.offer import money
from portal.domain.offer.revision import Offer
from portal.domain.offer.totals import totals
from portal.errors import Refused
from portal.reading.deal_page import board_events
from portal.reading.deal_page import deal_page as pages
from portal.storage import tables
from tests.cast import Clock, Seat, Table, open_database

CHOSEN = ("selected", "choice")
LIST_PRICES = {"press": {Decimal(18450), Decimal(17900), Decimal(19500)}}


class Held(RuleBasedStateMachine):
    template: ClassVar[Path]
    cast: ClassVar[Table]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="parley-rules-"))
        shutil.copy(self.template, self.folder / "parley.db")
        self.clock = Clock()
        self.database = open_database(f"sqlite:///{self.folder}/parley.db", self.clock)
        # As a restored backup has: what pages keep of another copy is not of this one.
        epoch = tables.installation.update().values(epoch=self.folder.name)
        self.database.write_now(lambda work: work.connection.execute(epoch).rowcount)
        self.table = copy.copy(self.cast)
        for name in ("bea", "sol", "vic", "rita", "mia"):
            there = getattr(self.cast, name)
            setattr(self.table, name, Seat(self.database, there.actor, there.deal_id, there.contact_id))
        # Who owes whom a word: open asks by id (of whom, what, whether as a package), what was answered last by change id,
        # to everybody who had asked it, and what the buyers agreed to.
        self.open: dict[str, tuple[str, dict[str, Change], bool]] = {}
        self.answered: dict[str, list[Change]] = {}
        self.agreed: set[str] = set()
        # The same before the newest revision, for when that is taken back.
        self.before: tuple[Any, Any, Any] = ({}, {}, set())

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    # ---- what holds ----------------------------------------------------------------------------------------------------

    @property
    def offer(self) -> Offer:
        return self.table.bea.offer

    def does(self, who: str, *command: Any) -> Any:
        return getattr(self.table, who).does(*command)

    def tries(self, act: Callable[[], Any]) -> Any:
        """The result, or None for a refusal, which leaves nothing behind."""
        before = self.table.mia.deal
        self.clock.advance(minutes=1)
        try:
            return act()
        except Refused:
            after = self.table.mia.deal
            assert (after.seq, after.digest) == (before.seq, before.digest), "a refusal left something behind"
            return None

    def _moved(self, act: Callable[[], Any]) -> None:
        """The buyers' own choice settles what was asked about it, and what was answered to that; a package stays."""
        if not self.tries(act):
            return
        chosen = [f"{subject}:{field}" for subject in self._changed() for field in CHOSEN]
        for each in chosen:
            self.answered.pop(each, None)
        for one, (who, asked, package) in [*self.open.items()]:
            left = {each: change for each, change in asked.items() if package or each not in chosen}
            self.open[one] = who, left, package
            if not left:
                del self.open[one]

    def _changed(self) -> set[str]:
        """A line that the newest revision changed is agreed no more; all that it changed."""
        events = self.database.read_now(lambda t: board_events.load(t, self.table.deal_id))
        changed = {*getattr(events[-1].body, "changed", ())}
        self.agreed -= changed
        return changed

    def board(self) -> Board:
        """As the pages show it; the ledger alone tells the same."""
        bea = self.table.bea
        shown = self.database.read_now(lambda t: pages.load(t, deal_for(t, bea.actor, bea.deal_id)).board)
        events = self.database.read_now(lambda t: board_events.load(t, bea.deal_id))
        assert rounds.negotiation_state(events).board(self.offer) == shown
        return shown

    def _asked_now(self, offer: Offer) -> tuple[list[Change], list[Change]]:
        """What is asked and the offer does not give, and what it gives by now."""
        pairs = [(each, [*own.values()]) for _, own, _ in self.open.values() for each in own.values()]
        waits = [change for change, beside in pairs if not given(offer, change, beside)]
        return waits, [change for change, beside in pairs if given(offer, change, beside)]

    def _unmet(self, offer: Offer) -> list[Change]:
        """What was answered and the offer does not give, unless what is asked of the same by now is given."""
        settled = {change.id for change in self._asked_now(offer)[1]}
        told = [change for several in self.answered.values() for change in several]
        return [change for change in told if change.id not in settled and not given(offer, change)]

    @invariant()
    def no_ask_is_lost(self) -> None:
        offer, board = self.offer, self.board()
        waits = {change.subject for change in self._asked_now(offer)[0]}
        unmet = {change.subject for change in self._unmet(offer)}
        states = {row.subject: row.state for row in board.rows if row.state in ("asked", "answered")}
        expected = dict.fromkeys(unmet - self.agreed, "answered") | dict.fromkeys(waits, "asked")
        assert states == expected
        assert {row.subject for row in board.rows if row.consent} == (unmet & self.agreed) - waits

    @invariant()
    def what_was_discussed_and_is_not_open_is_agreed(self) -> None:
        """And what nobody has spoken about is merely offered."""
        offer, board = self.offer, self.board()
        waits, got = self._asked_now(offer)
        discussed = {change.subject for several in self.answered.values() for change in several}
        discussed |= {change.subject for change in (*waits, *got)} | self.agreed
        assert {row.subject for row in board.rows if row.state != "offered"} == discussed

    @invariant()
    def the_gap_is_what_is_wanted_less_what_is_offered(self) -> None:
        """And zero when nothing is open."""
        offer, board = self.offer, self.board()
        wanted = {change.id: change for change in self._unmet(offer) if change.subject not in self.agreed}
        wanted |= {change.id: change for change in self._asked_now(offer)[0]}
        unmet = [*wanted.values()]
        if not any(change.field in ("target", "choice") for change in unmet):
            granted = totals(apply(offer, price_ask.as_granted(offer, unmet), concession=False)).contract.net
            assert board.gap == granted - totals(offer).contract.net
        alone = [gap for row in board.open if (gap := settlement.gap(offer, row))]
        if not alone:
            assert board.gap == 0
        if len(alone) == 1:
            assert board.gap == alone[0]

    @invariant()
    def every_price_has_a_source(self) -> None:
        for line in self.offer.lines:
            if line.why:
                assert sum(step.amount for step in line.why) == line.net_unit_price, line.key
            if line.price_source != "negotiated" and line.key in LIST_PRICES:
                assert line.net_unit_price in LIST_PRICES[line.key], line.key

    @invariant()
    def totals_are_what_the_function_says(self) -> None:
        revision, deal = self.table.bea.revision, self.table.bea.deal
        assert revision.totals == totals(revision.offer)
        head = tables.deal.c
        query = select(head.contract_net, head.contract_total).where(head.id == deal.id)
        kept = self.database.read_now(lambda t: t.connection.execute(query).one())
        contract = revision.totals.contract
        assert tuple(kept) == tuple(money.to_minor(each, "EUR") for each in (contract.net, contract.total))


def given(offer: Offer, change: Change, beside: Sequence[Change] = ()) -> bool:
    """Whether the offer gives what is asked: a price is given by what the line costs net, however that is spelled."""
    line = offer.line(change.key)
    if change.field == "unit_price" and line is not None:
        return line.net_unit_price <= Decimal(change.value)
    if change.field == "target":
        # What all that is asked beside it comes to is the product's to say.
        return counteroffer.grants(offer, beside or [change], change)
    return changing.met(offer, change)
