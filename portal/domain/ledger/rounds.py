"""The negotiation told from the ledger alone, step by step: what was asked, answered and agreed, and the gap after each.

The fold knows no rows and no clock. What it comes to after the last event is the board that the pages show.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from portal.domain.change import price_ask
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.change.fields import CHOSEN
from portal.domain.ledger import event_body, ledger, settlement, shared_events
from portal.domain.ledger.board import Ask, Board, Consent, GivenAnswer
from portal.domain.ledger.event_body import PartyName
from portal.domain.offer.revision import Offer


class BoardEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the table, in the order of the ledger."""

    body: event_body.Body
    actor: str
    at: datetime


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What an event came to: the standing revision, the gap over the whole contract (net, signed), and the open points."""

    kind: str
    by: str
    at: datetime
    revision: int
    gap: Decimal
    open: int
    takes_back: int = 0

    @property
    def side(self) -> PartyName:
        return "buyer" if ledger.by_buyer(self.by) else "seller"


@dataclass
class NegotiationState:
    """Where the two stand after the events taken so far. `asks` by id, `consents` by subject."""

    revision: int = 0
    asks: dict[str, Ask] = field(default_factory=dict)
    answers: list[GivenAnswer] = field(default_factory=list)
    consents: dict[str, Consent] = field(default_factory=dict)
    # Somebody has signed: that agrees to everything.
    accepted: bool = False
    # Where they stood before the newest revision, for when it is taken back.
    before: "NegotiationState | None" = None

    def apply(self, event: BoardEvent) -> None:
        match event.body:
            case shared_events.ProposalSent(revision=number):
                self.revision = number
            case shared_events.CounterofferMade() as made:
                self._asked(made, event)
            case shared_events.CounterofferWithdrawn(counteroffer=one):
                self.asks.pop(one, None)
            case shared_events.CounteroffersClosed(counteroffers=several):
                for one in several:
                    self.asks.pop(one, None)
            case shared_events.RevisionPublished() as published:
                self._published(published, event)
            case shared_events.LinesAgreed(subjects=subjects, revision=number):
                consent = Consent(by=event.actor, at=event.at, revision=number)
                self.consents |= dict.fromkeys(subjects, consent)
            case shared_events.Accepted():
                self.accepted = True

    def board(self, offer: Offer) -> Board:
        """`offer`: what the standing revision says."""
        return settlement.build_board(
            offer, list(self.asks.values()), self.answers, self.consents, accepted=self.accepted
        )

    def _asked(self, made: shared_events.CounterofferMade, event: BoardEvent) -> None:
        """A newer ask of the same person overtakes what older ones asked of the same, and ends what was agreed there."""
        for one in made.replaces:
            self.asks.pop(one, None)
        for one, ask in self.asks.items():
            if ask.by == event.actor:
                left = without(ask.counteroffer.changes, made.changes)
                self.asks[one] = replace(ask, counteroffer=replace(ask.counteroffer, changes=left))
        for change in made.changes:
            self.consents.pop(change.subject, None)
        self.asks[made.counteroffer] = Ask(
            counteroffer=Counteroffer(
                id=made.counteroffer,
                base_revision=made.base_revision,
                changes=made.changes,
                package=made.package,
            ),
            by=event.actor,
            since=event.at,
            nets=made.nets,
        )

    def _chosen(self, changed: Collection[str]) -> None:
        """The buyers' own choice settles what was asked about it before, and what was answered to that."""
        for one, ask in [*self.asks.items()]:
            left = unchosen(ask.counteroffer, changed)
            self.asks[one] = replace(ask, counteroffer=replace(ask.counteroffer, changes=left))
            if not left:
                self.asks.pop(one)
        self.answers = [
            replace(given, overtaken=True)
            if given.answer.change.field in CHOSEN and given.answer.change.subject in changed
            else given
            for given in self.answers
        ]

    def _published(self, published: shared_events.RevisionPublished, event: BoardEvent) -> None:
        if published.takes_back and self.before:
            # Nobody of the buyer's had opened it, so nothing has been said since.
            earlier = self.before
            self.asks, self.answers, self.consents = earlier.asks, earlier.answers, earlier.consents
            self.revision, self.before = published.revision, None
            return
        self.before = NegotiationState(
            self.revision, dict(self.asks), list(self.answers), dict(self.consents)
        )
        self.revision = published.revision
        for one in published.counteroffers:
            self.asks.pop(one, None)
        if published.signed == "offer":
            self._chosen(published.changed)
        for subject in published.changed:
            # Agreed was what the line said then.
            self.consents.pop(subject, None)
        self.answers += [
            GivenAnswer(answer=each, by=event.actor, at=event.at, revision=published.revision)
            for each in published.answers
        ]


def without(asked: Iterable[Change], anew: Iterable[Change]) -> tuple[Change, ...]:
    """What is left of an ask when `anew` is asked by the same person: one line's price is one question."""
    questions = {price_ask.question(change) for change in anew}
    return tuple(change for change in asked if price_ask.question(change) not in questions)


def unchosen(ask: Counteroffer, changed: Collection[str]) -> tuple[Change, ...]:
    """What is left of an ask when the buyers have chosen among options that it is about. A package stays as it is."""
    return tuple(
        change
        for change in ask.changes
        if ask.package or change.field not in CHOSEN or change.subject not in changed
    )


def negotiation_state(events: Iterable[BoardEvent]) -> NegotiationState:
    found = NegotiationState()
    for event in events:
        found.apply(event)
    return found


def steps(events: Sequence[BoardEvent], offers: Mapping[int, Offer]) -> Iterator[Step]:
    """Every step that moved something. `offers`: what each revision says, by its number.

    A revision that was taken back was none: its gap would tell its prices.
    """
    found = NegotiationState()
    taken = {_takes_back(event) for event in events}
    for event in events:
        found.apply(event)
        if isinstance(event.body, shared_events.RevisionPublished) and event.body.revision in taken:
            continue
        board = found.board(offers[found.revision])
        yield Step(
            kind=event.body.kind,
            by=event.actor,
            at=event.at,
            revision=found.revision,
            gap=board.gap,
            open=len(board.open),
            takes_back=_takes_back(event),
        )


def _takes_back(event: BoardEvent) -> int:
    """The number of the revision that the event takes back; 0 for any other."""
    return event.body.takes_back if isinstance(event.body, shared_events.RevisionPublished) else 0
