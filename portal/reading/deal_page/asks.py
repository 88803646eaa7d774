"""What was asked and answered, with the words that went with it, and as values that a page can show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.domain.change.change import Change
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import Field, parse_value
from portal.domain.ledger import ledger, rounds, shared_events
from portal.domain.ledger.board import Ask, Board, Consent, GivenAnswer, OpenAsk
from portal.domain.ledger.rounds import BoardEvent, NegotiationState
from portal.domain.offer.revision import Offer
from portal.reading.deal_page import board_events
from portal.reading.deal_page.people import Person
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class AskView:
    """One field somebody wants otherwise: offered and asked. `since` None for one that is not sent yet."""

    id: str
    field: Field
    offered: Value
    asked: Value
    # The same in the field's one spelling.
    asked_text: str = ""
    who: Person | None = None
    since: datetime | None = None
    reason: str = ""
    counteroffer: str = ""
    package: bool = False


@dataclass(frozen=True, kw_only=True)
class AnswerView:
    """One answer: offered, asked, answered, in which revision."""

    id: str
    field: Field
    verdict: str
    offered: Value
    asked: Value
    answered: Value
    who: Person
    at: datetime
    revision: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentView:
    """Who agreed to a line or term as `revision` offers it."""

    who: Person
    at: datetime
    revision: int


@dataclass(frozen=True, kw_only=True)
class SentChange:
    """One change of an open counteroffer, for whoever reads what is waiting."""

    subject: str
    name: str
    field: Field
    asked: Value


@dataclass(frozen=True, kw_only=True)
class SentAsk:
    """An open counteroffer as a whole."""

    id: str
    who: Person
    at: datetime
    base_revision: int
    package: bool
    note: str
    changes: tuple[Change, ...]
    asked: tuple[SentChange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Everything asked and answered so far; `words` are reasons and notes by (counteroffer or revision, change id)."""

    state: NegotiationState
    notes: Mapping[str, str]
    words: Mapping[tuple[str, str], str]

    @property
    def open(self) -> tuple[Ask, ...]:
        return tuple(self.state.asks.values())

    @property
    def given(self) -> tuple[GivenAnswer, ...]:
        return tuple(self.state.answers)

    def actors(self) -> set[str]:
        agreed = {consent.by for consent in self.state.consents.values()}
        return {ask.by for ask in self.open} | {given.by for given in self.given} | agreed

    def board(self, offer: Offer) -> Board:
        """`offer`: what stands."""
        return self.state.board(offer)


def load(transaction: Transaction, deal_id: str) -> Asking:
    """As the ledger tells it."""
    rows = board_events.rows(transaction, deal_id)
    words: dict[tuple[str, str], str] = {}
    notes: dict[str, str] = {}
    events = []
    for row in rows:
        body, personal = ledger.decode_body(row.body, row.personal), ledger.decode_personal(row.personal)
        events.append(BoardEvent(body=body, actor=row.actor, at=row.at))
        if isinstance(body, shared_events.CounterofferMade):
            notes[body.counteroffer] = personal.note
            words |= {(body.counteroffer, change_id): text for change_id, text in personal.reasons.items()}
        elif isinstance(body, shared_events.RevisionPublished):
            words |= {(str(body.revision), change_id): text for change_id, text in personal.reasons.items()}
    return Asking(state=rounds.negotiation_state(events), notes=notes, words=words)


def sent(asking: Asking, people: Mapping[str, Person], names: Mapping[str, str]) -> tuple[SentAsk, ...]:
    """`names`: of lines and terms, by subject."""
    return tuple(
        SentAsk(
            id=ask.counteroffer.id,
            who=people[ask.by],
            at=ask.since,
            base_revision=ask.counteroffer.base_revision,
            package=ask.counteroffer.package,
            note=asking.notes.get(ask.counteroffer.id, ""),
            changes=ask.counteroffer.changes,
            asked=tuple(_sent_change(each, names) for each in ask.counteroffer.changes),
        )
        for ask in asking.open
    )


def _sent_change(change: Change, names: Mapping[str, str]) -> SentChange:
    return SentChange(
        subject=change.subject,
        name=names.get(change.subject, "New line" if change.field == "wish" else change.key),
        field=change.field,
        asked=parse_value(change.field, change.value),
    )


def ask_view(each: OpenAsk, asking: Asking, people: Mapping[str, Person]) -> AskView:
    return AskView(
        id=each.change.id,
        field=each.change.field,
        offered=parse_value(each.change.field, each.offered),
        asked=parse_value(each.change.field, each.change.value),
        asked_text=each.change.value,
        who=people[each.by],
        since=each.since,
        reason=asking.words.get((each.counteroffer, each.change.id), ""),
        counteroffer=each.counteroffer,
        package=each.package,
    )


def answer_view(given: GivenAnswer, asking: Asking, people: Mapping[str, Person]) -> AnswerView:
    field = given.answer.change.field
    return AnswerView(
        id=given.answer.change.id,
        field=field,
        verdict=given.answer.verdict,
        offered=parse_value(field, given.answer.offered),
        asked=parse_value(field, given.answer.change.value),
        answered=parse_value(field, given.answer.answered),
        who=people[given.by],
        at=given.at,
        revision=given.revision,
        note=asking.words.get((str(given.revision), given.answer.change.id), ""),
    )


def consent_view(consent: Consent, people: Mapping[str, Person]) -> ConsentView:
    return ConsentView(who=people[consent.by], at=consent.at, revision=consent.revision)
