"""What the buyers ask for, as the rep answers it, and what an answer would come to. For the seller's pages alone.

Everything here reads the private document of a revision. Nothing that renders for buyers may import it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec
from sqlalchemy import select

from portal.access import Deal
from portal.domain.change import change as changing
from portal.domain.change import target_distribution as spread
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Counteroffer
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import parse_value, spec
from portal.domain.change.items import find_item
from portal.domain.change.rebase import Conflict, rebase
from portal.domain.change.target_distribution import Spread
from portal.domain.ledger import board
from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.reading.deal_page import asks, people
from portal.reading.deal_page.asks import Asking
from portal.reading.desk import approvals, questions, weigh_answers
from portal.reading.desk.outcome import Outcome
from portal.reading.desk.questions import Asked
from portal.storage import documents, private_documents, tables
from portal.storage.session import Transaction

_changes = msgspec.json.Decoder(tuple[Change, ...])


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One field that is asked for. `conflict`: the field moved since; `settled`: the offer says so already by now; `spread`:
    which lines could carry an overall price."""

    change: Change
    name: str
    offered: Value
    asked: Value
    reason: str
    conflict: Conflict | None
    settled: bool
    spread: Spread | None = None
    # Who asks for what: one answer is for all of them.
    people: tuple[Asked, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether they ask for different values."""
        return len({each.value for each in self.people}) > 1

    @property
    def was(self) -> Value:
        """What the offer said when this was asked."""
        return self._stated(self.conflict.base_value if self.conflict else None)

    def _stated(self, text: str | None) -> Value:
        # A choice is told by the lines that are chosen, not by the field.
        return text if self.change.field == "choice" else parse_value(self.change.field, text)

    @property
    def can_counter(self) -> bool:
        return spec(self.change.field).counterable


@dataclass(frozen=True, kw_only=True)
class OpenCounteroffer:
    """Who asks, since when and of which revision; `package`: all or nothing."""

    id: str
    by: str
    made_at: datetime
    base_revision: int
    package: bool
    note: str
    asks: tuple[Ask, ...]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One of the seller's own edits towards the next revision."""

    change: Change
    name: str
    offered: Value
    wanted: Value


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A publication that waits for a manager: its answers by change id, and the note to the buyers."""

    since: datetime
    answers: Mapping[str, Answer]
    note: str


@dataclass(frozen=True, kw_only=True)
class Answering:
    """The rep's side of the negotiation. `next_number` is what publishing would make."""

    counteroffers: tuple[OpenCounteroffer, ...]
    edits: tuple[Edit, ...]
    outcome: Outcome
    next_number: int
    waiting: Waiting | None


def load(transaction: Transaction, deal: Deal) -> Answering:
    """What there is to answer on a deal that has been sent."""
    offer = documents.read_revision(transaction, deal.id, deal.revision).offer
    edits, asking = own_edits(transaction, deal), asks.load(transaction, deal.id)
    private = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    waiting = _load_waiting_publication(transaction, deal)
    named = people.at_table(transaction, deal.id, asking.actors(), "")
    answers = tuple(waiting.answers.values()) if waiting else ()
    weighed = weigh_answers.weigh(transaction, deal, answers, edits)
    carried = partial(_carried, private, edits)
    shown = [
        _shown(transaction, deal, offer, ask, asking, named[ask.by].name, carried) for ask in asking.open
    ]
    nets = {ask.counteroffer.id: ask.nets for ask in asking.open}
    return Answering(
        counteroffers=questions.grouped(offer, shown, nets),
        edits=tuple(_edit(offer, change) for change in edits),
        outcome=weighed,
        next_number=deal.revision + 1,
        waiting=waiting,
    )


def own_edits(transaction: Transaction, deal: Deal) -> tuple[Change, ...]:
    """The seller's own edits towards the next revision."""
    draft = tables.revision_draft
    stored = transaction.connection.execute(
        select(draft.c.changes).where(draft.c.deal_id == deal.id)
    ).scalar()
    return _changes.decode(stored) if stored else ()


def _shown(  # noqa: PLR0917
    transaction: Transaction,
    deal: Deal,
    offer: Offer,
    ask: board.Ask,
    asking: Asking,
    by: str,
    carried: Callable[[Offer, Counteroffer, Change], Spread | None],
) -> OpenCounteroffer:
    counter = ask.counteroffer
    base = documents.read_revision(transaction, deal.id, counter.base_revision).offer
    moved = rebase(counter.changes, base, offer)
    conflicts = {conflict.change.id: conflict for conflict in moved.conflicts}
    settled = {change.id for change in moved.settled}
    return OpenCounteroffer(
        id=counter.id,
        by=by,
        made_at=ask.since,
        base_revision=counter.base_revision,
        package=counter.package,
        note=asking.notes.get(counter.id, ""),
        asks=tuple(
            Ask(
                change=change,
                name=_name(offer, base, change),
                offered=_says(offer, change),
                asked=parse_value(change.field, change.value),
                reason=asking.words.get((counter.id, change.id), ""),
                conflict=conflicts.get(change.id),
                settled=change.id in settled,
                spread=carried(offer, counter, change),
            )
            for change in counter.changes
        ),
    )


def _carried(
    private: PrivateFigures, edits: tuple[Change, ...], offer: Offer, counter: Counteroffer, change: Change
) -> Spread | None:
    if change.field != "target":
        return None
    return spread.proposed(offer, private, counter, money.parse(change.value), edits)


def _edit(offer: Offer, change: Change) -> Edit:
    return Edit(
        change=change,
        name=_name(offer, offer, change),
        offered=_says(offer, change),
        wanted=parse_value(change.field, change.value),
    )


def _name(offer: Offer, base: Offer, change: Change) -> str:
    if change.field == "wish":
        return spelling.wished(change.value).words
    if spec(change.field).place and change.value:
        said = parse_value(change.field, change.value)
        return str(getattr(said, "label", "") or getattr(said, "name", ""))
    found = find_item(offer, change.subject) or find_item(base, change.subject)
    return found.name if found else change.key


def _says(offer: Offer, change: Change) -> Value:
    """What the offer says now, None when the line or term is gone."""
    return parse_value(change.field, changing.stated(offer, change))


def _load_waiting_publication(transaction: Transaction, deal: Deal) -> Waiting | None:
    approval = tables.approval
    row = transaction.connection.execute(
        select(approval.c.asked_at, approval.c.publication).where(
            approval.c.deal_id == deal.id, approval.c.state == "waiting"
        )
    ).first()
    if row is None:
        return None
    publication = approvals.stored(row.publication)
    answers = {answer.change_id: answer for answer in publication.answers}
    return Waiting(since=row.asked_at, answers=answers, note=publication.note)
