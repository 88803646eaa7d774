"""What each role of the seller's side may do in the installation as a whole; `lifecycle` has what it may do in a deal."""

from collections.abc import Mapping

import msgspec

from portal.domain.deal.lifecycle import SELLER_ROLES
from portal.errors import NotAllowed, Sentence


class Capability(msgspec.Struct, frozen=True):
    """The least role that has it, and what somebody of a lesser role reads."""

    least: str
    refusal: str = ""


CAPABILITIES: Mapping[str, Capability] = {
    "read_orders": Capability("rep"),
    "see_hand_offs": Capability("rep"),
    "retry_hand_offs": Capability("rep"),
    "see_insights": Capability("rep"),
    # A revision below the floor or beyond a rep's own limits; `lifecycle` says in which states.
    "approve": Capability("manager", Sentence("Only a manager or an admin can approve a revision.")),
    "publish_beyond_limits": Capability(
        "manager", Sentence("Only a manager or an admin can publish beyond a rep's limits.")
    ),
    "set_policies": Capability(
        "manager", Sentence("Only a manager or an admin can change what is given without asking.")
    ),
    "configure_receivers": Capability(
        "manager", Sentence("Only a manager or an admin can set up who receives orders.")
    ),
    "name_seller": Capability(
        "manager", Sentence("Only a manager or an admin can change the seller's name and colour.")
    ),
    "set_response_goal": Capability(
        "manager", Sentence("Only a manager or an admin can change the response goal.")
    ),
    "end_sessions": Capability("manager", Sentence("Only a manager can end somebody else's session.")),
    "manage_reps": Capability("manager", Sentence("Only a manager or an admin can add a rep.")),
    "manage_managers": Capability("admin", Sentence("Only an admin can give or take this role.")),
    "make_tokens": Capability("admin", Sentence("Only an admin can make a token for the API.")),
}
# The capability that giving or taking each role needs.
_GIVEN_WITH = {"rep": "manage_reps", "manager": "manage_managers", "admin": "manage_managers"}


def may(role: str, capability: str) -> bool:
    """Whether `role` has the capability; False for an unknown role, KeyError for a misspelt capability."""
    least = SELLER_ROLES.index(CAPABILITIES[capability].least)
    return role in SELLER_ROLES[least:]


def require(role: str, capability: str) -> None:
    """NotAllowed, with the capability's sentence, for a lesser role."""
    if not may(role, capability):
        raise NotAllowed(CAPABILITIES[capability].refusal)


def roles_that(capability: str) -> tuple[str, ...]:
    """Return the roles that have the capability, the least first."""
    return tuple(role for role in SELLER_ROLES if may(role, capability))


def roles_given_by(role: str) -> tuple[str, ...]:
    """Return the roles that somebody of `role` may give to others and take from them."""
    return tuple(given for given, capability in _GIVEN_WITH.items() if may(role, capability))
