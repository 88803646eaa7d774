"""What each role of the seller's side may do in the installation."""

from __future__ import annotations

import pytest

from portal.domain.deal import lifecycle, roles
from portal.domain.deal.roles import CAPABILITIES
from portal.errors import NotAllowed

FOR_ALL = {"read_orders", "see_hand_offs", "retry_hand_offs", "see_insights"}
FOR_ADMINS = {"manage_managers", "make_tokens"}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_capability_has_a_least_role(capability: str) -> None:
    allowed = [role for role in lifecycle.SELLER_ROLES if roles.may(role, capability)]
    least = "rep" if capability in FOR_ALL else "admin" if capability in FOR_ADMINS else "manager"
    assert allowed == list(lifecycle.SELLER_ROLES[lifecycle.SELLER_ROLES.index(least) :])
    assert list(roles.roles_that(capability)) == allowed


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_lesser_role_reads_why_not(capability: str) -> None:
    for role in lifecycle.SELLER_ROLES:
        if not roles.may(role, capability):
            with pytest.raises(NotAllowed) as refused:
                roles.require(role, capability)
            assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("role", [*lifecycle.BUYER_ROLES, "", "owner"])
def test_nobody_else_may_do_anything(role: str) -> None:
    assert not [capability for capability in CAPABILITIES if roles.may(role, capability)]
    assert roles.roles_given_by(role) == ()


@pytest.mark.parametrize(
    ("role", "given"), [("rep", ()), ("manager", ("rep",)), ("admin", ("rep", "manager", "admin"))]
)
def test_roles_are_given_by_those_above(role: str, given: tuple[str, ...]) -> None:
    assert roles.roles_given_by(role) == given


def test_a_misspelt_capability_is_an_error() -> None:
    with pytest.raises(KeyError):
        roles.may("admin", "configure_recievers")


def test_who_approves_in_a_deal_approves_in_the_installation() -> None:
    for role in lifecycle.SELLER_ROLES:
        assert lifecycle.can("open", role, "approve") == roles.may(role, "approve")
