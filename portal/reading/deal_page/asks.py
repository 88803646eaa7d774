"""What was asked and answered, with the words that went with it, and as values that a page can show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import Field, parse_value
from portal.domain.ledger import ledger, settlement, shared_events
from portal.domain.ledger.board import Ask, Board, Consent, GivenAnswer, OpenAsk
from portal.domain.offer.revision import Offer
from portal.reading.deal_page import board_events
from portal.reading.deal_page.people import Person
from portal.storage import tables
from portal.storage.session import Transaction

_changes = msgspec.json.Decoder(tuple[Change, ...])


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

    open: tuple[Ask, ...]
    given: tuple[GivenAnswer, ...]
    notes: Mapping[str, str]
    words: Mapping[tuple[str, str], str]
    consents: Mapping[str, Consent] = field(default_factory=dict)

    def actors(self) -> set[str]:
        agreed = {consent.by for consent in self.consents.values()}
        return {ask.by for ask in self.open} | {given.by for given in self.given} | agreed

    def board(self, offer: Offer) -> Board:
        """`offer`: what stands."""
        return settlement.build_board(offer, self.open, self.given, self.consents)


def load(transaction: Transaction, deal_id: str, revisions: Sequence[Any]) -> Asking:
    """`revisions`: the rows of the events that published revisions, oldest first."""
    ask, event = tables.counteroffer, tables.event
    rows = transaction.connection.execute(
        select(ask, event.c.personal)
        .join(event, (event.c.deal_id == ask.c.deal_id) & (event.c.seq == ask.c.event_seq))
        .where(ask.c.deal_id == deal_id, ask.c.state == "open")
        .order_by(ask.c.event_seq)
    ).all()
    words: dict[tuple[str, str], str] = {}
    notes: dict[str, str] = {}
    for row in rows:
        personal = ledger.decode_personal(row.personal)
        notes[row.id] = personal.note
        words |= {(row.id, change_id): text for change_id, text in personal.reasons.items()}
    given: list[GivenAnswer] = []
    for row in revisions:
        body, personal = ledger.decode_body(row.body, row.personal), ledger.decode_personal(row.personal)
        if isinstance(body, shared_events.RevisionPublished):
            # What was taken back has answered nothing.
            given = [each for each in given if each.revision != body.takes_back]
            given += [
                GivenAnswer(answer=each, by=row.actor, at=row.at, revision=body.revision)
                for each in body.answers
            ]
            words |= {(str(body.revision), change_id): text for change_id, text in personal.reasons.items()}
    return Asking(
        open=tuple(_ask(row) for row in rows),
        given=tuple(given),
        notes=notes,
        words=words,
        consents=board_events.load_consents(transaction, deal_id, revisions),
    )


def _ask(row: Any) -> Ask:
    return Ask(
        counteroffer=Counteroffer(
            id=row.id,
            base_revision=row.base_revision,
            changes=_changes.decode(row.changes),
            package=row.package,
        ),
        by=f"contact:{row.contact_id}",
        since=row.made_at,
    )


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
