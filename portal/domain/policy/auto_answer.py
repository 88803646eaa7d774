"""Whether a counteroffer lies inside what the seller has pre-approved. Reads private figures; for the seller alone.

Everything is worked out before anything is decided, so that a refusal takes as long as there being no policy at all.
What is published (options, choices, price breaks) is answered whenever it is asked. What is secret is tried once: `tries`
names the lines and terms on which a counteroffer would learn of a secret, whether it does or not.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.change import standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.items import find_line_or_term
from portal.domain.change.published_prices import only_chooses, priced_by_break
from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer, PrivateFigures, Term
from portal.domain.offer.totals import totals
from portal.domain.policy import margin as margins
from portal.domain.policy import policy
from portal.domain.policy.policy import Caps, Policy, Used
from portal.errors import Invalid

By = Literal["option", "break", "limit", "policy"]


class Ground(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What allowed one change: the offer's own options or breaks, the line's limit, or a policy (by id and name)."""

    change: str
    by: By
    policy: str = ""
    name: str = ""


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of which offer, what the seller allows, and what was tried and given in this deal before.

    `policies` by id, those that concern the deal; `spent`: subjects tried since a rep's last revision.
    """

    offer: Offer
    changes: tuple[Change, ...]
    private: PrivateFigures
    policies: Mapping[str, Policy] = {}
    caps: Caps = Caps()
    spent: Collection[str] = ()
    used: Used = Used()
    used_by: Mapping[str, Used] = {}


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """`granted`: everything may be answered at once, on these grounds. `concession`: what it gives away, net, over the
    contract; `conceded_by`: the part of each policy by id, and of the private limits under ""."""

    granted: bool
    tries: frozenset[str]
    grounds: tuple[Ground, ...] = ()
    concession: Decimal = money.ZERO
    conceded_by: Mapping[str, Decimal] = {}


def tries(offer: Offer, changes: Sequence[Change], private: PrivateFigures) -> frozenset[str]:
    """Lines and terms of which something is asked that the offer does not price by itself."""
    return frozenset(change.subject for change in changes if _published(offer, change, private) is None)


def judge(asked: Situation) -> Judgement:
    """Everything or nothing: one change outside sends the whole counteroffer to a person."""
    tried = tries(asked.offer, asked.changes, asked.private)
    try:
        after = apply(asked.offer, asked.changes, concession=True)
    except Invalid:
        return Judgement(granted=False, tries=tried)
    grounds = tuple(_ground(asked, change, after) for change in asked.changes)
    found = tuple(ground for ground in grounds if ground is not None)
    secret = {ground.policy for ground in found if ground.by in ("limit", "policy")}
    given = {each: _given(asked, after, found, each) for each in sorted(secret)}
    concession = margins.conceded(asked.offer, after)
    inside = [
        len(found) == len(grounds),
        # What was given or taken on a condition is not kept without it: a person decides.
        not standing_offer.broken(asked.offer, after),
        tried.isdisjoint(asked.spent),
        not tried or not margins.below_floor(after, asked.private),
        not any(_is_below(after, subject, asked.private) for subject in tried),
        not secret or _within(asked, asked.caps, asked.used, concession),
        *(
            _within(asked, asked.policies[each], asked.used_by.get(each, Used()), given[each])
            for each in given
            if each
        ),
    ]
    return Judgement(
        granted=all(inside), tries=tried, grounds=found, concession=concession, conceded_by=given
    )


def _ground(asked: Situation, change: Change, after: Offer) -> Ground | None:
    published = _published(asked.offer, change, asked.private)
    if published is not None:
        return Ground(change=change.id, by=published)
    item = find_line_or_term(after, change.subject)
    limit = isinstance(item, Line) and _inside_limit(item, change, asked.private)
    allowing = [
        (key, each) for key, each in asked.policies.items() if _allows(each, asked, change, after, item)
    ]
    if limit:
        return Ground(change=change.id, by="limit")
    if allowing:
        key, first = allowing[0]
        return Ground(change=change.id, by="policy", policy=key, name=first.name)
    return None


def _published(offer: Offer, change: Change, private: PrivateFigures) -> By | None:
    if only_chooses(offer, change):
        return "option"
    return "break" if priced_by_break(offer, change) and _sound(offer, change, private) else None


def _sound(offer: Offer, change: Change, private: PrivateFigures) -> bool:
    """Whether all prices that the line's breaks publish stand above its floor.

    All of them and not the one asked for: else a buyer could find the floor between them, quantity by quantity.
    """
    line = find_line_or_term(offer, change.subject)
    assert isinstance(line, Line)
    prices = [line.unit_price, *(each.unit_price for each in line.price_breaks)]
    return not any(
        margins.is_below(msgspec.structs.replace(line, unit_price=price), private) for price in prices
    )


def _inside_limit(line: Line, change: Change, private: PrivateFigures) -> bool:
    figures = private.lines.get(line.key)
    limit = figures.auto_accept_unit_price if figures else None
    priced = change.field in ("unit_price", "discount_percent")
    return priced and limit is not None and line.net_unit_price >= limit


def _allows(rule: Policy, asked: Situation, change: Change, after: Offer, item: object) -> bool:
    if isinstance(item, Line) and policy.covers(rule, item) and change.subject == f"line:{item.key}":
        return _allows_on_line(rule, asked, change, item) and _earns(
            rule, margins.line_margin(item, asked.private, after.currency).percent
        )
    if isinstance(item, Term):
        old = asked.offer.term(item.key)
        return (
            old is not None
            and policy.allows_term(rule, asked.offer, old, change.value)
            and _earns(rule, margins.margin(after, asked.private).percent)
        )
    return False


def _allows_on_line(rule: Policy, asked: Situation, change: Change, line: Line) -> bool:
    if change.field == "quantity":
        return rule.quantities
    if change.field not in ("unit_price", "discount_percent") or rule.discount_percent is None:
        return False
    alone = [each for each in asked.changes if each.subject == change.subject and each.field == "quantity"]
    published = apply(asked.offer, alone, concession=True).line(line.key)
    price = line.list_price if rule.against == "list" else published.net_unit_price if published else None
    return price is not None and margins.share(price - line.net_unit_price, price) <= rule.discount_percent


def _earns(rule: Policy, percent: Decimal | None) -> bool:
    return rule.margin_percent is None or (percent is not None and percent >= rule.margin_percent)


def _given(asked: Situation, after: Offer, grounds: Sequence[Ground], by: str) -> Decimal:
    """What the changes that one policy (or, for "", the private limits) allowed give away."""
    lines = {
        ground.change.rpartition(":")[0]
        for ground in grounds
        if ground.by in ("limit", "policy") and ground.policy == by
    }
    kept = tuple(
        line if f"line:{line.key}" in lines else margins.repriced(asked.offer, after).line(line.key) or line
        for line in after.lines
    )
    return margins.conceded(asked.offer, msgspec.structs.replace(after, lines=kept))


def _within(asked: Situation, limits: Caps | Policy, used: Used, concession: Decimal) -> bool:
    whole = totals(asked.offer).contract.net
    given = margins.share(money.add([used.concession, concession]), whole)
    return used.uses < limits.uses and given <= limits.concession_percent


def _is_below(after: Offer, subject: str, private: PrivateFigures) -> bool:
    line = find_line_or_term(after, subject)
    return isinstance(line, Line) and margins.is_below(line, private)
