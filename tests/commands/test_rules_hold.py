"""Both sides do anything the table offers, in any order, beside a model that knows only who owes whom a word.

No ask is lost and no package halved; every price has a source and a build-up that sums; totals are what the pure function
says; the board is told by the ledger alone, and its gap is zero when nothing is open; the order of answers is irrelevant.
"""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from portal.access import deal_for
from portal.commands import publish_revision, take_offer, withdraw_counteroffer
from portal.commands.unit_of_work import UnitOfWork
from portal.domain import change as changing
from portal.domain import money, rounds, settlement
from portal.domain.change import Change
from portal.domain.counteroffer import Answer
from portal.domain.revision import Offer
from portal.domain.settlement import Board
from portal.domain.totals import totals
from portal.errors import Refused
from portal.reading import table as pages
from portal.reading import talks
from portal.storage import tables
from tests.cast import Clock, Seat, Table, open_database, quote

VOLUME = {
    "key": "volume",
    "label": "Five presses, paid early",
    "when": [{"line": "press", "min_quantity": "5"}, {"term": "payment", "value": "14 days net"}],
    "then": [{"line": "press", "discount_percent": "4"}],
}
# What may be asked or edited, with values worth trying. 18,445 is inside what is accepted at once.
VALUES: dict[str, tuple[str, ...]] = {
    "line:press:quantity": ("1", "2", "5", "6"),
    "line:press:unit_price": ("18450", "18445", "17200", "16000"),
    "line:install:quantity": ("32", "40", "48"),
    "line:training:selected": ("true", "false"),
    "line:panel-touch:choice": ("true",),
    "line:panel-plain:choice": ("true",),
    "term:payment:value": ("14 days net", "30 days net", "60 days net"),
    "deal:total:target": ("40000", "52000"),
}
EDITS = ("line:press:unit_price", "line:install:quantity", "line:training:selected", "term:delivery:value")
LIST_PRICES = {"press": {Decimal(18450), Decimal(17900), Decimal(19500)}}

picks = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 3), min_size=1, max_size=3)
verdicts = st.lists(
    st.tuples(st.sampled_from(("accept", "decline", "counter")), st.integers(0, 3)), min_size=1
)
buyers, sellers = st.sampled_from(("bea", "sol")), st.sampled_from(("rita", "mia"))


class _Tried(Exception):
    """Carries the outcome of a publication that is not kept."""


