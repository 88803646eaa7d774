"""Say something at the table: a chat line, or a comment on a line or a term. Everybody at the table reads it."""

import msgspec
from sqlalchemy import select

from portal.access import Actor, Deal, deal_for
from portal.commands.text import written
from portal.commands.unit_of_work import UnitOfWork
from portal.domain import change, ledger
from portal.errors import Conflict, Invalid
from portal.storage import documents, tables


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """Where the message stands in the stream of whoever wrote it."""

    position: int
    key: str | None


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
    deal = deal_for(work, actor, deal_id)
    deal.require("comment")
    return say(work, deal, ledger.MessagePosted(anchor=anchored(work, deal, anchor)), body, key)


def say(
    work: UnitOfWork, deal: Deal, event: ledger.MessagePosted | ledger.NoteKept, body: str, key: str | None
) -> Posted:
    """Append an event that carries text, once for its key."""
    text = written(body, "body")
    if key is not None and not 1 <= len(key) <= 100:
        raise Invalid.field("key", "The key of a message has 1 to 100 characters.")
    earlier = key and _earlier(work, deal, event, text, key)
    if earlier:
        return earlier
    appended = work.append(deal.id, deal.actor, event, ledger.Personal(body=text), key=key)
    position = appended.buyer_seq if deal.party == "buyer" else appended.seller_seq
    return Posted(position=position or 0, key=key)


def anchored(work: UnitOfWork, deal: Deal, anchor: str | None) -> str | None:
    """The anchor when the deal has such a line or term; Invalid otherwise."""
    if not anchor:
        return None
    offer = (
        documents.offered(work, deal.id, deal.revision).offer
        if deal.revision
        else documents.drafted(work, deal.id)
    )
    if change.touched(offer, anchor) is None:
        raise Invalid.field(
            "anchor", "The line or term this comment belongs to is not part of the proposal any more."
        )
    return anchor


def _earlier(work: UnitOfWork, deal: Deal, event: ledger.Body, text: str, key: str) -> Posted | None:
    found = work.connection.execute(
        select(
            tables.event.c.body, tables.event.c.personal, tables.event.c.buyer_seq, tables.event.c.seller_seq
        ).where(
            tables.event.c.deal_id == deal.id,
            tables.event.c.actor == deal.actor,
            tables.event.c.kind == event.kind,
            tables.event.c.key == key,
        )
    ).first()
    if found is None:
        return None
    if found.body != ledger.encode_body(event) or ledger.decode_personal(found.personal).body != text:
        raise Conflict(
            "A message with this key was already sent with another text. Send it again as a new message."
        )
    return Posted(position=found.buyer_seq if deal.party == "buyer" else found.seller_seq, key=key)
