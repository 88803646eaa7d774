"""Whether a counteroffer lies inside what the seller has pre-approved. Reads private figures; for the seller alone.

Everything is worked out before anything is decided, so that a refusal takes as long as there being no policy at all.
What is published (options, choices, price breaks) is answered whenever it is asked. What is secret is tried once: `tries`
names the lines and terms on which a counteroffer would learn of a secret, whether it does or not.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from portal.domain.change import price_ask, standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.fields import PRICE
from portal.domain.change.items import find_line_or_term
from portal.domain.change.rebase import rebase
from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Line, Offer, PrivateFigures
from portal.domain.policy import gate
from portal.domain.policy import margin as margins
from portal.domain.policy.checks import Signer
from portal.domain.policy.gate import Cleared
from portal.domain.policy.given import Given
from portal.domain.policy.grounds import Ground, considers, ground_of, published
from portal.domain.policy.policy import Caps, Policy, Used
from portal.domain.policy.reach import Reach
from portal.domain.policy.situation import Situation
from portal.errors import Invalid


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """`cleared`: the offer that may be published at once, on these grounds; None where a person answers.

    `concession`: what it gives away, net, over the contract; `conceded_by`: the part of each policy by id, and of the
    private limits under "". `considered`: ids of the policies that a try was made of.
    """

    tries: frozenset[str]
    cleared: Cleared | None = None
    grounds: tuple[Ground, ...] = ()
    concession: Decimal = money.ZERO
    conceded_by: Mapping[str, Decimal] = {}
    considered: frozenset[str] = frozenset()

    @property
    def granted(self) -> bool:
        """Whether everything may be answered at once."""
        return self.cleared is not None


def tries(offer: Offer, changes: Sequence[Change]) -> frozenset[str]:
    """Lines and terms of which something is asked that the offer does not price by itself."""
    return frozenset(change.subject for change in changes if published(offer, change) is None)


def judge(asked: Situation, *, round_number: int | None = None) -> Judgement:
    """Everything or nothing: one change outside sends the whole counteroffer to a person."""
    tried = tries(asked.offer, asked.changes)
    considered = frozenset(key for key, each in asked.policies.items() if considers(each, asked.offer, tried))
    try:
        granted = price_ask.as_granted(asked.offer, asked.changes)
        after = apply(asked.offer, granted, concession=True, round_number=round_number)
        passed = gate.judge(asked.before, after, asked.private, Signer(by="policy"))
    except Invalid:
        return Judgement(tries=tried, considered=considered)
    grounds = tuple(ground_of(asked, change, after) for change in asked.changes)
    found = tuple(ground for ground in grounds if ground is not None)
    secret = {ground.policy for ground in found if ground.by in ("limit", "policy")}
    now, then = Reach(asked.offer), Reach(after)
    given = {
        each: Given(now, Reach(_part(asked, after, found, each)), asked.day_percent)
        for each in sorted(secret)
    }
    since_person = Given(Reach(asked.person) if asked.person else now, then, asked.day_percent)
    least = now.least_contract
    inside = [
        len(found) == len(grounds),
        isinstance(passed, Cleared),
        # What was given or taken on a condition is not kept without it: a person decides.
        not standing_offer.broken(asked.offer, after),
        tried.isdisjoint(asked.spent),
        not tried or not _moved_since(asked),
        not tried or not any(_worse(asked.offer, after, change) for change in asked.changes),
        not any(_below_floor(after, subject, asked.private) for subject in tried),
        not secret or _within(asked.caps, asked.used, since_person, least),
        *(
            _within(asked.policies[each], asked.used_by.get(each, Used()), given[each], least)
            for each in given
            if each
        ),
    ]
    cleared = passed if all(inside) and isinstance(passed, Cleared) else None
    conceded = {each: part.amount for each, part in given.items()}
    return Judgement(
        tries=tried,
        cleared=cleared,
        grounds=found,
        concession=Given(now, then, asked.day_percent).amount,
        conceded_by=conceded,
        considered=considered,
    )


def _moved_since(asked: Situation) -> bool:
    """Whether it was asked in sight of other values: what an older revision made sensible is for a person."""
    return asked.asked_of is not None and bool(rebase(asked.changes, asked.asked_of, asked.offer).conflicts)


def _worse(offer: Offer, after: Offer, change: Change) -> bool:
    """Whether the buyer asks for a dearer price than the offer has: a slip, and for a person."""
    old, new = find_line_or_term(offer, change.subject), find_line_or_term(after, change.subject)
    if change.field not in PRICE or not isinstance(old, Line) or not isinstance(new, Line):
        return False
    at_quantity = pricing.at_quantity(old, new.quantity, language=offer.language)
    return new.net_unit_price > at_quantity.net_unit_price


def _part(asked: Situation, after: Offer, grounds: Sequence[Ground], by: str) -> Offer:
    """The offer with nothing but the changes that one policy (or, for "", the private limits) allowed."""
    subjects = {
        ground.change.rpartition(":")[0]
        for ground in grounds
        if ground.by in ("limit", "policy") and ground.policy == by
    }
    others = margins.repriced(asked.offer, after)
    lines = tuple(
        line if f"line:{line.key}" in subjects else others.line(line.key) or line for line in after.lines
    )
    terms = tuple(
        term if f"term:{term.key}" in subjects else asked.offer.term(term.key) or term for term in after.terms
    )
    return msgspec.structs.replace(after, lines=lines, terms=terms)


def _within(limits: Caps | Policy, used: Used, given: Given, least_contract: Decimal) -> bool:
    """`used`: what was given before what `given` counts, in money: of the least that the contract could come to."""
    earlier = margins.share(used.concession, least_contract)
    return used.uses < limits.uses and money.add([earlier, given.percent]) <= limits.concession_percent


def _below_floor(after: Offer, subject: str, private: PrivateFigures) -> bool:
    item = find_line_or_term(after, subject)
    return isinstance(item, Line) and margins.is_below(item, private)
