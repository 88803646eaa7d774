"""Which part of a new quote is which part of the deal: by key, then by article number, then by name.

Each only where it is unique on both sides, and a key that a quote without keys was given never matches.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from portal.domain.change.items import PARTS
from portal.domain.offer.revision import Adjustment, Line, Offer, StandingOffer, Term

Part = Line | Term | Adjustment | StandingOffer
Mark = Callable[[Any], str]

# What a part is found by where its key does not say, by its kind; the first that is unique on both sides counts.
_MARKS: Mapping[str, Sequence[Mark]] = {
    "line": (lambda line: line.sku, lambda line: line.name.casefold()),
    "term": (lambda term: term.name.casefold(),),
    "adjustment": (lambda adjustment: adjustment.label.casefold(),),
    "standing": (lambda standing: standing.label.casefold(),),
}


def with_keys_of(
    current: Offer,
    base: Offer,
    new: Offer,
    *,
    generated_here: Collection[str],
    generated_there: Collection[str],
) -> tuple[Offer, Mapping[str, str]]:
    """The new quote with the deal's keys, and what each key became, by "line:KEY", "term:KEY" and so on.

    The deal's parts are those of `current`, and those of its last quote, `base`, that were taken out since.
    `generated_here`: those that the deal's quote was given; `generated_there`: the new quote's.
    """
    keys: dict[str, str] = {}
    parts: dict[str, tuple[Part, ...]] = {}
    for kind, among in PARTS.items():
        here = _all_parts(getattr(current, among), getattr(base, among))
        there: Sequence[Part] = getattr(new, among)
        stated = (_stated_key(kind, generated_here), _stated_key(kind, generated_there))
        found = _matches(here, there, [stated, *((mark, mark) for mark in _MARKS[kind])])
        renamed = _renamed(there, found, {part.key for part in here})
        keys |= {f"{kind}:{old}": key for old, key in renamed.items()}
        parts[among] = tuple(replace(part, key=renamed[part.key]) for part in there)
    offer: Offer = replace(new, **parts)
    return replace(offer, standing_offers=tuple(_rekeyed(each, keys) for each in offer.standing_offers)), keys


def _stated_key(kind: str, generated: Collection[str]) -> Mark:
    return lambda part: "" if f"{kind}:{part.key}" in generated else part.key


def _all_parts(now: Sequence[Part], then: Sequence[Part]) -> list[Part]:
    present = {part.key for part in now}
    return [*now, *(part for part in then if part.key not in present)]


def _matches(
    here: Sequence[Part], there: Sequence[Part], ways: Iterable[tuple[Mark, Mark]]
) -> dict[str, str]:
    """The keys here by the keys there."""
    found: dict[str, str] = {}
    for of_here, of_there in ways:
        known = _unique((part for part in here if part.key not in found.values()), of_here)
        new = _unique((part for part in there if part.key not in found), of_there)
        found |= {part.key: known[mark].key for mark, part in new.items() if mark in known}
    return found


def _unique(parts: Iterable[Part], mark: Mark) -> dict[str, Part]:
    grouped: dict[str, list[Part]] = {}
    for part in parts:
        if found := mark(part):
            grouped.setdefault(found, []).append(part)
    return {found: same[0] for found, same in grouped.items() if len(same) == 1}


def _renamed(new: Sequence[Part], matched: Mapping[str, str], taken: Collection[str]) -> Mapping[str, str]:
    """That of its match, its own where it is free, else the next free one."""
    keys, used = dict(matched), {*taken, *matched.values()}
    for part in new:
        key, number = keys.get(part.key, part.key), 1
        while part.key not in keys and key in used:
            number += 1
            key = f"{part.key}-{number}"
        keys[part.key] = key
        used.add(key)
    return keys


def _rekeyed(standing: StandingOffer, keys: Mapping[str, str]) -> StandingOffer:
    """The if-you-then offer with its lines and terms by the deal's keys."""
    return replace(
        standing,
        when=tuple(
            replace(
                each,
                line=keys.get(f"line:{each.line}", each.line),
                term=keys.get(f"term:{each.term}", each.term),
            )
            for each in standing.when
        ),
        then=tuple(replace(each, line=keys.get(f"line:{each.line}", each.line)) for each in standing.then),
    )
