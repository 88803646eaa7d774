"""The one table of events: what each kind does and where it is shown. Everything else asks it.

A new kind is a body in the module of its audience (`shared_events`, `seller_events`, `buyer_events`), a row here, and its
words in the template of that audience (`templates/events/`). The words of kind K are the macros K (the sentence of the
conversation, the activity and the team space), K_in_inbox and K_on_board.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from portal.domain.deal.mail import Template
from portal.domain.ledger import buyer_events, seller_events, shared_events
from portal.domain.ledger.event_body import Audience, Body

# What an event does to the buyer's wait for the seller.
TurnEffect = Literal["begins", "ends", "stays"]
Sellers = Literal["owner", "managers", "requester"]


class EventKind(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `redraws` are regions of the deal page (portal.rendering.regions).

    `by_buyer` and `by_seller`: what it does to the buyer's wait, by who does it. `moves_inbox`: the deal counts as lively.
    Mail that carries a link of its own (an invitation) is not here: the link's event follows from the mail.
    """

    body: type[Body]
    by_buyer: TurnEffect = "stays"
    by_seller: TurnEffect = "stays"
    in_conversation: bool = False
    in_activity: bool = True
    in_inbox: bool = False
    moves_inbox: bool = True
    moves_board: bool = False
    publishes_revision: bool = False
    redraws: frozenset[str] = frozenset()
    mail_to_buyers: Template | None = None
    mail_to_sellers: tuple[Sellers, Template] | None = None

    @property
    def name(self) -> str:
        return name_of(self.body)

    @property
    def is_timed(self) -> bool:
        """Whether it begins a wait or answers one. What the buyer ends is no answer."""
        return self.by_buyer == "begins" or (self.by_seller == "ends" and self.by_buyer == "stays")

    @property
    def audience(self) -> Audience:
        return self.body.audience()


def name_of(body: type[Body]) -> str:
    """Return the kind's stored name."""
    return str(body.__struct_config__.tag)


_ASKS = frozenset({"settlement", "sent", "whole"})
_OFFER = frozenset(
    (
        *("state", "introduction", "turn", "banner", "settlement", "offers", "whole", "summary", "sent"),
        *("actions", "refusal", "history"),
    )
)
# What the deal's state decides is drawn everywhere.
_STATE = _OFFER | {"lines", "terms", "people"}
_PEOPLE = frozenset({"people"})

_ROWS = (
    # For both sides.
    EventKind(
        body=shared_events.ProposalSent,
        in_conversation=True,
        in_inbox=True,
        moves_board=True,
        publishes_revision=True,
        redraws=_STATE,
    ),
    EventKind(
        body=shared_events.MessagePosted,
        by_buyer="begins",
        by_seller="ends",
        in_conversation=True,
        in_activity=False,
        in_inbox=True,
    ),
    EventKind(body=shared_events.QuestionAnswered, in_conversation=True, moves_inbox=False),
    EventKind(
        body=shared_events.CounterofferMade,
        by_buyer="begins",
        in_conversation=True,
        in_inbox=True,
        moves_board=True,
        redraws=_ASKS | {"turn"},
        mail_to_sellers=("owner", "seller_notice"),
    ),
    EventKind(
        body=shared_events.CounterofferWithdrawn,
        in_conversation=True,
        in_inbox=True,
        moves_board=True,
        redraws=_ASKS | {"turn"},
    ),
    EventKind(body=shared_events.CounteroffersClosed, moves_board=True, redraws=_ASKS),
    EventKind(
        body=shared_events.RevisionPublished,
        by_seller="ends",
        in_conversation=True,
        in_inbox=True,
        moves_board=True,
        publishes_revision=True,
        redraws=_OFFER,
        mail_to_buyers="new_answer",
        # Where a buyer publishes it, by choosing among what is offered.
        mail_to_sellers=("owner", "seller_notice"),
    ),
    EventKind(
        body=shared_events.LinesAgreed,
        in_conversation=True,
        in_inbox=True,
        moves_board=True,
        redraws=frozenset({"settlement", "whole"}),
    ),
    EventKind(
        body=shared_events.Declined,
        by_buyer="ends",
        in_conversation=True,
        in_inbox=True,
        redraws=_STATE,
        mail_to_sellers=("owner", "seller_notice"),
    ),
    EventKind(
        body=shared_events.Withdrawn, by_seller="ends", in_conversation=True, in_inbox=True, redraws=_STATE
    ),
    EventKind(body=shared_events.Expired, in_conversation=True, in_inbox=True, redraws=_STATE),
    EventKind(body=shared_events.Reopened, in_conversation=True, redraws=_STATE),
    EventKind(
        body=shared_events.MoreTimeAsked,
        by_buyer="begins",
        in_conversation=True,
        in_inbox=True,
        redraws=frozenset({"banner", "turn"}),
        mail_to_sellers=("owner", "seller_notice"),
    ),
    EventKind(
        body=shared_events.MoreTimeGiven,
        by_seller="ends",
        in_conversation=True,
        in_inbox=True,
        redraws=_STATE,
    ),
    EventKind(
        body=shared_events.Accepted,
        by_buyer="ends",
        by_seller="ends",
        in_conversation=True,
        in_inbox=True,
        moves_board=True,
        redraws=_STATE,
        mail_to_buyers="order_confirmation",
        mail_to_sellers=("owner", "order_notice"),
    ),
    EventKind(body=shared_events.Viewed, in_inbox=True, redraws=_PEOPLE),
    EventKind(body=shared_events.ContactAdded, redraws=_PEOPLE),
    EventKind(body=shared_events.ContactRoleChanged, redraws=_PEOPLE),
    # For the seller's side alone. Notes stand beside the activity.
    EventKind(body=seller_events.NoteSaved, in_activity=False),
    EventKind(body=seller_events.ApprovalAsked, mail_to_sellers=("managers", "approval_needed")),
    EventKind(body=seller_events.ApprovalDecided, mail_to_sellers=("requester", "approval_decided")),
    EventKind(body=seller_events.AnsweredByPolicy),
    EventKind(body=seller_events.OwnerChanged),
    # A reminder with a link must not make a deal look lively.
    EventKind(body=seller_events.LinkIssued, moves_inbox=False),
    EventKind(body=seller_events.LinksRevoked),
    # For the buyers' side alone: nothing of it moves what the seller sees.
    EventKind(body=buyer_events.TeamMessagePosted, in_activity=False, moves_inbox=False),
    EventKind(body=buyer_events.SignOff, in_activity=False, moves_inbox=False),
    EventKind(body=buyer_events.ScenarioShared, in_activity=False, moves_inbox=False),
)
KINDS: Mapping[str, EventKind] = {kind.name: kind for kind in _ROWS}


def names(which: Callable[[EventKind], bool]) -> tuple[str, ...]:
    """Return the stored names of the kinds that `which` holds for, in the order of the table."""
    return tuple(name for name, kind in KINDS.items() if which(kind))


def kind_of(body: type[Body]) -> EventKind:
    return KINDS[name_of(body)]
