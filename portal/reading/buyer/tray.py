"""A buyer's own draft of a counteroffer, against the offer as it stands now: the active one of their scenarios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, true

from portal.access import Deal
from portal.domain.change import change as changing
from portal.domain.change import counteroffer, price_ask
from portal.domain.change.cautions import Caution, cautions
from portal.domain.change.change import Change
from portal.domain.change.composition import is_composition
from portal.domain.change.effect import Effect, effect_of
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import parse_value, spec
from portal.domain.change.items import find_item
from portal.domain.change.published_prices import only_chooses
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem
from portal.reading.deal_page import lines
from portal.reading.deal_page.asks import AskView, SentAsk, SentChange
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class TrayChange:
    """One change of the draft. `moved`: the offer says something else than `was`, what it said when this was written."""

    subject: str
    name: str
    ask: AskView
    was: Value
    moved: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Tray:
    """`effect` is what all of it comes to; None while something in it can't be asked. `name` may be empty.

    `composition` are the changes that need no answer, where they go together; `cautions` is what is asked about before the
    rest is sent.
    """

    name: str = ""
    changes: tuple[TrayChange, ...] = ()
    asked: tuple[Change, ...] = ()
    package: bool = False
    effect: Effect | None = None
    composition: tuple[Change, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def needs_answer(self) -> bool:
        """Whether something in it is for the seller to answer."""
        return len(self.composition) < len(self.asked)

    def beside(self, sent: Sequence[SentAsk], me: str) -> list[tuple[SentAsk, SentChange]]:
        """What colleagues have asked of the same: the seller will see both. `me`: whose draft it is, a contact."""
        return [
            (ask, asked)
            for ask in sent
            if ask.who.actor != f"contact:{me}"
            for change, asked in zip(ask.changes, ask.asked, strict=True)
            if price_ask.question(change) in self._questions
        ]

    def ending(self, sent: Sequence[SentAsk], me: str) -> list[SentAsk]:
        """The packages that sending this ends: one of their fields is asked anew."""
        return [
            ask
            for ask in sent
            if ask.package
            and ask.who.actor == f"contact:{me}"
            and any(price_ask.question(change) in self._questions for change in ask.changes)
        ]

    @property
    def _questions(self) -> set[str]:
        return {price_ask.question(change) for change in self.asked}

    def text(self, change_id: str) -> str | None:
        """What the draft asks for in a field, in the field's spelling."""
        return next((each.ask.asked_text for each in self.changes if each.ask.id == change_id), None)

    def reason(self, subject: str) -> str:
        """What was given as the reason for changing a line or a term."""
        reasons = (each.ask.reason for each in self.changes if each.subject == subject)
        return next((reason for reason in reasons if reason), "")


class _Entry(msgspec.Struct, frozen=True):
    change: Change
    was: str


# Built once: every page asks this.
_DRAFT = select(
    tables.scenario.c.name, tables.scenario.c.changes, tables.scenario.c.reasons, tables.scenario.c.package
).where(
    tables.scenario.c.deal_id == bindparam("deal_id"),
    tables.scenario.c.contact_id == bindparam("contact_id"),
    tables.scenario.c.active == true(),
)
_entries = msgspec.json.Decoder(tuple[_Entry, ...])
_reasons = msgspec.json.Decoder(dict[str, str])


def load(transaction: Transaction, deal: Deal, offer: Offer) -> Tray:
    """The draft of whoever is looking; empty for anybody but a buyer."""
    mine = {"deal_id": deal.id, "contact_id": deal.contact_id or ""}
    row = transaction.connection.execute(_DRAFT, mine).first()
    return Tray() if row is None else of_row(row, offer, today=transaction.now.date())


def of_row(row: Any, offer: Offer, *, today: date) -> Tray:
    """What a row of the table of scenarios asks of the offer."""
    entries, reasons = _entries.decode(row.changes), _reasons.decode(row.reasons)
    return tray(offer, entries, reasons, package=row.package, today=today, name=row.name)


def tray(
    offer: Offer,
    entries: Sequence[_Entry],
    reasons: Mapping[str, str],
    *,
    package: bool,
    today: date,
    name: str = "",
) -> Tray:
    asked = tuple(entry.change for entry in entries)
    problems = counteroffer.check(offer, asked, today=today) if asked else []
    names = lines.names(offer)
    chosen = tuple(change for change in asked if only_chooses(offer, change))
    return Tray(
        name=name,
        changes=tuple(
            _change(offer, entry, names, reasons.get(entry.change.id, ""), problems) for entry in entries
        ),
        asked=asked,
        package=package,
        effect=None if problems or not asked else effect_of(offer, asked),
        composition=chosen if not problems and is_composition(offer, chosen) else (),
        cautions=() if problems else tuple(cautions(offer, asked)),
    )


def _change(
    offer: Offer, entry: _Entry, names: Mapping[str, str], reason: str, problems: Sequence[Problem]
) -> TrayChange:
    change = entry.change
    try:
        offered = changing.current(offer, change)
    except Invalid:
        offered = None
    return TrayChange(
        subject=change.subject,
        name=names.get(change.subject) or _called(offer, change),
        ask=AskView(
            id=change.id,
            field=change.field,
            offered=parse_value(change.field, offered),
            asked=parse_value(change.field, change.value),
            asked_text=change.value,
            reason=reason,
        ),
        was=parse_value(change.field, entry.was),
        # An overall price is asked for whatever the parts are: it watches nothing.
        moved=spec(change.field).watches != () and offered is not None and offered != entry.was,
        problems=tuple(problem for problem in problems if problem.place == change.id),
    )


def _called(offer: Offer, change: Change) -> str:
    found = find_item(offer, change.subject)
    return found.name if found else change.key
