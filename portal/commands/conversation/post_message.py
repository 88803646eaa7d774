"""Say something at the table: a chat line, or a comment on a line or a term. Everybody at the table reads it.

The busiest verb. Messages that wait for the writer are appended together: who may speak, and which keys are known, is
asked once for all of them.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from portal.access import Actor, Deal, deal_for, deals_for
from portal.commands.text import written
from portal.database.append_events import NewEvent, append_events
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.items import find_line_or_term
from portal.domain.ledger import buyer_events, event_body, ledger, seller_events, shared_events
from portal.errors import Conflict, Invalid, ParleyError
from portal.storage import documents, tables

LONGEST_KEY = 100


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """Where the message stands in the stream of whoever wrote it."""

    position: int
    key: str | None


@command("post_message")
class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way to `database.write`, which appends those that wait at the same time together."""

    actor: Actor
    deal_id: str
    body: str
    anchor: str | None = None
    key: str | None = None

    def __call__(self, work: UnitOfWork) -> Posted:
        (outcome,) = self.together(work, [self])
        if isinstance(outcome, ParleyError):
            raise outcome
        return outcome

    @staticmethod
    def together(work: UnitOfWork, messages: Sequence["Message"]) -> list[Posted | ParleyError]:
        """An outcome for each, in order; a refusal spares the others."""
        deals = deals_for(work, [(message.actor, message.deal_id) for message in messages])
        prepared = [
            _prepared(work, message, deals.get((message.actor, message.deal_id))) for message in messages
        ]
        return _say(work, prepared)


@command("post_message")
def post_message(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    body: str,
    anchor: str | None = None,
    key: str | None = None,
) -> Posted:
    """The same key with the same text gives the first result; with another text, Conflict."""
    return Message(actor=actor, deal_id=deal_id, body=body, anchor=anchor, key=key)(work)


Prepared = tuple[Deal, NewEvent] | ParleyError


def say(
    work: UnitOfWork,
    deal: Deal,
    event: shared_events.MessagePosted | seller_events.NoteSaved | buyer_events.TeamMessagePosted,
    body: str,
    key: str | None,
) -> Posted:
    """Append one event that carries text, once for its key."""
    (outcome,) = _say(work, [(deal, _new(deal, event, body, key))])
    if isinstance(outcome, ParleyError):
        raise outcome
    return outcome


def anchored(work: UnitOfWork, deal: Deal, anchor: str | None) -> str | None:
    """The anchor when the deal has such a line or term; Invalid otherwise."""
    if not anchor:
        return None
    offer = (
        documents.read_revision(work, deal.id, deal.revision).offer
        if deal.revision
        else documents.read_draft(work, deal.id)
    )
    if find_line_or_term(offer, anchor) is None:
        raise Invalid.field(
            "anchor", "The line or term this comment belongs to is not part of the proposal any more."
        )
    return anchor


def _prepared(work: UnitOfWork, message: Message, deal: Deal | None) -> Prepared:
    try:
        # Whoever was not found among all is looked for alone: that says why.
        found = deal or deal_for(work, message.actor, message.deal_id)
        found.require("comment")
        event = shared_events.MessagePosted(anchor=anchored(work, found, message.anchor))
        return found, _new(found, event, message.body, message.key)
    except ParleyError as refusal:
        return refusal


def _new(deal: Deal, event: event_body.Body, body: str, key: str | None) -> NewEvent:
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise Invalid.field("key", "The key of a message has 1 to %(limit)s characters.", limit=LONGEST_KEY)
    text = ledger.Personal(body=written(body, "body"))
    return NewEvent(deal_id=deal.id, actor=deal.actor, body=event, personal=text, key=key)


def _say(work: UnitOfWork, prepared: Sequence[Prepared]) -> list[Posted | ParleyError]:
    known = _known(work, [each[1].key for each in prepared if isinstance(each, tuple) and each[1].key])
    fresh: list[NewEvent] = []
    first: dict[tuple[str, str, str, str], int] = {}
    places: list[int | None] = []
    for each in prepared:
        if isinstance(each, ParleyError):
            places.append(None)
            continue
        new = each[1]
        mine = (new.deal_id, new.actor, new.body.kind, new.key or "")
        if new.key and (mine in known or mine in first):
            places.append(first.get(mine))
            continue
        first[mine] = len(fresh)
        places.append(len(fresh))
        fresh.append(new)
    appended = append_events(work, fresh) if fresh else []
    work.appended.extend(appended)
    outcomes: list[Posted | ParleyError] = []
    for each, place in zip(prepared, places, strict=True):
        if isinstance(each, ParleyError):
            outcomes.append(each)
            continue
        deal, new = each
        if place is None:
            outcomes.append(_again(deal, new, *known[new.deal_id, new.actor, new.body.kind, new.key or ""]))
        else:
            at = appended[place]
            position = at.buyer_seq if deal.party == "buyer" else at.seller_seq
            outcomes.append(_again(deal, new, _said(fresh[place]), position or 0))
    return outcomes


Said = tuple[bytes, str]


def _said(new: NewEvent) -> Said:
    return ledger.encode_body(new.body), new.personal.body if new.personal else ""


def _again(deal: Deal, new: NewEvent, said: Said, position: int) -> Posted | ParleyError:
    """What was said under this key, unless it was something else."""
    if said != _said(new):
        return Conflict(
            "A message with this key was already sent with another text. Send it again as a new message."
        )
    return Posted(position=position, key=new.key)


_event = tables.event.c
_KNOWN = select(
    _event.deal_id,
    _event.actor,
    _event.kind,
    _event.key,
    _event.body,
    _event.personal,
    _event.buyer_seq,
    _event.seller_seq,
).where(_event.key.in_(bindparam("keys", expanding=True)))


def _known(work: UnitOfWork, keys: Sequence[str]) -> dict[tuple[str, str, str, str], tuple[Said, int]]:
    """What was said before under these keys, by deal, author and kind, with its place in its author's stream."""
    if not keys:
        return {}
    return {
        (row.deal_id, row.actor, row.kind, row.key): (
            (row.body, ledger.decode_personal(row.personal).body),
            (row.buyer_seq if ledger.by_buyer(row.actor) else row.seller_seq) or 0,
        )
        for row in work.connection.execute(_KNOWN, {"keys": keys})
    }
