"""Whether the current revision has to stand, or can be taken back: nobody on the buyer's side may have opened it."""

import msgspec
from sqlalchemy import exists, select

from portal.access import Deal
from portal.domain.deal.mail import Mail, carries_figures, is_about
from portal.domain.ledger import ledger, shared_events
from portal.errors import Sentence
from portal.storage import documents, tables
from portal.storage.session import Transaction


def obstacle(transaction: Transaction, deal: Deal) -> str:
    """Why the current revision can't be taken back, as a sentence; "" when it can."""
    fact, number = publication(transaction, deal), deal.revision
    if fact is None:
        return "The first revision can't be taken back; withdraw the proposal instead."
    if fact.takes_back:
        return Sentence(
            "Revision %(number)s took another one back; only a newer revision corrects it.", number=number
        )
    if fact.signed != "rep":
        return Sentence(
            "Revision %(number)s was not published by a rep; only a newer revision corrects it.",
            number=number,
        )
    if _opened(transaction, deal):
        return Sentence(
            "%(company)s has opened revision %(number)s; only a newer revision corrects it.",
            company=deal.company,
            number=number,
        )
    if _figures_left(transaction, deal):
        return Sentence(
            "The mail with the figures of revision %(number)s has left; only a newer revision corrects it.",
            number=number,
        )
    return _unstandable(transaction, deal)


def _unstandable(transaction: Transaction, deal: Deal) -> str:
    """Why what stood before can't stand again; "" when it can."""
    number = deal.revision
    if _reopened(transaction, deal):
        return Sentence(
            "Revision %(number)s reopened the proposal; withdraw the proposal instead.", number=number
        )
    if documents.read_revision(transaction, deal.id, number - 1).offer.valid_until_instant <= transaction.now:
        return Sentence(
            "What stood before revision %(number)s has expired; only a newer revision corrects it.",
            number=number,
        )
    return ""


def publication(transaction: Transaction, deal: Deal) -> shared_events.RevisionPublished | None:
    """The event of the current revision; None for the first, which was sent."""
    event = tables.event.c
    body = transaction.connection.execute(
        select(event.body)
        .where(event.deal_id == deal.id, tables.kind_is("revision"))
        .order_by(event.seq.desc())
        .limit(1)
    ).scalar()
    fact = ledger.decode_body(body) if body else None
    return (
        fact if isinstance(fact, shared_events.RevisionPublished) and fact.revision == deal.revision else None
    )


def _opened(transaction: Transaction, deal: Deal) -> bool:
    """Whether anybody on the buyer's side has done anything since: looked, written, or used a link from a mail."""
    event, session, held = tables.event.c, tables.session.c, tables.session_grant.c
    since = select(event.seq).where(event.deal_id == deal.id, tables.kind_is("revision"))
    newest = since.order_by(event.seq.desc()).limit(1).scalar_subquery()
    acted = exists().where(event.deal_id == deal.id, event.seq > newest, event.actor.startswith("contact:"))
    came = exists().where(
        held.deal_id == deal.id,
        held.session_id == session.id,
        session.created_at >= documents.published_at(transaction, deal.id, deal.revision),
    )
    found = transaction.connection.execute(select(acted.label("acted"), came.label("came"))).one()
    return bool(found.acted or found.came)


def _figures_left(transaction: Transaction, deal: Deal) -> bool:
    """Whether a mail that tells the revision's figures was sent, or may be on its way."""
    box = tables.outbox.c
    tried = (box.transport == "mail", box.deal_id == deal.id, box.attempts > 0)
    since = box.created_at >= documents.published_at(transaction, deal.id, deal.revision)
    payloads = transaction.connection.execute(select(box.payload).where(*tried, since)).scalars()
    mails = (msgspec.json.decode(payload, type=Mail) for payload in payloads)
    return any(carries_figures(mail) and is_about(mail, deal.revision) for mail in mails)


def _reopened(transaction: Transaction, deal: Deal) -> bool:
    """Whether the revision opened a closed deal: the event of that comes right before its own."""
    event = tables.event.c
    rows = transaction.connection.execute(
        select(event.seq, event.kind).where(
            event.deal_id == deal.id, event.audience == "table", tables.kind_is("reopened", "revision")
        )
    )
    return "reopened" in {row.kind for row in tables.sort_by_seq(rows)[-2:]}
