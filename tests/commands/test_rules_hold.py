"""Both sides do anything the table offers, in any order, beside a model that knows only who owes whom a word.

No ask is lost and no package halved; every price has a source and a build-up that sums; totals are what the pure function
says; the board is told by the ledger alone, and its gap is zero when nothing is open; the order of answers is irrelevant.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from portal.access import Deal, deal_for
from portal.commands.negotiation import compose, draft_counteroffer, withdraw_counteroffer
from portal.commands.revision import publish_revision, take_back_revision
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer
from portal.errors import Refused
from portal.storage.session import Transaction
from tests.cast import Clock, Seat, Table, open_database
from tests.commands import holding
from tests.commands.holding import Held
from tests.quotes import quote

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

picks = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 3), min_size=1, max_size=3)
verdicts = st.lists(
    st.tuples(st.sampled_from(("accept", "decline", "counter")), st.integers(0, 3)), min_size=1
)
buyers, sellers = st.sampled_from(("bea", "sol")), st.sampled_from(("rita", "mia"))


def seat_deal(transaction: Transaction, seat: Seat) -> Deal:
    return deal_for(transaction, seat.actor, seat.deal_id)


class _Tried(Exception):
    """Carries the outcome of a publication that is not kept."""


class Rules(Held):
    # ---- what the buyers do --------------------------------------------------------------------------------------------

    @initialize(countered=st.booleans(), bound=st.booleans())
    def begins(self, countered: bool, bound: bool) -> None:
        """Somewhere in the middle: a first round has been answered, a second one waits."""
        self.asks("bea", {"line:press:unit_price": 2, "term:payment:value": 2}, False)
        self.publishes("mia", [("counter" if countered else "decline", 1)], {})
        self.asks("sol", {"line:press:quantity": 3, "line:install:quantity": 0}, bound)

    @rule(who=buyers, picked=picks, package=st.booleans())
    def asks(self, who: str, picked: dict[str, int], package: bool) -> None:
        changes = self._changes(picked)
        made = self.tries(lambda: getattr(self.table, who).asks(*changes, package=package))
        self._asked(who, made, changes, package)

    @rule(who=buyers, picked=picks)
    def drafts_and_sends(self, who: str, picked: dict[str, int]) -> None:
        """What was gathered in the tray, as one command after another."""
        seat, changes = getattr(self.table, who), self._changes(picked)
        put = partial(draft_counteroffer.put_changes, changes=changes)
        if changes and self.tries(lambda: seat.does(put)):
            drafted = self.database.read_now(
                lambda t: draft_counteroffer.draft_of(t, seat_deal(t, seat)).changes
            )
            made = self.tries(seat.sends_draft)
            self._asked(who, made, list(drafted), False)
            if made is None:
                seat.does(draft_counteroffer.drop_all)

    def _asked(self, who: str, made: Any, changes: list[Change], package: bool) -> None:
        """It takes the place of what the same person asked of the same; a colleague's ask stands beside it."""
        if made is None:
            return
        for change in changes:
            self.agreed.discard(change.subject)
        anew = {change.id for change in changes}
        for one, (whose, older, bound) in list(self.open.items()):
            left = {each: change for each, change in older.items() if each not in anew}
            if whose == who and len(left) < len(older):
                self.open[one] = whose, left, bound
                if bound or not left:
                    del self.open[one]
        if made.revision:
            self._follow({change.id: ("accept", None) for change in changes}, changes)
        else:
            self.open[made.counteroffer] = who, {change.id: change for change in changes}, package

    @rule(who=buyers, number=st.integers(0, 9))
    def asks_again(self, who: str, number: int) -> None:
        """For one thing of what is asked already: one's own is overtaken, and with it a package as a whole."""
        asked = sorted({each for _, changes, _ in self.open.values() for each in changes})
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
        rows = [row for row in self.board().rows if row.state in ("asked", "answered")]
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
        take = partial(compose.take_offer, offer="volume", revision=self.table.bea.deal.revision)
        self._moved(lambda: getattr(self.table, who).does(take))

    # ---- what the sellers do -------------------------------------------------------------------------------------------

    @rule(
        who=sellers,
        given=verdicts,
        edited=st.dictionaries(st.sampled_from(EDITS), st.integers(0, 3), max_size=2),
    )
    def publishes(self, who: str, given: list[tuple[str, int]], edited: dict[str, int]) -> None:
        seat = getattr(self.table, who)
        for each, number in edited.items():
            subject, _, field = each.rpartition(":")
            values = VALUES.get(each, ("Week 10", "Week 12"))
            edit = {field: values[number % len(values)]}
            self.tries(partial(seat.edits, subject.partition(":")[2], **edit))
        asked = [change for _, changes, _ in self.open.values() for change in changes.values()]
        ids = dict.fromkeys(change.id for change in asked)
        answers = {each: self._answer(each, *given[number % len(given)]) for number, each in enumerate(ids)}
        digests = [self._trial(seat, list(order)) for order in (answers.items(), reversed(answers.items()))]
        assert digests[0] == digests[1], "the order of answers makes a difference"
        published = self.tries(lambda: seat.does(self._publication(list(answers.items()))))
        if published is None or not published.revision:
            return
        assert published.digest == digests[0]
        self._packages_are_whole(answers)
        self.before = copy.copy(self.open), copy.copy(self.answered), copy.copy(self.agreed)
        self._follow(answers, asked)
        self.open = {}

    @rule(who=sellers)
    def takes_a_revision_back(self, who: str) -> None:
        """Nobody of the buyers has done anything since: what was owed before it is owed again."""
        number, stood = self.table.mia.deal.revision, self.table.mia.deal.digest
        take = partial(take_back_revision.take_back_revision, revision=number)
        if self.tries(lambda: getattr(self.table, who).does(take)):
            assert self.table.mia.deal.digest != stood
            self.open, self.answered, self.agreed = self.before

    def _answer(self, change_id: str, verdict: str, number: int) -> tuple[str, str | None]:
        values = VALUES[change_id]
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

    def _packages_are_whole(self, answers: dict[str, tuple[str, str | None]]) -> None:
        """Granted, declined, or countered as one: then each of its changes has a counter, or stays as asked."""
        for _, changes, package in self.open.values():
            said = {answers[each][0] == "decline" for each in changes}
            assert not package or len(said) < 2, "half a package was declined"

    def _follow(self, answers: dict[str, tuple[str, str | None]], asked: list[Change]) -> None:
        """What the answers say is what the next revision offers; what it does not keep, then or later, stays told."""
        offer = self.offer
        self.answered |= {change.id: [each for each in asked if each.id == change.id] for change in asked}
        for change in asked:
            verdict, value = answers[change.id]
            if verdict == "accept":
                assert holding.given(offer, change), f"{change.id} was accepted and is not offered"
            elif verdict == "counter" and change.field != "target":
                wanted = changing.spell(offer, change.subject, change.field, value or "")
                assert holding.given(offer, wanted), f"{change.id} was countered with something else"
        self._changed()

    def _changes(self, picked: dict[str, int]) -> list[Change]:
        found = []
        for each, number in picked.items():
            subject, _, field = each.rpartition(":")
            values = VALUES[each]
            change = changing.spell(self.offer, subject, field, values[number % len(values)])
            found += [] if changing.met(self.offer, change) else [change]
        return found


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
