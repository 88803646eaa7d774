"""Anybody does anything, in any order: every command comes to what the rules say, and the ledger, the offer, the asks and
the order hold together after each."""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.access import BuyerSession, token_hash
from portal.commands import (
    ask_more_time,
    assign_owner,
    change_contact_role,
    choose,
    decide_approval,
    draft_counteroffer,
    draft_revision,
    expire_deals,
    give_more_time,
    import_quote,
    issue_link,
    join,
    keep_note,
    make_counteroffer,
    publish_revision,
    record_view,
    reopen,
    revoke_links,
    withdraw,
    withdraw_counteroffer,
)
from portal.domain.change import Change
from portal.domain.counteroffer import Answer
from portal.errors import Conflict, Invalid, NotFound
from portal.intake.incoming import read_quote
from tests.cast import Clock, Seat, Table, open_database, quote
from tests.chaos import rules, soundness
from tests.chaos.conftest import TIMES
from tests.chaos.rules import ASKABLE, FIXED, Ask, Model, Publication, Values

BUYERS, SELLERS = ("bea", "sol", "vic"), ("rita", "mia")
ROLES = {"bea": "negotiator", "sol": "signer", "vic": "viewer", "rita": "rep", "mia": "manager"}
SENT = ("open", "accepted", "declined", "withdrawn", "expired")

OPENINGS = (
    "part of a package is chosen",
    "what is asked about goes",
    "an edit is taken back",
    "a manager is asked",
    "time runs out over an ask",
)

