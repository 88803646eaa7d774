"""One deal on a database of its own with a model of it beside: what a refused command leaves behind, what everybody may say,
and what holds after each step. What the two sides do is in `buying` and `selling`."""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.commands.conversation import keep_note
from portal.commands.deal import expire_deals, record_view
from portal.commands.mail import remind
from portal.commands.people import join
from portal.domain.change.change import Change
from portal.errors import Conflict, Invalid, NotFound
from tests.cast import Clock, Seat, Table, open_database
from tests.chaos import soundness
from tests.chaos.rules import ASKABLE, FIXED, Model, Values

BUYERS, SELLERS = ("bea", "sol", "vic"), ("rita", "mia")
ROLES = {"bea": "negotiator", "sol": "signer", "vic": "viewer", "rita": "rep", "mia": "manager"}
SENT = ("open", "accepted", "declined", "withdrawn", "expired")

everybody, buyers, sellers = (st.sampled_from(names) for names in ((*BUYERS, *SELLERS), BUYERS, SELLERS))


def valued(picked: dict[str, int]) -> Values:
    known = {**ASKABLE, **FIXED}
    return {each: known[each][number % len(known[each])] for each, number in picked.items()}


def changes(values: Values) -> list[Change]:
    parts = [(each.rpartition(":"), value) for each, value in values.items()]
    return [Change(subject=subject, field=field, value=value) for (subject, _, field), value in parts]  # type: ignore[arg-type]


class Negotiation(RuleBasedStateMachine):
    """One deal on a database of its own, and the model beside it."""

    template: Path
    cast: Table

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="parley-negotiation-"))
        shutil.copy(self.template, self.folder / "parley.db")
        self.clock = Clock()
        self.database = open_database(f"sqlite:///{self.folder}/parley.db", self.clock)
        self.table = copy.copy(self.cast)
        self.seats = {name: self._seat(name) for name in ROLES}
        self.roles: dict[str, str | None] = dict(ROLES)
        self.model = Model(clock=self.clock, valid_until=self.seats["mia"].deal.valid_until)
        self.model.lasts(self.seats["mia"].offer.valid_until)
        self.model.quoted_day = self.model.day
        self.said: list[tuple[str, str | None, str]] = []
        self.documents = self.jumps = 0
        self.approvals: list[str] = []
        # What somebody will be who has no way in at present.
        self.outside: dict[str, str] = {}
        self.sound = soundness.Sound(self.database, self.table.deal_id)

    def _seat(self, name: str) -> Seat:
        there = getattr(self.cast, name)
        return Seat(self.database, there.actor, there.deal_id, there.contact_id)

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    def tries(self, expected: type[Exception] | None, act: Callable[[], Any]) -> Any:
        """The result; or the refusal that is expected, which changes nothing."""
        if expected is None:
            return act()
        before = self.sound.everything()
        with pytest.raises(expected):
            act()
        assert self.sound.everything() == before, "a refused command left something behind"
        return None

    def buyer(self, name: str, least: str, *states: str) -> type[Exception] | None:
        return self.model.may(self.roles[name], least, *states)

    @rule(
        who=everybody,
        anchor=st.sampled_from((None, None, "line:press", "line:gone")),
        key=st.sampled_from((None, "k1", "k2")),
        body=st.sampled_from(("Hello.", "And?")),
    )
    def says(self, who: str, anchor: str | None, key: str | None, body: str) -> None:
        refused = self.model.may(self.roles[who], "commenter" if who in BUYERS else "rep", *SENT)
        refused = refused or (Invalid if anchor == "line:gone" else None)
        known = next((each for each in self.said if key and each[:2] == (who, key)), None)
        text = f"{body} {anchor}"
        if not refused and known and known[2] != text:
            refused = Conflict
        self.tries(refused, lambda: self.seats[who].says(text, anchor, key))
        if not refused and not known:
            self.said.append((who, key, text))

    @rule(who=everybody)
    def notes(self, who: str) -> None:
        refused = self.model.may(self.roles[who], "rep", *SENT)
        self.tries(refused, lambda: self.seats[who].does(keep_note.keep_note, body="Not below 17,000."))

    @rule(who=buyers)
    def looks(self, who: str) -> None:
        refused = None if self.roles[who] else NotFound
        self.tries(refused, lambda: self.seats[who].does(record_view.record_view))

    def _closes(self, state: str, refused: type[Exception] | None, act: Callable[[], Any]) -> None:
        self.tries(refused, act)
        if not refused:
            self.model.close(state)

    @rule(days=st.sampled_from((0.2, 7, 9)), sweeps=st.booleans())
    def time_passes(self, days: float, sweeps: bool) -> None:
        if days < 1 or self.jumps < 3:  # sessions outlive this story
            self.clock.advance(days=days)
            self.jumps += days > 1
        if sweeps:
            swept = self.database.write_now(expire_deals.expire_deals).count
            if self.model.state != self.model.stored:
                assert swept
                self.model.stored = "expired"
            self.database.write_now(remind.remind)

    @rule(who=buyers)
    def asks_for_a_link(self, who: str) -> None:
        """Whether they may have one or not, nothing tells them, and nothing of the negotiation changes."""
        email = f"{who}@oakum.example"
        self.database.write_now(lambda work: join.request_link(work, email=email))

    @invariant()
    def everything_holds_together(self) -> None:
        offer, asked = self.sound.check()
        model, deal = self.model, self.seats["mia"].deal
        assert (deal.state, deal.revision) == (model.state, model.revision)
        assert (offer.valid_until, deal.valid_until) == (model.day, model.valid_until)
        assert soundness.values(offer) == model.values
        assert asked == {ask.id: ask.changes for ask in model.asks}
        assert soundness.edits(self.database, deal.id) == model.edits
        assert [text for _, _, text in self.said] == soundness.said(self.database, deal.id)
        shut_out = {self.seats[name].contact_id for name in BUYERS if self.roles[name] is None}
        assert not shut_out & soundness.let_in(self.database, deal.id), (
            "a right that was taken back is there again"
        )
