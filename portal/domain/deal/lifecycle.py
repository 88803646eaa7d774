"""A deal's states, the moves between them, and what each role may do in each: three tables and the functions over them.

    draft --send--> open --accept--> accepted
                    open --decline, withdraw, expire--> declined, withdrawn, expired
                    declined, withdrawn, expired --reopen--> open        expired --extend--> open

Callers ask `can`; nobody compares states. The state to ask about is `effective_state`, which knows the clock.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

from portal.errors import NotAllowed, Sentence, either

State = Literal["draft", "open", "accepted", "declined", "withdrawn", "expired"]
Verb = Literal["send", "publish", "accept", "decline", "withdraw", "expire", "reopen", "extend"]
Turn = Literal["seller", "buyer", "nobody"]

STATES: tuple[State, ...] = get_args(State)
VERBS: tuple[Verb, ...] = get_args(Verb)
# Each role may do what those before it may.
BUYER_ROLES = ("viewer", "commenter", "negotiator", "signer")
SELLER_ROLES = ("rep", "manager", "admin")

ROLE_NAMES: Mapping[str, Sentence] = {
    "viewer": Sentence("viewer"),
    "commenter": Sentence("commenter"),
    "negotiator": Sentence("negotiator"),
    "signer": Sentence("signer"),
    "rep": Sentence("rep"),
    "manager": Sentence("manager"),
    "admin": Sentence("admin"),
}

MOVES: Mapping[tuple[str, str], State] = {
    ("draft", "send"): "open",
    ("open", "publish"): "open",
    ("open", "accept"): "accepted",
    ("open", "decline"): "declined",
    ("open", "withdraw"): "withdrawn",
    ("open", "expire"): "expired",
    # By the clock the deal has expired before the sweeper comes to write it down.
    ("expired", "expire"): "expired",
    ("open", "extend"): "open",
    ("expired", "extend"): "open",
    ("expired", "reopen"): "open",
    ("declined", "reopen"): "open",
    ("withdrawn", "reopen"): "open",
}

_REOPENABLE = ("declined", "withdrawn", "expired")
_SENT = ("open", "accepted", *_REOPENABLE)
_EVERY = ("draft", *_SENT)

# Capability: the least role that has it, and the states in which it has it. Reading and talking outlive the terms.
_BUYER: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "read": ("viewer", _SENT),
    "comment": ("commenter", _SENT),
    "confer": ("commenter", _SENT),  # the buyers' private thread
    "ask_more_time": ("commenter", ("expired",)),
    "counter": ("negotiator", ("open",)),
    "choose": ("negotiator", ("open",)),
    # Whoever negotiates may also break off; only accepting binds the company and needs a signer.
    "decline": ("negotiator", ("open",)),
    "accept": ("signer", ("open",)),
}
_SELLER: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "read": ("rep", _EVERY),
    "see_private": ("rep", _EVERY),
    "note": ("rep", _EVERY),
    "manage_contacts": ("rep", _EVERY),
    "assign_owner": ("rep", _EVERY),
    "comment": ("rep", _SENT),
    "send": ("rep", ("draft",)),
    "edit": ("rep", ("draft", "open")),
    "answer": ("rep", ("open",)),
    "publish": ("rep", ("open",)),
    "take_back": ("rep", ("open",)),
    "withdraw": ("rep", ("open",)),
    "record_acceptance": ("rep", ("open",)),
    "give_more_time": ("rep", ("open", "expired")),
    "reopen": ("rep", _REOPENABLE),
    "offer_again": ("rep", ("open", *_REOPENABLE)),
    "hand_off": ("rep", ("accepted",)),
    # A first revision and one that reopens may lie below the floor as well.
    "approve": ("manager", ("draft", "open", *_REOPENABLE)),
}


def _expanded() -> dict[tuple[str, str], frozenset[str]]:
    table: dict[tuple[str, str], frozenset[str]] = {}
    for roles, grants in ((BUYER_ROLES, _BUYER), (SELLER_ROLES, _SELLER)):
        for state in STATES:
            for rank, role in enumerate(roles):
                table[state, role] = frozenset(
                    name
                    for name, (least, states) in grants.items()
                    if roles.index(least) <= rank and state in states
                )
    return table


CAPABILITIES: Mapping[tuple[str, str], frozenset[str]] = _expanded()

_WAS: Mapping[str, Sentence] = {
    "draft": Sentence("has not been sent yet"),
    "open": Sentence("is open"),
    "accepted": Sentence("was accepted"),
    "declined": Sentence("was declined"),
    "withdrawn": Sentence("was withdrawn"),
    "expired": Sentence("has expired"),
}
_NEXT: Mapping[str, Sentence] = {
    "draft": Sentence("Send it first."),
    "accepted": Sentence("A change to it is a new proposal."),
    "declined": Sentence("The seller can reopen it with a new revision."),
    "withdrawn": Sentence("The seller can reopen it with a new revision."),
    "expired": Sentence("The buyer can ask for more time, and the seller can give it."),
}
# How a verb or a capability reads after "it can't" and after "only a signer can".
_PHRASES: Mapping[str, tuple[Sentence, Sentence]] = {
    "read": (Sentence("be read"), Sentence("read this proposal")),
    "comment": (Sentence("be commented on"), Sentence("write in the conversation")),
    "confer": (Sentence("be discussed in private"), Sentence("write in the private thread")),
    "ask_more_time": (Sentence("be given more time on request"), Sentence("ask for more time")),
    "counter": (Sentence("be negotiated"), Sentence("send a counteroffer")),
    "choose": (Sentence("be changed"), Sentence("choose among the options")),
    "decline": (Sentence("be declined"), Sentence("decline this proposal")),
    "accept": (Sentence("be accepted"), Sentence("accept this proposal")),
    "see_private": (Sentence("show its costs"), Sentence("see costs and floors")),
    "note": (Sentence("take notes"), Sentence("keep internal notes")),
    "manage_contacts": (Sentence("get other contacts"), Sentence("manage contacts")),
    "assign_owner": (Sentence("get another owner"), Sentence("assign the owner")),
    "send": (Sentence("be sent"), Sentence("send this proposal")),
    "edit": (Sentence("be edited"), Sentence("edit this proposal")),
    "answer": (Sentence("be answered"), Sentence("answer a counteroffer")),
    "publish": (Sentence("get a new revision"), Sentence("publish a revision")),
    "take_back": (Sentence("have a revision taken back"), Sentence("take a revision back")),
    "withdraw": (Sentence("be withdrawn"), Sentence("withdraw this proposal")),
    "record_acceptance": (Sentence("be accepted"), Sentence("record an acceptance")),
    "give_more_time": (Sentence("be given more time"), Sentence("give more time")),
    "extend": (Sentence("be given more time"), Sentence("give more time")),
    "expire": (Sentence("expire"), Sentence("let a proposal expire")),
    "reopen": (Sentence("be reopened"), Sentence("reopen this proposal")),
    "offer_again": (Sentence("have a revision offered again"), Sentence("offer a revision again")),
    "hand_off": (Sentence("be handed off"), Sentence("hand an order off")),
    "approve": (Sentence("be approved"), Sentence("approve prices below the floor")),
}


def can(state: str, role: str, capability: str) -> bool:
    """Whether `role` has the capability in `state`; False for an unknown role, KeyError for a misspelt capability."""
    if capability not in _BUYER and capability not in _SELLER:
        raise KeyError(capability)
    return capability in CAPABILITIES.get((state, role), frozenset())


def buyer_roles_that(capability: str) -> tuple[str, ...]:
    """Return the buyers' roles that have a capability in some state, the least first."""
    return BUYER_ROLES[BUYER_ROLES.index(_BUYER[capability][0]) :]


