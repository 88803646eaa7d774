"""What a publication that waits for a manager changes, answer by answer and edit by edit. For the seller alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.access import Deal
from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Verdict
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import parse_value, spec
from portal.domain.change.items import find_line_or_term
from portal.domain.offer.revision import Line, Offer, PrivateFigures
from portal.reading.deal_page import asks
from portal.storage import documents, private_documents
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class AnsweredChange:
    """One change of it. `asked` is None and `verdict` "" for the rep's own edit; `text` is what may be changed, None where
    there is nothing in between; `floor` is the line's, net per `price_base_quantity`."""

    id: str
    name: str
    field: str
    offered: Value
    asked: Value
    verdict: Verdict | str
    answered: Value
    text: str | None
    floor: Decimal | None
    line: Line | None


def answered_changes(
    transaction: Transaction, deal: Deal, answers: Sequence[Answer], edits: Sequence[Change]
) -> tuple[AnsweredChange, ...]:
    offer = documents.read_revision(transaction, deal.id, deal.revision).offer
    private = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    open_asks = asks.load(transaction, deal.id).open
    asked: Mapping[str, Change] = {
        change.id: change for ask in open_asks for change in ask.counteroffer.changes
    }
    given = [
        _change(offer, private, asked[answer.change_id], answer)
        for answer in answers
        if answer.change_id in asked
    ]
    return (*given, *(_change(offer, private, edit, None) for edit in edits))


def _change(offer: Offer, private: PrivateFigures, change: Change, answer: Answer | None) -> AnsweredChange:
    item = find_line_or_term(offer, change.subject)
    offered = changing.stated(offer, change)
    verdict, row = answer.verdict if answer else "", spec(change.field)
    values = {"accept": change.value, "counter": answer.value if answer else None, "decline": offered}
    answered = values.get(verdict, change.value)
    figures = private.lines.get(item.key) if isinstance(item, Line) else None
    return AnsweredChange(
        id=change.id,
        name=item.name if item else change.key,
        field=change.field,
        offered=parse_value(change.field, offered),
        asked=parse_value(change.field, change.value) if answer else None,
        verdict=verdict,
        answered=parse_value(change.field, answered),
        text=answered or "" if verdict != "decline" and row.counterable and not row.place else None,
        floor=figures.floor_unit_price if figures else None,
        line=item if isinstance(item, Line) else None,
    )
