"""What allows one change of a counteroffer to be answered at once. Reads private figures; for the seller alone."""

from collections.abc import Collection
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.fields import PRICE
from portal.domain.change.items import find_line_or_term
from portal.domain.change.published_prices import only_chooses, priced_by_offer
from portal.domain.offer.revision import Line, Offer, PrivateFigures, Term
from portal.domain.policy import margin as margins
from portal.domain.policy import policy
from portal.domain.policy.policy import Policy
from portal.domain.policy.situation import Situation

By = Literal["option", "break", "limit", "policy"]


class Ground(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What allowed one change: the offer's own options or breaks, the line's limit, or a policy (by id and name)."""

    change: str
    by: By
    policy: str = ""
    name: str = ""


def ground_of(asked: Situation, change: Change, after: Offer) -> Ground | None:
    by_offer = published(asked.offer, change)
    if by_offer is not None:
        return Ground(change=change.id, by=by_offer)
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


def published(offer: Offer, change: Change) -> By | None:
    if only_chooses(offer, change):
        return "option"
    return "break" if priced_by_offer(offer, change) else None


def _inside_limit(line: Line, change: Change, private: PrivateFigures) -> bool:
    figures = private.lines.get(line.key)
    limit = figures.auto_accept_unit_price if figures else None
    priced = change.field in PRICE
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
    if change.field not in PRICE or rule.discount_percent is None:
        return False
    alone = [each for each in asked.changes if each.subject == change.subject and each.field == "quantity"]
    published = apply(asked.offer, alone, concession=True).line(line.key)
    price = line.list_price if rule.against == "list" else published.net_unit_price if published else None
    return price is not None and margins.share(price - line.net_unit_price, price) <= rule.discount_percent


def _earns(rule: Policy, percent: Decimal | None) -> bool:
    return rule.margin_percent is None or (percent is not None and percent >= rule.margin_percent)


def considers(rule: Policy, offer: Offer, tried: Collection[str]) -> bool:
    """Whether a try tells something of this policy."""
    items = [find_line_or_term(offer, subject) for subject in tried]
    return any(policy.covers(rule, item) if isinstance(item, Line) else bool(rule.terms) for item in items)