everybody, buyers, sellers = (st.sampled_from(names) for names in ((*BUYERS, *SELLERS), BUYERS, SELLERS))
# Mostly whoever may; the others are refused.
negotiators = st.sampled_from(("bea", "sol", "bea", "sol", "vic"))
askable = st.dictionaries(st.sampled_from(sorted(ASKABLE)), st.integers(0, 3), min_size=1, max_size=3)
editable = st.dictionaries(
    st.sampled_from(sorted({**ASKABLE, **FIXED})), st.integers(0, 3), min_size=1, max_size=2
)
verdicts = st.lists(
    st.tuples(st.sampled_from(("accept", "decline", "counter")), st.integers(0, 3)), min_size=1, max_size=3
)


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

    @initialize(opening=st.sampled_from(("", *OPENINGS)), given=verdicts)
    def begins(self, opening: str, given: list[tuple[str, int]]) -> None:
        """Some negotiations begin where it is narrow, and with an answer there."""
        match opening:
            case "part of a package is chosen":
                self.asks("bea", {"line:training:selected": 0, rules.PRICE: 1}, True, False, False)
                self.chooses("sol", "line:training:selected", 0, 0)
            case "what is asked about goes":
                self.asks("bea", {"line:install:quantity": 0, rules.PRICE: 1}, False, False, False)
                self.requotes("rita", "install")
            case "an edit is taken back":
                self.edits("rita", {rules.CHOICES[1]: 0, rules.QUANTITY: 3})
                self.edits("rita", {rules.CHOICES[0]: 0})
            case "a manager is asked":
                self.asks("bea", {rules.PRICE: 3}, False, False, False)
                self.publishes("rita", [("accept", 0)], "")
            case "time runs out over an ask":
                self.asks("sol", {rules.QUANTITY: 3, "term:payment:value": 0}, False, False, False)
                self.time_passes(9, False)
                self.time_passes(9, False)
        if opening:
            self.publishes("mia", given[:1], "")

    # ---- talk -------------------------------------------------------------------------------------------------------

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

    # ---- asks -------------------------------------------------------------------------------------------------------

    @rule(who=negotiators, picked=askable)
    def drafts(self, who: str, picked: dict[str, int]) -> None:
        wanted = valued(picked)
        says = {each: self.model.says(each) for each in wanted}
        refused = self.buyer(who, "negotiator", "open") or (Invalid if None in says.values() else None)
        put = draft_counteroffer.put_changes
        self.tries(refused, lambda: self.seats[who].does(put, changes=changes(wanted)))
        if not refused:
            self.model.drafts[who] = rules.put(self.model.drafts.get(who, {}), wanted, says)

    @rule(who=negotiators, picked=askable, package=st.booleans(), drafted=st.booleans(), fixed=st.booleans())
    def asks(self, who: str, picked: dict[str, int], package: bool, drafted: bool, fixed: bool) -> None:
        wanted = self.model.drafts.get(who, {}) if drafted else valued(picked)
        if fixed and not drafted and not package:
            wanted = {**wanted, "term:delivery:value": "Week 10"}
        refused = self.buyer(who, "negotiator", "open") or self.model.can_ask(wanted)
        ask = partial(make_counteroffer.make_counteroffer, package=package)
        asked = None if drafted else changes(wanted)
        made = self.tries(refused, lambda: self.seats[who].does(ask, changes=asked))
        if not refused:
            self.model.ask(Ask(made.counteroffer, wanted, package))
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
        self.tries(
            refused, lambda: self.seats[who].does(choose.choose, changes=changes(wanted), revision=seen)
        )
        if not refused:
            found = self.model.applied(wanted.items())
            assert found is not None
            self.model.values = found[0]
            self.model.next_revision()

    # ---- answers ----------------------------------------------------------------------------------------------------

    @rule(who=sellers, picked=editable)
    def edits(self, who: str, picked: dict[str, int]) -> None:
        wanted = valued(picked)
        says = {each: self.model.says(each) for each in wanted}
        both = set(rules.CHOICES) <= wanted.keys()
        refused = self.model.may(self.roles[who], "rep", "open")
        refused = refused or (Invalid if both or None in says.values() else None)
        put = draft_revision.put_changes
        self.tries(refused, lambda: self.seats[who].does(put, changes=changes(wanted)))
        if not refused:
            self.model.edits = rules.put(self.model.edits, wanted, says)

    @rule(who=sellers)
    def drops_edits(self, who: str) -> None:
        refused = self.model.may(self.roles[who], "rep", "open")
        self.tries(refused, lambda: self.seats[who].does(draft_revision.drop_all))
        if not refused:
            self.model.edits = {}

    @rule(
        who=sellers,
        given=verdicts,
        flaw=st.sampled_from(("", "", "", "", "omits", "more", "stray", "stale", "parts")),
    )
    def publishes(self, who: str, given: list[tuple[str, int]], flaw: str) -> None:
        answers: dict[str, tuple[str, str]] = {}
        for ask in self.model.asks:
            # As at the desk: what the offer says already is not answered.
            unsettled = [each for each, value in ask.changes.items() if not self.model.settled(each, value)]
            for place, each in enumerate(ask.changes if flaw == "more" else unsettled):
                verdict, number = given[0 if ask.package and flaw != "parts" else place % len(given)]
                answers[each] = (verdict, valued({each: number})[each])
        if flaw == "omits" and answers:
            answers.popitem()
        if flaw == "stray":
            answers["line:press:delivery_date"] = ("decline", "")
        base = self.model.revision - (flaw == "stale")
        role = str(self.roles[who])
        publication = Publication(base, answers, dict(self.model.edits))
        outcome = self.model.publish(role, publication)
        refused = outcome if isinstance(outcome, type) else None
        sent = publish_revision.Publication(base_revision=base, answers=spelled(answers))
        publish = publish_revision.publish_revision
        published = self.tries(refused, lambda: self.seats[who].does(publish, sent))
        if outcome == "approval":
            assert published.revision == 0
            self.model.approval = (published.approval, publication)
            self.approvals.append(published.approval)
        elif not refused:
            assert published.revision == self.model.revision

    @rule(who=st.sampled_from(("mia", "mia", "rita")), granted=st.booleans())
    def decides(self, who: str, granted: bool) -> None:
        approval = self.approvals[-1] if self.approvals else "no such approval"
        states = tuple(state for state in SENT if state != "accepted")
        refused = self.model.may(self.roles[who], "manager", *states)
        if not refused and self.model.approval is None:
            refused = Conflict if self.approvals else NotFound
        if not refused and granted:
            assert self.model.approval is not None
            outcome = self.model.publish("manager", self.model.approval[1])
            refused = outcome if isinstance(outcome, type) else None
        decide = partial(decide_approval.decide_approval, granted=granted)
        self.tries(refused, lambda: self.seats[who].does(decide, approval))
        if not refused:
            self.model.approval = None

    # ---- what ends and begins ---------------------------------------------------------------------------------------

    @rule(who=negotiators)
    def declines(self, who: str) -> None:
        self._closes("declined", self.buyer(who, "negotiator", "open"), self.seats[who].declines)

    @rule(who=sellers)
    def withdraws(self, who: str) -> None:
        refused = self.model.may(self.roles[who], "rep", "open")
        self._closes("withdrawn", refused, lambda: self.seats[who].does(withdraw.withdraw))

    def _closes(self, state: str, refused: type[Exception] | None, act: Callable[[], Any]) -> None:
        self.tries(refused, act)
        if not refused:
            self.model.close(state)

    @rule(who=sellers, days=st.integers(-1, 6))
    def opens_again(self, who: str, days: int) -> None:
        refused = self.model.may(self.roles[who], "rep", "declined", "withdrawn", "expired")
        self._until(reopen.reopen, who, days, refused)

    @rule(who=sellers, days=st.integers(-1, 6))
    def gives_time(self, who: str, days: int) -> None:
        refused = self.model.may(self.roles[who], "rep", "open", "expired")
        self._until(give_more_time.give_more_time, who, days, refused)

    def _until(self, command: Any, who: str, days: int, refused: type[Exception] | None) -> None:
        day = self.clock().date() + timedelta(days=days)
        refused = refused or (Invalid if days < 0 else None)
        self.tries(refused, lambda: self.seats[who].does(command, valid_until=day))
        if not refused:
            self.model.stored, self.model.valid_until = "open", self.seats["mia"].deal.valid_until
            self.model.next_revision()

    @rule(who=buyers)
    def asks_for_time(self, who: str) -> None:
        refused = self.buyer(who, "commenter", "expired")
        self.tries(refused, lambda: self.seats[who].does(ask_more_time.ask_more_time, body="Until Friday?"))

    @rule(days=st.sampled_from((0.2, 7, 9)), sweeps=st.booleans())
    def time_passes(self, days: float, sweeps: bool) -> None:
        if days < 1 or self.jumps < 3:  # sessions outlive this story
            self.clock.advance(days=days)
            self.jumps += days > 1
        if sweeps:
            swept = self.database.write_now(expire_deals.expire_deals).count
            if self.model.state != self.model.stored:
                assert swept
                self.model.close("expired")

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

    @rule(who=sellers, without=st.sampled_from(("", "", "install")))
    def requotes(self, who: str, without: str) -> None:
        self.documents += 1
        document = quote(title=f"Requote {self.documents}")
        document["valid_until"] = (self.clock().date() + timedelta(days=5)).isoformat()
        document["lines"] = [line for line in document["lines"] if line["key"] != without]
        today = self.clock().date()
        incoming = read_quote(json.dumps(document).encode(), "q.json", today=today, zone="Europe/Copenhagen")
        refused = self.model.may(self.roles[who], "rep", "open")
        take = partial(import_quote.import_quote, actor=self.seats[who].actor, quote=incoming, requote=True)
        self.tries(refused, lambda: self.database.write_now(take))
        if not refused:
            model = self.model
            model.values = {
                each: value for each, value in rules.QUOTED.items() if without not in each.split(":")
            }
            model.negotiated, model.valid_until = False, self.seats["mia"].deal.valid_until
            model.next_revision()
            # The quote says who may what; whose way in was taken stays outside.
            self.roles |= {name: ROLES[name] for name in BUYERS if self.roles[name]}
            self.outside |= {name: ROLES[name] for name in self.outside}

    # ---- who may ----------------------------------------------------------------------------------------------------

    @rule(who=sellers, whom=buyers, role=st.sampled_from(rules.BUYERS))
    def changes_a_role(self, who: str, whom: str, role: str) -> None:
        change = change_contact_role.change_contact_role
        self.seats[who].does(change, self.seats[whom].contact_id, role)
        if self.roles[whom]:
            self.roles[whom] = role
        else:
            self.outside[whom] = role

    @rule(who=sellers, whom=buyers)
    def shuts_out_and_lets_in(self, who: str, whom: str) -> None:
        contact, seat = self.seats[whom].contact_id, self.seats[who]
        if self.roles[whom]:
            seat.does(revoke_links.revoke_links, contact)
            self.outside[whom], self.roles[whom] = str(self.roles[whom]), None
            return
        link = seat.does(issue_link.issue_link, contact, channel="shown")
        token = link.url.rpartition("/")[2]
        joined = self.database.write_now(lambda work: join.join(work, token, session_id=None))
        self.seats[whom].actor = BuyerSession(token_hash(joined.cookie))
        self.roles[whom] = self.outside[whom]

    @rule(who=sellers, owned=st.booleans())
    def owns(self, who: str, owned: bool) -> None:
        rep = self.seats[who].deal.actor.removeprefix("rep:")
        self.seats[who].does(assign_owner.assign_owner, rep if owned else None)

    # ---- what holds -------------------------------------------------------------------------------------------------

    @invariant()
    def everything_holds_together(self) -> None:
        offer, asked = self.sound.check()
        model, deal = self.model, self.seats["mia"].deal
        assert (deal.state, deal.revision) == (model.state, model.revision)
        assert soundness.values(offer) == model.values
        assert asked == {ask.id: ask.changes for ask in model.asks}
        assert soundness.edits(self.database, deal.id) == model.edits
        assert [text for _, _, text in self.said] == soundness.said(self.database, deal.id)


def spelled(answers: dict[str, tuple[str, str]]) -> tuple[Answer, ...]:
    return tuple(
        Answer(change_id=each, verdict=verdict, value=value if verdict == "counter" else None)  # type: ignore[arg-type]
        for each, (verdict, value) in answers.items()
    )


@pytest.fixture(autouse=True)
def template(tmp_path: Path) -> None:
    """The table as every negotiation begins it; each has a copy."""
    database = open_database(f"sqlite:///{tmp_path}/template.db", Clock())
    Negotiation.cast = Table(database)
    database.close()
    Negotiation.template = tmp_path / "template.db"


@pytest.mark.parametrize("verdict", ["accept", "decline", "counter"])
@pytest.mark.parametrize("opening", OPENINGS)
def test_where_it_is_narrow(opening: str, verdict: str) -> None:
    negotiation = Negotiation()
    negotiation.begins(opening, [(verdict, 2)])
    negotiation.everything_holds_together()
    negotiation.teardown()


def test_any_interleaving_of_commands_follows_the_rules() -> None:
    run_state_machine_as_test(
        Negotiation,
        settings=settings(
            max_examples=50 * TIMES,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=set(Phase) - {Phase.explain},
        ),
    )
