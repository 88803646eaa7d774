"""One change of one field, the unit of counteroffers, answers and a rep's own edits.

A change names what it touches (see `item`), the field, and the value in its one spelling. Its `id`, `line:KEY:quantity`,
is what answers refer to. One table (`field`) says for each field how a value is read and spelled.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from portal.domain.change import part_codec
from portal.domain.change.fields import FIELDS, RULES, Field, field_name
from portal.domain.change.items import AdjustmentPlace, Item, StandingPlace, Total, Wanted, item
from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Adjustment, Line, Offer, StandingOffer, Term
from portal.errors import Invalid, Problem, Sentence

__all__ = [
    "FIELDS",
    "Change",
    "Field",
    "apply",
    "buyer_fields",
    "contradictions",
    "current",
    "field_name",
    "met",
    "replaced",
    "seller_fields",
    "spell",
    "stated",
    "touched",
]


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`choice` is set on the line that is chosen; `value` is a term's. `selected` and `choice` spell "true"/"false".

    `target` (of `deal:total`) is the contract's net that is wanted, at most; `wish` (of `new:KEY`) what and how many. Both
    are met by a revision, not made by `apply`. `line`, `adjustment` and `standing_offer` spell a whole part, "" for none.
    """

    subject: str
    field: Field
    value: str

    @property
    def id(self) -> str:
        return f"{self.subject}:{self.field}"

    @property
    def key(self) -> str:
        """The key of the line, the term or the part."""
        return self.subject.partition(":")[2]


def spell(offer: Offer, subject: str, field: str, text: str) -> Change:
    """The change that `text` asks for, in the field's one spelling; numbers as plain decimal strings, days in ISO 8601.

    Invalid, at the change's id, when there is no such line, term or field, or when the text says nothing readable.
    """
    place = f"{subject}:{field}"
    found = _standing(offer, subject, place)
    if field not in (*seller_fields(found), *buyer_fields(found)):
        raise Invalid.field(place, _no_such_field(found, field))
    try:
        value = RULES[field].read(text, offer, found.key)
    except ValueError as error:
        raise Invalid.field(place, error.args[0]) from None
    return Change(subject=subject, field=field, value=value)


def current(offer: Offer, change: Change) -> str:
    """What the offer says today where `change` would change it, in the same spelling; "" for a day that is not stated.

    Invalid when the line or the term is gone.
    """
    return RULES[change.field].today(_standing(offer, change.subject, change.id))


def stated(offer: Offer, change: Change) -> str | None:
    """As `current`; None when the line, the term or the field is gone."""
    found = item(offer, change.subject)
    if found is None or change.field not in (*seller_fields(found), *buyer_fields(found)):
        return None
    return current(offer, change)


def met(offer: Offer, change: Change) -> bool:
    """Whether the offer gives what is asked: the same value; a total at or below the target; a line that answers a wish."""
    found = item(offer, change.subject)
    match change.field:
        case "target":
            return isinstance(found, Total) and found.net <= money.parse(change.value)
        case "wish":
            return isinstance(found, Wanted) and found.line is not None
        case "choice":
            return isinstance(found, Line) and found.selected
    return stated(offer, change) == change.value


def touched(offer: Offer, subject: str) -> Line | Term | None:
    """The line or term that `line:KEY` or `term:KEY` names."""
    kind, _, key = subject.partition(":")
    return offer.line(key) if kind == "line" else offer.term(key) if kind == "term" else None


def seller_fields(item: Item) -> tuple[Field, ...]:
    """What the seller may change."""
    match item:
        case Term():
            return ("value",)
        case Line():
            return ("quantity", "unit_price", "discount_percent", *_offered(item), "delivery_date")
        case Wanted():
            return ("line",)
        case AdjustmentPlace():
            return ("adjustment",)
        case StandingPlace():
            return ("standing_offer",)
    return ()


def buyer_fields(item: Item) -> tuple[Field, ...]:
    """What a buyer may ask for: what is negotiable, what the offer leaves open, and what is not in it yet."""
    match item:
        case Term():
            return ("value",) if item.negotiable else ()
        case Line():
            return (*item.negotiable, *_offered(item))
        case Wanted():
            return ("wish",)
        case Total():
            return ("target",) if item.open else ()
    return ()


def _offered(line: Line) -> tuple[Field, ...]:
    if line.choice_group:
        return ("choice",)
    return ("selected",) if line.optional else ()


def apply(
    offer: Offer, changes: Iterable[Change], *, concession: bool, round_number: int | None = None
) -> Offer:
    """The offer with all changes made. The order of the changes does not matter, but for that of added parts.

    `concession`: a lower price is given in return for something, in negotiation round `round_number`; its step in the
    build-up says so. Invalid when a line, a term or a field of it is gone, when two changes touch one field, or when two
    lines of a group are chosen.
    """
    changes = [spell(offer, change.subject, change.field, change.value) for change in changes]
    problems = contradictions(offer, changes)
    if problems:
        raise Invalid("These changes do not go together.", problems)
    wanted: dict[str, dict[Field, str]] = {}
    chosen: dict[str | None, str] = {}
    for change in changes:
        wanted.setdefault(change.subject, {})[change.field] = change.value
        item = touched(offer, change.subject)
        if change.field == "choice" and isinstance(item, Line):
            chosen[item.choice_group] = item.key

    def changed(line: Line) -> Line:
        if line.choice_group in chosen:
            line = replace(line, selected=line.key == chosen[line.choice_group])
        values = wanted.get(f"line:{line.key}", {})
        return _changed_line(line, values, offer.language, concession=concession, round_number=round_number)

    def worded(term: Term) -> Term:
        return replace(term, value=wanted.get(f"term:{term.key}", {}).get("value", term.value))

    after = replace(offer, lines=tuple(map(changed, offer.lines)), terms=tuple(map(worded, offer.terms)))
    return _with_parts(after, changes)


