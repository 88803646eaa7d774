"""What the buyers keep among themselves: the kinds of events that join their stream alone."""

from typing import Literal

from portal.domain.ledger.event_body import BuyerBody

SignOffVerdict = Literal["fine", "waiting", "objects"]


class TeamMessagePosted(BuyerBody, tag="confided", frozen=True, kw_only=True):
    """Said among the buyers alone. Personal: body."""


class SignOff(BuyerBody, tag="sign_off", frozen=True, kw_only=True):
    """What `topic` (such as "legal") thinks of `revision`; "waiting" asks for it. Personal: note."""

    topic: str
    verdict: SignOffVerdict
    revision: int


class ScenarioShared(BuyerBody, tag="scenario_shared", frozen=True, kw_only=True):
    """Colleagues may read it from now on. Personal: name."""

    scenario: str


BuyerEvent = TeamMessagePosted | SignOff | ScenarioShared
