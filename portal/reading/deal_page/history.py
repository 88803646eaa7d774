"""The revisions of a deal, newest first: who signed each, why, and what was answered in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.domain.ledger import event_kinds, ledger, shared_events
from portal.domain.ledger.board import GivenAnswer
from portal.reading.deal_page import asks, visible_revisions
from portal.reading.deal_page.asks import AnswerView, Asking
from portal.reading.deal_page.people import Person
from portal.storage import tables
from portal.storage.session import Transaction

# The events that publish a revision.
PUBLISHING = event_kinds.names(lambda kind: kind.publishes_revision)


@dataclass(frozen=True, kw_only=True)
class RevisionEntry:
    """`signed` is "sent" for the first, else as in the ledger; `changed` are the subjects of lines and terms it touches.

    `takes_back`: the revision that it took back, 0 for none; `taken_back`: that it was itself, and shows nothing more.
    """

    number: int
    digest: str
    at: datetime
    who: Person
    signed: str
    note: str = ""
    changed: tuple[str, ...] = ()
    answers: tuple[AnswerView, ...] = ()
    # What the standing offer is called that was taken by it.
    standing_offer: str = ""
    takes_back: int = 0
    # The earlier revision that it offers again; 0 for none.
    again: int = 0
    taken_back: bool = False
    # The revision that it is compared with; 0 for none.
    earlier: int = 0


def rows(transaction: Transaction, deal_id: str) -> Sequence[Any]:
    """The events that published a revision, oldest first."""
    event = tables.event
    query = select(event).where(event.c.deal_id == deal_id, tables.kind_is(*PUBLISHING))
    return tables.sort_by_seq(transaction.connection.execute(query))


def history(
    published: Sequence[Any], asking: Asking, people: Mapping[str, Person]
) -> tuple[RevisionEntry, ...]:
    entries = [_entry(row, asking, people) for row in reversed(published)]
    taken = visible_revisions.taken_back(published)
    return tuple(
        _without_content(entry)
        if entry.number in taken
        else replace(
            entry, earlier=0 if entry.takes_back else visible_revisions.last_before(entry.number, taken)
        )
        for entry in entries
    )


def _without_content(entry: RevisionEntry) -> RevisionEntry:
    """Only who published it and when, also where an older ledger still has more."""
    return RevisionEntry(
        number=entry.number, digest="", at=entry.at, who=entry.who, signed=entry.signed, taken_back=True
    )


def _entry(row: Any, asking: Asking, people: Mapping[str, Person]) -> RevisionEntry:
    body, who = ledger.decode_body(row.body, row.personal), people[row.actor]
    if isinstance(body, shared_events.ProposalSent):
        return RevisionEntry(number=body.revision, digest=body.digest, at=row.at, who=who, signed="sent")
    assert isinstance(body, shared_events.RevisionPublished)
    given = [
        GivenAnswer(answer=each, by=row.actor, at=row.at, revision=body.revision) for each in body.answers
    ]
    return RevisionEntry(
        number=body.revision,
        digest=body.digest,
        at=row.at,
        who=who,
        signed=body.signed,
        note=ledger.decode_personal(row.personal).note,
        changed=body.changed,
        standing_offer=body.standing_offer,
        answers=tuple(asks.answer_view(each, asking, people) for each in given),
        takes_back=body.takes_back,
        again=body.again,
    )