class Rules(RuleBasedStateMachine):
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
        # Who owes whom a word: open asks by id, what was refused last by change id, what the buyers agreed to.
        self.open: dict[str, tuple[dict[str, Change], bool]] = {}
        self.refused: dict[str, Change] = {}
        self.agreed: set[str] = set()

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    # ---- what the buyers do --------------------------------------------------------------------------------------------

    @initialize(countered=st.booleans(), bound=st.booleans())
    def begins(self, countered: bool, bound: bool) -> None:
        """Somewhere in the middle: a first round has been answered, a second one waits."""
        self.asks("bea", {"line:press:unit_price": 2, "term:payment:value": 2}, False)
        self.publishes("mia", [("counter" if countered else "decline", 1)], {})
        self.asks("sol", {"line:press:quantity": 3, "line:install:quantity": 0}, bound)

    @rule(who=buyers, picked=picks, package=st.booleans())
    def asks(self, who: str, picked: dict[str, int], package: bool) -> None:
        seat = getattr(self.table, who)
        changes = self._changes(picked)
        made = self.tries(lambda: seat.asks(*changes, package=package))
        if made is None:
            return
        for change in changes:
            self.agreed.discard(change.subject)
        for one, (older, bound) in list(self.open.items()):
            left = {each: change for each, change in older.items() if each not in {c.id for c in changes}}
            if len(left) < len(older):
                del self.open[one]
                if left and not bound:
                    self.open[one] = left, bound
        if made.revision:
            self._follow({change.id: ("accept", None) for change in changes}, changes)
        else:
            self.open[made.counteroffer] = {change.id: change for change in changes}, package

    @rule(who=buyers, number=st.integers(0, 9))
    def asks_again(self, who: str, number: int) -> None:
        """For one thing of what is asked already: it is overtaken, and with it a package as a whole."""
        asked = sorted({each for changes, _ in self.open.values() for each in changes})
        if asked:
            self.asks(who, {asked[number % len(asked)]: number}, False)

    @rule(who=buyers, number=st.integers(0, 9))
    def takes_back(self, who: str, number: int) -> None:
        if self.open:
            one = sorted(self.open)[number % len(self.open)]
            self.does(who, withdraw_counteroffer.withdraw_counteroffer, one)
            del self.open[one]

    @rule(who=buyers, number=st.integers(0, 9), several=st.booleans())
    def agrees(self, who: str, number: int, several: bool) -> None:
        """To what was answered; what waits for an answer is refused."""
        rows = [row for row in self.board().rows if row.state != "agreed"]
        if rows:
            subjects = [row.subject for row in (rows if several else [rows[number % len(rows)]])]
            if self.tries(lambda: getattr(self.table, who).agrees(*subjects)):
                self.agreed |= {*subjects}

    @rule(who=buyers, change=st.sampled_from(("line:training:selected", "line:panel-touch:choice")))
    def chooses(self, who: str, change: str) -> None:
        subject, _, field = change.rpartition(":")
        key = subject.partition(":")[2]
        line = self.offer.line(key)
        assert line is not None
        self._moved(lambda: getattr(self.table, who).ticks(key, "false" if line.selected else "true", field))

    @rule(who=buyers)
    def takes_an_offer(self, who: str) -> None:
        take = partial(take_offer.take_offer, offer="volume", revision=self.table.bea.deal.revision)
        self._moved(lambda: getattr(self.table, who).does(take))

    # ---- what the sellers do -------------------------------------------------------------------------------------------

    @rule(
        who=sellers,
        given=verdicts,
        edited=st.dictionaries(st.sampled_from(EDITS), st.integers(0, 3), max_size=2),
    )
    def publishes(self, who: str, given: list[tuple[str, int]], edited: dict[str, int]) -> None:
        seat, before = getattr(self.table, who), self.offer
        for each, number in edited.items():
            subject, _, field = each.rpartition(":")
            values = VALUES.get(each, ("Week 10", "Week 12"))
            edit = {field: values[number % len(values)]}
            self.tries(partial(seat.edits, subject.partition(":")[2], **edit))
        asked = [change for changes, _ in self.open.values() for change in changes.values()]
        answers = {
            change.id: self._answer(change, *given[number % len(given)])
            for number, change in enumerate(asked)
        }
        digests = [self._trial(seat, list(order)) for order in (answers.items(), reversed(answers.items()))]
        assert digests[0] == digests[1], "the order of answers makes a difference"
        published = self.tries(lambda: seat.does(self._publication(list(answers.items()))))
        if published is None or not published.revision:
            return
        assert published.digest == digests[0]
        self._packages_are_whole(answers, before)
        self._follow(answers, asked)
        self.open = {}

    def _answer(self, change: Change, verdict: str, number: int) -> tuple[str, str | None]:
        values = VALUES[change.id]
        return (verdict, values[number % len(values)]) if verdict == "counter" else (verdict, None)

    def _publication(self, answers: list[tuple[str, tuple[str, str | None]]]) -> Callable[..., Any]:
        told = tuple(
            Answer(change_id=each, verdict=verdict, value=value) for each, (verdict, value) in answers
        )  # type: ignore[arg-type]
        publication = publish_revision.Publication(base_revision=self.table.bea.deal.revision, answers=told)
        return partial(publish_revision.publish_revision, publication=publication)

    def _trial(self, seat: Seat, answers: list[tuple[str, tuple[str, str | None]]]) -> str:
        """What publishing would make, without keeping it; the name of the refusal where it would not."""

        def tried(work: UnitOfWork) -> None:
            try:
                raise _Tried(self._publication(answers)(work, seat.actor, seat.deal_id).digest)
            except Refused as error:
                raise _Tried(type(error).__name__) from error

        with pytest.raises(_Tried) as found:
            self.database.write_now(tried)
        return str(found.value)

    def _packages_are_whole(self, answers: dict[str, tuple[str, str | None]], before: Offer) -> None:
        for changes, package in self.open.values():
            unsettled = [each for each, change in changes.items() if not changing.met(before, change)]
            said = {answers[each][0] == "accept" for each in unsettled}
            assert not package or len(said) < 2, "half a package was accepted"

    def _follow(self, answers: dict[str, tuple[str, str | None]], asked: list[Change]) -> None:
        """What the answers say is what the next revision offers; what was refused stays told."""
        offer = self.offer
        for change in asked:
            verdict, value = answers[change.id]
            if verdict == "accept":
                self.refused.pop(change.id, None)
                assert changing.met(offer, change), f"{change.id} was accepted and is not offered"
                continue
            self.refused[change.id] = change
            if verdict == "counter" and change.field != "target":
                wanted = changing.spell(offer, change.subject, change.field, value or "")
                assert changing.met(offer, wanted), f"{change.id} was countered with something else"
        self._changed()

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
        if self.tries(act):
            self._changed()

    def _changed(self) -> None:
        """A line that the newest revision changed is agreed no more."""
        events = self.database.read_now(lambda t: talks.moving(t, self.table.deal_id))
        self.agreed -= {*getattr(events[-1].body, "changed", ())}

    def _changes(self, picked: dict[str, int]) -> list[Change]:
        found = []
        for each, number in picked.items():
            subject, _, field = each.rpartition(":")
            values = VALUES[each]
            change = changing.spell(self.offer, subject, field, values[number % len(values)])
            found += [] if changing.met(self.offer, change) else [change]
        return found

    def board(self) -> Board:
        """As the pages show it; the ledger alone tells the same."""
        bea = self.table.bea
        shown = self.database.read_now(lambda t: pages.load(t, deal_for(t, bea.actor, bea.deal_id)).board)
        events = self.database.read_now(lambda t: talks.moving(t, bea.deal_id))
        assert rounds.talks(events).board(self.offer) == shown
        return shown

    @invariant()
    def no_ask_is_lost(self) -> None:
        offer, board = self.offer, self.board()
        asked = [change for changes, _ in self.open.values() for change in changes.values()]
        waits = {change.subject for change in asked if not changing.met(offer, change)}
        unmet = {change.subject for change in self.refused.values() if not changing.met(offer, change)}
        states = {row.subject: row.state for row in board.rows if row.state != "agreed"}
        expected = dict.fromkeys(unmet - self.agreed, "answered") | dict.fromkeys(waits, "asked")
        assert states == expected
        assert {row.subject for row in board.rows if row.consent} == (unmet & self.agreed) - waits

    @invariant()
    def the_gap_is_what_is_wanted_less_what_is_offered(self) -> None:
        """And zero when nothing is open."""
        offer, board = self.offer, self.board()
        wanted = {each: change for each, change in self.refused.items() if change.subject not in self.agreed}
        for changes, _ in self.open.values():
            wanted |= changes
        unmet = [change for change in wanted.values() if not changing.met(offer, change)]
        if not any(change.field in ("target", "choice") for change in unmet):
            granted = totals(changing.apply(offer, unmet, concession=False)).contract.net
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


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The table as every negotiation begins it; each has a copy."""
    folder = tmp_path_factory.mktemp("rules")
    database = open_database(f"sqlite:///{folder}/template.db", Clock())
    Rules.cast = Table(database, quote(standing_offers=[VOLUME]))
    database.close()
    Rules.template = folder / "template.db"


def test_the_rules_hold_in_any_order() -> None:
    run_state_machine_as_test(
        Rules,
        settings=settings(
            max_examples=20,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=set(Phase) - {Phase.explain},
        ),
    )
