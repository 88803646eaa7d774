"""Which part of a new quote is which part of the deal: by key, then by article number, then by name.

Each only where it is unique on both sides, and a key that a quote without keys was given never matches.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from portal.domain.offer.revision import Adjustment, Condition, Consequence, Line, Offer, StandingOffer, Term

Part = TypeVar("Part", bound=Line | Term | Adjustment | StandingOffer)
Mark = Callable[[Part], str]


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

    def matched(
        kind: str, now: Sequence[Part], then: Sequence[Part], there: Sequence[Part], *marks: Mark[Part]
    ) -> tuple[Part, ...]:
        def stated(generated: Collection[str]) -> Mark[Part]:
            return lambda part: "" if f"{kind}:{part.key}" in generated else part.key

        ways = [(stated(generated_here), stated(generated_there)), *((mark, mark) for mark in marks)]
        here = _all_parts(now, then)
        found = _renamed(there, _matches(here, there, ways), {part.key for part in here})
        keys.update({f"{kind}:{old}": key for old, key in found.items()})
        return tuple(replace(part, key=found[part.key]) for part in there)

    lines = matched(
        "line", current.lines, base.lines, new.lines, lambda line: line.sku, lambda line: line.name.casefold()
    )
    terms = matched("term", current.terms, base.terms, new.terms, lambda term: term.name.casefold())
    adjustments = matched(
        "adjustment",
        current.adjustments,
        base.adjustments,
        new.adjustments,
        lambda part: part.label.casefold(),
    )
    standing = matched(
        "standing",
        current.standing_offers,
        base.standing_offers,
        new.standing_offers,
        lambda part: part.label.casefold(),
    )
    offer = replace(
        new,
        lines=lines,
        terms=terms,
        adjustments=adjustments,
        standing_offers=tuple(
            replace(
                each,
                when=tuple(_condition(condition, keys) for condition in each.when),
                then=tuple(_consequence(consequence, keys) for consequence in each.then),
            )
            for each in standing
        ),
    )
    return offer, keys


def _all_parts(now: Sequence[Part], then: Sequence[Part]) -> list[Part]:
    present = {part.key for part in now}
    return [*now, *(part for part in then if part.key not in present)]


def _matches(
    here: Sequence[Part], there: Sequence[Part], ways: Iterable[tuple[Mark[Part], Mark[Part]]]
) -> dict[str, str]:
    """The keys here by the keys there."""
    found: dict[str, str] = {}
    for of_here, of_there in ways:
        known = _unique((part for part in here if part.key not in found.values()), of_here)
        new = _unique((part for part in there if part.key not in found), of_there)
        found |= {part.key: known[mark].key for mark, part in new.items() if mark in known}
    return found


def _unique(parts: Iterable[Part], mark: Mark[Part]) -> dict[str, Part]:
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


def _condition(condition: Condition, keys: Mapping[str, str]) -> Condition:
    line, term = condition.line, condition.term
    return replace(condition, line=keys.get(f"line:{line}", line), term=keys.get(f"term:{term}", term))


def _consequence(consequence: Consequence, keys: Mapping[str, str]) -> Consequence:
    return replace(consequence, line=keys.get(f"line:{consequence.line}", consequence.line))