def _with_parts(offer: Offer, changes: Iterable[Change]) -> Offer:
    """The offer with parts added, replaced and taken out as a whole; what stays keeps its place."""
    lines = {each.key: each for each in offer.lines}
    adjustments = {each.key: each for each in offer.adjustments}
    standing = {each.key: each for each in offer.standing_offers}
    for change in changes:
        if change.field == "line" and (line := part_codec.read(Line, change.value, change.key)):
            lines[change.key] = line
        elif change.field == "adjustment":
            _put(adjustments, change.key, part_codec.read(Adjustment, change.value, change.key))
        elif change.field == "standing_offer":
            _put(standing, change.key, part_codec.read(StandingOffer, change.value, change.key))
    return replace(
        offer,
        lines=tuple(lines.values()),
        adjustments=tuple(adjustments.values()),
        standing_offers=tuple(standing.values()),
    )


def _put(parts: dict[str, part_codec.Part], key: str, part: part_codec.Part | None) -> None:
    if part is None:
        parts.pop(key, None)
    else:
        parts[key] = part


def replaced(offer: Offer, changes: Iterable[Change]) -> frozenset[str]:
    """Ids of what these changes take the place of: the same fields, and for a choice every other of its group."""
    ids: set[str] = set()
    for change in changes:
        item = touched(offer, change.subject)
        ids.add(change.id)
        if change.field == "choice" and isinstance(item, Line):
            group = (line for line in offer.lines if line.choice_group == item.choice_group)
            ids |= {f"line:{line.key}:choice" for line in group}
    return frozenset(ids)


def contradictions(offer: Offer, changes: Iterable[Change]) -> list[Problem]:
    """Changes that cannot both be made: the same field twice, two lines of one choice group, a line that is there."""
    problems = []
    seen: set[str] = set()
    chosen: dict[str, Line] = {}
    for change in changes:
        item = touched(offer, change.subject)
        if change.id in seen:
            problems.append(
                Problem(
                    change.id,
                    Sentence("The %(field)s is changed twice.", field=Sentence(field_name(change.field))),
                    "Keep one of them.",
                )
            )
        elif change.field == "line" and change.value and (there := offer.line(change.key)):
            problems.append(
                Problem(
                    change.id,
                    Sentence("%(name)s is in the proposal already.", name=there.name),
                    "Change that line instead.",
                )
            )
        elif change.field == "choice" and isinstance(item, Line) and item.choice_group:
            other = chosen.setdefault(item.choice_group, item)
            if other is not item:
                problems.append(
                    Problem(
                        change.id,
                        Sentence(
                            "%(name)s and %(other)s exclude each other.", name=other.name, other=item.name
                        ),
                        "Choose one.",
                    )
                )
        seen.add(change.id)
    return problems


def _changed_line(
    line: Line, values: dict[Field, str], language: str, *, concession: bool, round_number: int | None
) -> Line:
    if "quantity" in values:
        # Before any price: a quantity finds its price in the breaks, an explicit price overrides it.
        line = pricing.at_quantity(line, money.parse(values["quantity"]), language=language)
    if "unit_price" in values or "discount_percent" in values:
        line = pricing.at_price(
            line,
            unit_price=_number(values, "unit_price"),
            discount_percent=_number(values, "discount_percent"),
            concession=concession,
            round_number=round_number,
            language=language,
        )
    if "selected" in values:
        line = replace(line, selected=values["selected"] == "true")
    if "delivery_date" in values:
        line = replace(line, delivery_date=date.fromisoformat(values["delivery_date"]))
    return line


def _number(values: dict[Field, str], field: Field) -> Decimal | None:
    return money.parse(values[field]) if field in values else None


def _standing(offer: Offer, subject: str, place: str) -> Item:
    found = item(offer, subject)
    if found is None:
        kind, _, key = subject.partition(":")
        missing = {
            "line": Sentence("This proposal has no line “%(key)s”.", key=key),
            "term": Sentence("This proposal has no term “%(key)s”.", key=key),
        }
        message = missing.get(kind, Sentence("This proposal has no “%(subject)s”.", subject=subject))
        raise Invalid.field(place, message, "It may have been removed; leave this out.")
    return found


def _no_such_field(item: Item, field: str) -> str:
    if isinstance(item, Total):
        return "The prices of this proposal are fixed, and so is what they come to."
    if field == "selected" and isinstance(item, Line):
        if item.choice_group:
            return Sentence(
                "%(name)s is part of the proposal; choose another line of its group.", name=item.name
            )
        return Sentence("%(name)s is part of the proposal; it can't be left out.", name=item.name)
    if field == "choice" and isinstance(item, Line):
        return Sentence("%(name)s has no alternatives to choose from.", name=item.name)
    name = Sentence(field_name(field)) if field in FIELDS else field
    return Sentence("%(name)s has no %(field)s.", name=item.name, field=name)
