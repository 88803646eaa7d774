"""Write down how an attempt to deliver ended: sent, to be tried again later, or given up."""

import secrets
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select, update

from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal.mail import Mail
from portal.storage import stored_sentences, tables

MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
# What is left of a link once it has been mailed, or will not be: it is a secret, and backups live long.
SCRUBBED = "(sent)"


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: sent, waiting, failed or cancelled."""

    id: str
    state: str


@command("finish_delivery")
def finish_delivery(
    work: UnitOfWork,
    delivery_id: str,
    attempt: int,
    *,
    error: str = "",
    for_good: bool = False,
    keep_link: bool = False,
) -> Finished:
    """Sent when there is no `error`. After ten attempts, or at once when `for_good`, a delivery has failed.

    A failure counts only for the newest attempt: whoever lost the lease has nothing to say. A success always counts, also
    of what was cancelled while it was on its way; a failure of that is not tried again.
    `keep_link` leaves a mail's link in the outbox (the demo's mailbox shows it).
    """
    outbox = tables.outbox
    mine = [outbox.c.id == delivery_id]
    if error:
        mine += [outbox.c.state == "waiting", outbox.c.attempts == attempt]
        values = _failure(work, attempt, stored_sentences.to_text(error), for_good)
    else:
        mine.append(outbox.c.state.in_(("waiting", "cancelled")))
        values = {"state": "sent", "done_at": work.now, "leased_until": None, "error": ""}
        if not keep_link:
            values |= _without_link(work, delivery_id)
    work.connection.execute(update(outbox).where(*mine).values(values))
    state = work.connection.execute(select(outbox.c.state).where(outbox.c.id == delivery_id)).scalar_one()
    return Finished(id=delivery_id, state=state)


def pause_after(attempt: int, percent: int) -> timedelta:
    """One minute after the first attempt, doubled by each further one up to six hours; then `percent` of that."""
    return min(FIRST_PAUSE * (1 << (attempt - 1)), LONGEST_PAUSE) * percent / 100


def without_link(mail: Mail) -> Mail:
    """What may be kept of a mail that has left, or never will."""
    context = {name: SCRUBBED if name == "url" else value for name, value in mail.context.items()}
    return msgspec.structs.replace(mail, context=context)


def _failure(work: UnitOfWork, attempt: int, error: str, for_good: bool) -> dict[str, Any]:
    if for_good or attempt >= MOST_ATTEMPTS:
        return {"state": "failed", "done_at": work.now, "leased_until": None, "error": error}
    # Spread out, so that a receiver that comes back does not get everything in the same second.
    pause = pause_after(attempt, 80 + secrets.randbelow(41))
    return {"next_at": work.now + pause, "leased_until": None, "error": error}


def _without_link(work: UnitOfWork, delivery_id: str) -> dict[str, Any]:
    outbox = tables.outbox
    row = work.connection.execute(
        select(outbox.c.transport, outbox.c.payload).where(outbox.c.id == delivery_id)
    ).one()
    if row.transport != "mail":
        return {}
    mail = msgspec.json.decode(row.payload, type=Mail)
    return {"payload": msgspec.json.encode(without_link(mail))}
