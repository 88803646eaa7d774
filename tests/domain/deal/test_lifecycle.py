"""States, moves and capabilities, read off the tables and written out once more by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.deal import lifecycle
from portal.domain.deal.lifecycle import (
    BUYER_ROLES,
    CAPABILITIES,
    MOVES,
    SELLER_ROLES,
    STATES,
    VERBS,
    awaiting,
    can,
    effective_state,
    move,
    refusal,
)
from portal.errors import NotAllowed

CLOSED = ("accepted", "declined", "withdrawn", "expired")
ALLOWED = {
    "draft": {"send": "open"},
    "open": {
        "publish": "open",
        "accept": "accepted",
        "decline": "declined",
        "withdraw": "withdrawn",
        "expire": "expired",
        "extend": "open",
    },
    "accepted": {},
    "declined": {"reopen": "open"},
    "withdrawn": {"reopen": "open"},
    "expired": {"expire": "expired", "extend": "open", "reopen": "open"},
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_every_move_leads_where_it_should_or_is_refused_by_name(state, verb):
    if verb in ALLOWED[state]:
        assert move(state, verb) == ALLOWED[state][verb]
        return
    with pytest.raises(NotAllowed) as error:
        move(state, verb)
    assert error.value.sentence.startswith("This proposal ")
    assert "it can't" in error.value.sentence


def test_the_table_has_no_move_that_is_not_tested_above():
    assert {(state, verb): target for state in ALLOWED for verb, target in ALLOWED[state].items()} == dict(
        MOVES
    )


def test_nothing_leaves_an_accepted_deal():
    assert not [verb for state, verb in MOVES if state == "accepted"]


@pytest.mark.parametrize(
    ("state", "verb", "sentence"),
    [
        (
            "accepted",
            "decline",
            "This proposal was accepted; it can't be declined any more. A change to it is a new proposal.",
        ),
        ("draft", "accept", "This proposal has not been sent yet; it can't be accepted. Send it first."),
        ("open", "reopen", "This proposal is open; it can't be reopened."),
        (
            "expired",
            "accept",
            "This proposal has expired; it can't be accepted any more. "
            "The buyer can ask for more time, and the seller can give it.",
        ),
    ],
)
def test_a_refusal_names_the_state_and_the_verb(state, verb, sentence):
    with pytest.raises(NotAllowed) as error:
        move(state, verb)
    assert error.value.sentence == sentence


BUYER = {
    "viewer": {"read"},
    "commenter": {"comment", "confer"},
    "negotiator": {"counter", "choose", "decline"},
    "signer": {"accept"},
}
SELLER = {
    "rep": {
        "read", "see_private", "note", "manage_contacts", "assign_owner", "comment", "edit", "answer", "publish",
        "take_back", "withdraw", "record_acceptance", "give_more_time", "offer_again",
    },
    "manager": {"approve"},
    "admin": set(),
}  # fmt: skip


@pytest.mark.parametrize("own", [BUYER, SELLER])
def test_in_an_open_deal_each_role_adds_to_the_one_before(own):
    expected = set()
    for role, added in own.items():
        expected |= added
        assert CAPABILITIES["open", role] == expected


TERMS = (
    "counter",
    "choose",
    "accept",
    "decline",
    "answer",
    "publish",
    "edit",
    "withdraw",
    "record_acceptance",
)


@pytest.mark.parametrize("role", [*BUYER_ROLES, *SELLER_ROLES])
@pytest.mark.parametrize("state", CLOSED)
def test_in_a_closed_deal_nobody_touches_the_terms_and_everybody_reads(state, role):
    assert not [name for name in TERMS if can(state, role, name)]
    assert can(state, role, "read")
    assert can(state, role, "comment") == (role != "viewer")


@pytest.mark.parametrize("role", BUYER_ROLES)
def test_a_draft_shows_buyers_nothing(role):
    assert CAPABILITIES["draft", role] == frozenset()


@pytest.mark.parametrize(
    ("capability", "role", "states"),
    [
        ("ask_more_time", "commenter", {"expired"}),
        ("ask_more_time", "viewer", set()),
        ("give_more_time", "rep", {"open", "expired"}),
        ("reopen", "rep", {"declined", "withdrawn", "expired"}),
        ("offer_again", "rep", {"open", "declined", "withdrawn", "expired"}),
        ("send", "rep", {"draft"}),
        ("edit", "rep", {"draft", "open"}),
        ("approve", "rep", set()),
        ("approve", "manager", {"draft", "open", "declined", "withdrawn", "expired"}),
        ("accept", "negotiator", set()),
        ("accept", "signer", {"open"}),
        ("accept", "admin", set()),
        ("hand_off", "rep", {"accepted"}),
        ("note", "signer", set()),
        ("see_private", "signer", set()),
        ("read", "stranger", set()),
    ],
)
def test_a_capability_holds_in_these_states(capability, role, states):
    assert {state for state in STATES if can(state, role, capability)} == states


def test_a_misspelt_capability_is_an_error_and_not_a_no():
    with pytest.raises(KeyError):
        can("open", "rep", "acept")


@pytest.mark.parametrize("role", [*BUYER_ROLES, *SELLER_ROLES])
@pytest.mark.parametrize("state", STATES)
def test_every_refusal_is_a_sentence(state, role):
    names = set(lifecycle._BUYER) | set(lifecycle._SELLER)
    for name in sorted(names):
        if not can(state, role, name):
            assert refusal(state, role, name).endswith(".")


@pytest.mark.parametrize(
    ("state", "role", "capability", "sentence"),
    [
        ("open", "negotiator", "accept", "Only a signer can accept this proposal; your role is negotiator."),
        (
            "open",
            "viewer",
            "counter",
            "Only a negotiator or signer can send a counteroffer; your role is viewer.",
        ),
        ("open", "signer", "withdraw", "Only the seller can withdraw this proposal."),
        ("open", "admin", "accept", "Only the buyer can accept this proposal."),
        (
            "withdrawn",
            "viewer",
            "counter",
            "This proposal was withdrawn; it can't be negotiated any more. The seller can reopen it with a new revision.",
        ),
    ],
)
def test_a_refusal_says_whether_role_or_state_stands_in_the_way(state, role, capability, sentence):
    assert refusal(state, role, capability) == sentence


UNTIL = datetime(2026, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("seconds", "over"), [(-1, False), (0, True), (1, True)])
def test_only_an_open_deal_expires_and_from_the_very_instant_on(state, seconds, over):
    expected = "expired" if state == "open" and over else state
    assert effective_state(state, UNTIL, UNTIL + timedelta(seconds=seconds)) == expected


def test_an_unknown_state_is_an_error():
    with pytest.raises(ValueError, match="no such state"):
        effective_state("lost", UNTIL, UNTIL)


@pytest.mark.parametrize(
    ("state", "asks", "waits", "turn"),
    [
        ("draft", 0, False, "seller"),
        ("open", 0, False, "buyer"),
        ("open", 1, False, "seller"),
        ("open", 0, True, "seller"),
        *((state, 0, False, "nobody") for state in CLOSED),
        *((state, 1, False, "nobody") for state in CLOSED),
        *((state, 0, True, "seller") for state in CLOSED),
    ],
)
def test_whose_turn_it_is(state, asks, waits, turn):
    assert awaiting(state, open_counteroffers=asks, buyer_waits=waits) == turn


def test_with_nothing_open_an_open_deal_waits_for_the_buyer():
    assert awaiting("open") == "buyer"