def refusal(state: str, role: str, capability: str) -> Sentence:
    """Why `can` says no, as a sentence: the state when it stops every role of that side, else the role."""
    roles, grants = (SELLER_ROLES, _SELLER) if role in SELLER_ROLES else (BUYER_ROLES, _BUYER)
    if capability not in grants:
        action = _PHRASES[capability][1]
        if capability in _SELLER:
            return Sentence("Only the seller can %(action)s.", action=action)
        return Sentence("Only the buyer can %(action)s.", action=action)
    least, states = grants[capability]
    if state not in states:
        return _cannot(state, capability)
    return Sentence(
        "Only a %(roles)s can %(action)s; your role is %(role)s.",
        roles=either([ROLE_NAMES[each] for each in roles[roles.index(least) :]]),
        action=_PHRASES[capability][1],
        role=ROLE_NAMES.get(role, role),
    )


def move(state: str, verb: Verb) -> State:
    """The state that `verb` leads to; NotAllowed, naming both, when it leads nowhere from `state`."""
    try:
        return MOVES[state, verb]
    except KeyError:
        raise NotAllowed(_cannot(state, verb)) from None


def _cannot(state: str, action: str) -> Sentence:
    values = {"was": _WAS[state], "action": _PHRASES[action][0]}
    if state == "open":
        return Sentence("This proposal %(was)s; it can't %(action)s.", **values)
    if state == "draft":
        return Sentence("This proposal %(was)s; it can't %(action)s. %(next)s", **values, next=_NEXT[state])
    return Sentence(
        "This proposal %(was)s; it can't %(action)s any more. %(next)s", **values, next=_NEXT[state]
    )


def effective_state(state: str, valid_until_instant: datetime, now: datetime) -> State:
    """The state by the clock: an open deal has expired from its instant on, whether or not the sweeper came by."""
    if state not in STATES:
        raise ValueError(f"no such state: {state}")
    return "expired" if state == "open" and now >= valid_until_instant else state


def awaiting(state: str, *, open_counteroffers: int = 0, buyer_waits: bool = False) -> Turn:
    """Whose turn it is. `buyer_waits`: a message of the buyer's since the last reply or ending is unanswered.

    A draft waits for the seller. A closed deal waits for nobody, unless the buyer has written since.
    """
    if state == "draft" or buyer_waits or (state == "open" and open_counteroffers):
        return "seller"
    return "buyer" if state == "open" else "nobody"
