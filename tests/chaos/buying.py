"""What buyers do: draft, ask, take back, choose, decline, ask for time, accept. Who may not is refused."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portal.commands.deal import ask_more_time
from portal.commands.negotiation import draft_counteroffer, withdraw_counteroffer
from portal.errors import Conflict, Invalid, NotFound
from tests.chaos import rules
from tests.chaos.negotiation import Negotiation, buyers, changes, valued
from tests.chaos.rules import ASKABLE, Ask

# Mostly whoever may; the others are refused.
negotiators = st.sampled_from(("bea", "sol", "bea", "sol", "vic"))
askable = st.dictionaries(st.sampled_from(sorted(ASKABLE)), st.integers(0, 4), min_size=1, max_size=3)


class Buying(Negotiation):
    @rule(who=negotiators, picked=askable)
    def drafts(self, who: str, picked: dict[str, int]) -> None:
        wanted = valued(picked)
        says = {each: self.model.says(each) for each in wanted}
        refused = self.buyer(who, "negotiator", "open") or (Invalid if None in says.values() else None)
        put = draft_counteroffer.put_changes
        self.tries(refused, lambda: self.seats[who].does(put, changes=changes(wanted)))
        if not refused:
            self.model.drafts[who] = rules.put(self.model.drafts.get(who, {}), wanted, says)

    @rule(
        who=negotiators,
        picked=askable,
        package=st.booleans(),
        drafted=st.booleans(),
        fixed=st.booleans(),
        stale=st.sampled_from((0, 0, 0, 0, 1)),
    )
    def asks(  # noqa: PLR0917 - one of each way to ask
        self, who: str, picked: dict[str, int], package: bool, drafted: bool, fixed: bool, stale: int = 0
    ) -> None:
        wanted = self.model.drafts.get(who, {}) if drafted else valued(picked)
        if fixed and not drafted and not package:
            wanted = {**wanted, "term:delivery:value": "Week 10"}
        refused = self.buyer(who, "negotiator", "open") or (Conflict if stale else None)
        refused = refused or self.model.can_ask(wanted)
        seen = self.model.revision - stale
        seat = self.seats[who]
        send = seat.sends_draft if drafted else partial(seat.asks, *changes(wanted))
        made = self.tries(refused, lambda: send(package=package, revision=seen))
        if not refused:
            ask_made = Ask(who, made.counteroffer, wanted, package)
            self.model.ask(ask_made)
            assert bool(made.revision) == self.model.answers_at_once(ask_made)
            if drafted:
                self.model.drafts[who] = {}

    @rule(who=negotiators, number=st.integers(0, 3))
    def takes_back(self, who: str, number: int) -> None:
        one = self.model.asks[number % len(self.model.asks)] if self.model.asks else None
        refused = self.buyer(who, "negotiator", "open") or (None if one else Conflict)
        take = withdraw_counteroffer.withdraw_counteroffer
        self.tries(refused, lambda: self.seats[who].does(take, one.id if one else "no such ask"))
        if not refused:
            self.model.asks = [each for each in self.model.asks if each is not one]

    @rule(
        who=negotiators,
        what=st.sampled_from(("line:training:selected", *rules.CHOICES, rules.PRICE)),
        number=st.integers(0, 1),
        stale=st.sampled_from((0, 0, 0, 1)),
    )
    def chooses(self, who: str, what: str, number: int, stale: int) -> None:
        wanted = valued({what: number})
        refused = self.buyer(who, "negotiator", "open") or (Conflict if stale else self.model.can_ask(wanted))
        refused = refused or (Invalid if what == rules.PRICE else None)
        seen = self.model.revision - stale
        self.tries(refused, lambda: self.seats[who].composes(*changes(wanted), revision=seen))
        if not refused:
            found = self.model.applied(wanted.items())
            assert found is not None
            self.model.chosen(found)
            drafted = self.model.drafts.get(who, {})
            self.model.drafts[who] = {each: value for each, value in drafted.items() if each not in wanted}

    @rule(who=negotiators)
    def declines(self, who: str) -> None:
        self._closes("declined", self.buyer(who, "negotiator", "open"), self.seats[who].declines)

    @rule(who=buyers)
    def asks_for_time(self, who: str) -> None:
        refused = self.buyer(who, "commenter", "expired")
        self.tries(refused, lambda: self.seats[who].does(ask_more_time.ask_more_time, body="Until Friday?"))

    @rule(
        who=st.sampled_from(("sol", "sol", "sol", "bea", "vic")),
        stale=st.sampled_from((False, False, False, True)),
    )
    def accepts(self, who: str, stale: bool) -> None:
        seat, model = self.seats[who], self.model
        form = self.seats["mia"].form(**({"digest": "0" * 64} if stale else {}))
        again = model.signer == who and not stale
        refused = None if self.roles[who] else NotFound
        if not refused and not again:
            refused = self.buyer(who, "signer", "open") or (Conflict if stale else None)
        placed = self.tries(refused, lambda: seat.accepts(form))
        if not refused:
            assert (placed.revision, placed.digest) == (form.revision, form.digest)
            if not again:
                model.close("accepted")
                model.signer = who
