"""A policy: what the seller has pre-approved besides limits on single lines, and for whom it holds. For the seller alone."""

from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Line, Offer, Term

LONGEST_PATTERN, MOST_STARS = 200, 4


class TermOption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A term (by key or name) that may become `value`; with `instead_of` only from that wording."""

    term: str
    value: str
    instead_of: str = ""


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom it concerns (empty: everything, everybody) and what it allows. `product` and `company` may hold stars.

    `discount_percent` is the largest further discount in percent of the price `against`: the published one (price breaks
    included) or the list price. `margin_percent` is the least that must be left of the line, or of the contract for a
    term. `uses` counts per deal; `concession_percent` is of the contract's net, per deal.
    """

    name: str
    active: bool = True
    product: str = ""
    company: str = ""
    owner: str = ""
    discount_percent: Decimal | None = None
    against: Literal["published", "list"] = "published"
    quantities: bool = False
    terms: tuple[TermOption, ...] = ()
    margin_percent: Decimal | None = None
    uses: int = 3
    concession_percent: Decimal = Decimal(5)


class Caps(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of all that policies and private limits may give in one deal: how often, and how much of the contract's net.

    `day_percent`: what a day of later payment is worth, in percent of the contract; None: it is not counted.
    """

    uses: int = 10
    concession_percent: Decimal = Decimal(20)
    day_percent: Decimal | None = None


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What has been given in one deal so far, over the contract, net."""

    uses: int = 0
    concession: Decimal = money.ZERO


def concerns(policy: Policy, company: str, owner: str | None) -> bool:
    """Whether it holds for a deal with `company` that `owner` (a rep's id) leads."""
    return policy.active and _fits(policy.company, company) and policy.owner in {"", owner}


def covers(policy: Policy, line: Line) -> bool:
    """Whether it is about this product, by sku or by the line's key."""
    return not policy.product or _fits(policy.product, line.sku) or policy.product == line.key


def allows_term(policy: Policy, offer: Offer, term: Term, value: str) -> bool:
    """Whether the term may become `value`; a policy for products needs one of them in the offer."""
    if not any(line.selected and covers(policy, line) for line in offer.lines):
        return False
    now, wanted = _folded(term.value), _folded(value)
    return any(
        _folded(option.term) in {_folded(term.key), _folded(term.name)}
        and _folded(option.value) == wanted
        and (not option.instead_of or _folded(option.instead_of) == now)
        for option in policy.terms
    )


def is_pattern(text: str) -> bool:
    """Whether it may be matched with companies and products; with a few stars anybody can still say what it matches."""
    return len(text) <= LONGEST_PATTERN and text.count("*") <= MOST_STARS


def _fits(pattern: str, text: str) -> bool:
    """Whether the text has the pattern's parts in their order, where a star is anything. Each part is looked for once."""
    if not pattern:
        return True
    first, *others = pattern.casefold().split("*")
    rest = text.casefold()
    if not others:
        return rest == first
    *middle, last = others
    if not rest.startswith(first):
        return False
    rest = rest[len(first) :]
    for part in middle:
        found = rest.find(part)
        if found < 0:
            return False
        rest = rest[found + len(part) :]
    return rest.endswith(last)


def _folded(text: str) -> str:
    return spelling.plain(text).casefold()
