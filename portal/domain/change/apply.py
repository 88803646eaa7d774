"""The offer that changes make, and which changes cannot both be made."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from portal.domain.change import part_codec, standing_offer
from portal.domain.change.change import Change, spell
from portal.domain.change.field_spec import Pricing
from portal.domain.change.fields import field_name, fields_of, spec
from portal.domain.change.items import find_item
from portal.domain.change.published_prices import keep_published
from portal.domain.offer.revision import Line, Offer, Term
from portal.errors import Invalid, Problem, Sentence

Item = TypeVar("Item", Line, Term)


def apply(
    offer: Offer, changes: Iterable[Change], *, concession: bool, round_number: int | None = None
) -> Offer:
    """The offer with all changes made. The order of the changes does not matter, but for that of added parts.

    `concession`: a lower price is given in return for something, in negotiation round `round_number`; its step in the
    build-up says so. Invalid when a line, a term or a field of it is gone, when two changes are about one field, or when
    two lines of a group are chosen.
    """
    changes = [spell(offer, change.subject, change.field, change.value) for change in changes]
    problems = contradictions(offer, changes)
    if problems:
        raise Invalid("These changes do not go together.", problems)
    values: dict[str, dict[str, str]] = {}
    for change in changes:
        values.setdefault(change.subject, {})[change.field] = change.value
    how = Pricing(offer.language, concession, round_number)
    lines = (_applied(line, values.get(f"line:{line.key}", {}), how) for line in _chosen(offer, changes))
    terms = (_applied(term, values.get(f"term:{term.key}", {}), how) for term in offer.terms)
    made = keep_published(offer, replace(offer, lines=tuple(lines), terms=tuple(terms)))
    return _used(_with_parts(made, changes), changes)


def replaced_ids(offer: Offer, changes: Iterable[Change]) -> frozenset[str]:
    """Ids of what these changes take the place of: the same fields, and for a choice every other of its group."""
    ids: set[str] = set()
    for change in changes:
        ids.add(change.id)
        group = _choice_group(offer, change)
        ids |= {f"line:{line.key}:choice" for line in offer.lines if group and line.choice_group == group}
    return frozenset(ids)


def contradictions(offer: Offer, changes: Iterable[Change]) -> list[Problem]:
    """Changes that cannot both be made: the same field twice, two lines of one choice group, a line that is there."""
    problems = []
    seen: set[str] = set()
    chosen: dict[str, Line] = {}
    for change in changes:
        item, group = find_item(offer, change.subject), _choice_group(offer, change)
        if change.id in seen:
            problems.append(
                Problem.of(
                    change.id,
                    "The %(field)s is changed twice.",
                    "Keep one of them.",
                    field=field_name(change.field),
                )
            )
        elif change.field == "line" and change.value and (there := offer.line(change.key)):
            problems.append(
                Problem.of(
                    change.id,
                    "%(name)s is in the proposal already.",
                    "Change that line instead.",
                    name=there.name,
                )
            )
        elif group and isinstance(item, Line):
            other = chosen.setdefault(group, item)
            if other is not item:
                message = Sentence(
                    "%(name)s and %(other)s exclude each other.", name=other.name, other=item.name
                )
                problems.append(Problem(change.id, message, "Choose one."))
        seen.add(change.id)
    return problems


def _choice_group(offer: Offer, change: Change) -> str | None:
    """The group in which the change chooses a line."""
    line = offer.line(change.key) if change.field == "choice" else None
    return line.choice_group if line else None


def _chosen(offer: Offer, changes: Iterable[Change]) -> Iterable[Line]:
    """The lines with the chosen one of each group selected, and no other of it."""
    chosen = {group: change.key for change in changes if (group := _choice_group(offer, change))}
    for line in offer.lines:
        key = chosen.get(line.choice_group or "")
        yield line if key is None else replace(line, selected=line.key == key)


def _applied(item: Item, values: Mapping[str, str], how: Pricing) -> Item:
    """A rule that several fields share is applied once, with the values of all of them."""
    if not values:
        return item
    rules = dict.fromkeys(row.apply for row in fields_of(type(item)) if row.key in values)
    for rule in rules:
        item = rule(item, values, how) if rule else item
    return item


def _with_parts(offer: Offer, changes: Iterable[Change]) -> Offer:
    """The offer with parts added, replaced and taken out as a whole; what stays keeps its place."""
    for change in changes:
        place = spec(change.field).place
        if place is None or not (change.value or place.removable):
            continue
        parts = {part.key: part for part in getattr(offer, place.among)}
        part = part_codec.read(place.kind, change.value, change.key)
        if part is None:
            parts.pop(change.key, None)
        else:
            parts[change.key] = part
        offer = replace(offer, **{place.among: tuple(parts.values())})
    return offer


def _used(offer: Offer, changes: Iterable[Change]) -> Offer:
    """The offer with if-you-then offers used, in the order in which it names them. One that no longer fits gives nothing."""
    using = {change.key for change in changes if change.field == "use"}
    for standing in offer.standing_offers if using else ():
        if standing.key in using and not standing.taken and standing_offer.fits(offer, standing):
            offer = standing_offer.used(offer, standing)
    return offer
