"""The one gate to a binding price: whatever is published passes it, with today's private figures.

It judges everything that the buyer could reach alone from the offer (see `reach`). What lies below a floor or beyond an
authority waits for a manager; what could come to less than nothing is refused. `publish` takes a `Cleared`, which nothing
but this file makes.
"""

import msgspec

from portal.domain.offer import acceptable
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.policy.authority import Reason
from portal.domain.policy.checks import CHECKS, Before, By, Case, Signer
from portal.domain.policy.possible import impossible
from portal.errors import Invalid, Problem


class Cleared(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that may be published, and who signs it. Made by `judge` alone."""

    offer: Offer
    private: PrivateFigures
    by: By


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that a manager has to sign, and why."""

    reasons: tuple[Reason, ...]


def judge(before: Before, after: Offer, private: PrivateFigures, signer: Signer) -> Cleared | Waits:
    """Clear `after`, or say why it waits. Invalid when something in it could come to less than nothing."""
    case = Case(before, after, private, signer)
    if problems := _problems(case):
        raise Invalid("This can't be offered. %(problem)s", problems, problem=problems[0].told)
    found = tuple(reason for check in CHECKS[signer.by] for reason in check(case))
    return Waits(reasons=found) if found else Cleared(offer=after, private=private, by=signer.by)


def reasons(before: Before, after: Offer, private: PrivateFigures, signer: Signer) -> tuple[Reason, ...]:
    """Why `after` would wait; nothing where it would be cleared, or is impossible."""
    case = Case(before, after, private, signer)
    return tuple(reason for check in CHECKS[signer.by] for reason in check(case))


def _problems(case: Case) -> list[Problem]:
    """What was published before the gate goes on standing; a choice in it only has to be something that can be offered."""
    if case.signer.by == "nobody":
        return []
    return acceptable.problems(case.after) or ([] if case.signer.by == "buyer" else impossible(case.reach))
