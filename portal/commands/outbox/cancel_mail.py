"""Stop mail that has not left: it would tell what is so no more, or tell it to somebody who may not know."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import select, update

from portal.access import Deal
from portal.commands.outbox.finish_delivery import without_link
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal.mail import TO_BUYERS, Mail, is_about, without_content
from portal.errors import Sentence
from portal.storage import stored_sentences, tables


def hold_mail(work: UnitOfWork, deal: Deal) -> None:
    """Keep workers from leasing mail of the deal until this transaction ends."""
    box = tables.outbox
    mine = (box.c.transport == "mail", box.c.deal_id == deal.id, box.c.state == "waiting")
    work.connection.execute(select(box.c.id).where(*mine).order_by(box.c.id).with_for_update())


def cancel_news(work: UnitOfWork, deal: Deal, revision: int) -> int:
    """No mail tells the buyers of a revision that was taken back, nor keeps what it said; how many would have."""
    return _cancel(
        work,
        deal,
        Sentence("Revision %(revision)s was taken back before this mail left.", revision=revision),
        lambda mail: is_about(mail, revision),
    )


def cancel_letters(work: UnitOfWork, deal: Deal, contact: Any) -> int:
    """Nothing more goes to a contact whose right was taken back; how many would have."""
    return _cancel(
        work,
        deal,
        "The right to this deal was taken back before this mail left.",
        lambda mail: mail.template in TO_BUYERS and mail.to_email == contact.email,
    )


def _cancel(work: UnitOfWork, deal: Deal, because: str, unwanted: Callable[[Mail], bool]) -> int:
    """What a worker is sending at this instant may still arrive, but is not tried again."""
    box = tables.outbox
    unsent = box.c.state.in_(("waiting", "failed"))
    rows = work.connection.execute(
        select(box.c.id, box.c.payload).where(unsent, box.c.transport == "mail", box.c.deal_id == deal.id)
    ).all()
    mails = [(row.id, msgspec.json.decode(row.payload, type=Mail)) for row in rows]
    error, cancelled = stored_sentences.to_text(because), 0
    for delivery, mail in mails:
        if unwanted(mail):
            values = {"state": "cancelled", "done_at": work.now, "leased_until": None, "error": error}
            stopped = work.connection.execute(
                update(box)
                .where(box.c.id == delivery, unsent)
                .values(payload=msgspec.json.encode(without_content(without_link(mail))), **values)
            )
            cancelled += stopped.rowcount
    return cancelled
