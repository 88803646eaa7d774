"""What the seller does: edit, answer, publish, approve, withdraw, open again, give time, requote, and say who may what."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portal.access import BuyerSession, token_hash
from portal.commands.deal import assign_owner, give_more_time, reopen, withdraw
from portal.commands.people import change_contact_role, issue_link, join, revoke_links
from portal.commands.revision import decide_approval, draft_revision, import_quote, publish_revision
from portal.domain.change.counteroffer import Answer
from portal.errors import Conflict, Invalid, NotFound
from portal.intake.incoming import read_quote
from tests.chaos import rules
from tests.chaos.negotiation import BUYERS, ROLES, SENT, Negotiation, buyers, changes, sellers, valued
from tests.chaos.rules import ASKABLE, FIXED, Publication
from tests.quotes import quote

editable = st.dictionaries(
    st.sampled_from(sorted({**ASKABLE, **FIXED})), st.integers(0, 4), min_size=1, max_size=2
)
verdicts = st.lists(
    st.tuples(st.sampled_from(("accept", "decline", "counter")), st.integers(0, 4)), min_size=1, max_size=3
)


class Selling(Negotiation):
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
        if not refused and not granted:
            self.model.approval = None

    @rule(who=sellers)
    def withdraws(self, who: str) -> None:
        refused = self.model.may(self.roles[who], "rep", "open")
        self._closes("withdrawn", refused, lambda: self.seats[who].does(withdraw.withdraw))

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
            self.model.stored = "open"
            self.model.lasts(day)
            self.model.next_revision()

    @rule(who=sellers, without=st.sampled_from(("", "", "install")))
    def requotes(self, who: str, without: str) -> None:
        self.documents += 1
        document = quote(title=f"Requote {self.documents}")
        day = self.clock().date() + timedelta(days=5)
        document["valid_until"] = day.isoformat()
        document["lines"] = [line for line in document["lines"] if line["key"] != without]
        today = self.clock().date()
        incoming = read_quote(json.dumps(document).encode(), "q.json", today=today, zone="Europe/Copenhagen")
        role = str(self.roles[who])
        refused = self.model.may(role, "rep", "open")
        refused = refused or self.model.requote(role, day, install=without != "install")
        take = partial(import_quote.import_quote, actor=self.seats[who].actor, quote=incoming, requote=True)
        self.tries(refused, lambda: self.database.write_now(take))
        if not refused:
            # The quote says who may what; whose way in was taken stays outside.
            self.roles |= {name: ROLES[name] for name in BUYERS if self.roles[name]}
            self.outside |= {name: ROLES[name] for name in self.outside}

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


def spelled(answers: dict[str, tuple[str, str]]) -> tuple[Answer, ...]:
    return tuple(
        Answer(change_id=each, verdict=verdict, value=value if verdict == "counter" else None)  # type: ignore[arg-type]
        for each, (verdict, value) in answers.items()
    )
