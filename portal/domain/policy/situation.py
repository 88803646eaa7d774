"""A counteroffer as policies see it: what is asked, what the seller allows, and what was tried and given before."""

from collections.abc import Collection, Mapping
from decimal import Decimal

import msgspec

from portal.domain.change.change import Change
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.policy.checks import Before
from portal.domain.policy.policy import Caps, Policy, Used


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of which offer, what the seller allows, and what was tried and given in this deal before.

    `before`: what the gate measures against. `asked_of`: the offer in sight of which the changes were written.
    `person`: the offer that a person of the seller's last signed, from which caps are counted. `policies` by id, those that
    concern the deal; `spent`: subjects whose one try is used up.
    """

    before: Before
    changes: tuple[Change, ...]
    private: PrivateFigures
    asked_of: Offer | None = None
    person: Offer | None = None
    policies: Mapping[str, Policy] = {}
    caps: Caps = Caps()
    spent: Collection[str] = ()
    used: Used = Used()
    used_by: Mapping[str, Used] = {}
    day_percent: Decimal | None = None

    @property
    def offer(self) -> Offer:
        """The offer that applies now."""
        assert self.before.current is not None, "only what was published can be asked about"
        return self.before.current
