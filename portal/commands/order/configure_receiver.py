"""Set up who gets an order's parts: managers and admins at the desk, the operator at the command line."""

import base64
import secrets

import msgspec
from sqlalchemy import delete, insert, select, update

from portal import access
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.order import receiver
from portal.errors import Conflict, NotFound
from portal.storage import tables


class Configured(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` is shown once: the receiver needs it to check a webhook's signature (Standard Webhooks, "whsec_…")."""

    id: str
    kind: str
    transport: str
    target: str
    format: str
    active: bool
    secret: str = ""


@command("configure_receiver.add_receiver")
def add_receiver(
    work: UnitOfWork,
    actor: access.Actor,
    *,
    kind: str,
    transport: str,
    target: str,
    format: str = "json",  # noqa: A002
    demo: bool = False,
) -> Configured:
    """A receiver of the orders placed from now on. Invalid with the field, Conflict when it is there already.

    `kind` is operations, accounting or analysis; `transport` folder or webhook; `demo` allows webhooks to this machine.
    """
    access.require(work, actor, "configure_receivers")
    target = target.strip()
    receiver.check(kind, transport, target, format, anywhere=isinstance(actor, access.System), loopback=demo)
    _refuse_twin(work, kind, transport, target)
    configured = Configured(
        id=access.new_id(),
        kind=kind,
        transport=transport,
        target=target,
        format=format,
        active=True,
        secret=new_secret() if transport == "webhook" else "",
    )
    work.connection.execute(insert(tables.receiver).values(msgspec.structs.asdict(configured)))
    return configured


def _refuse_twin(work: UnitOfWork, kind: str, transport: str, target: str) -> None:
    rows = tables.receiver
    same = (rows.c.kind == kind, rows.c.transport == transport, rows.c.target == target)
    if work.connection.execute(select(rows.c.id).where(*same)).first():
        raise Conflict(
            "%(target)s is a receiver of %(kind)s already. Switch it on or remove it instead.",
            target=target,
            kind=kind,
        )


@command("configure_receiver.switch_receiver")
def switch_receiver(work: UnitOfWork, actor: access.Actor, receiver_id: str, *, active: bool) -> Configured:
    """On or off. What waits for a receiver that is off goes on waiting until it is on again."""
    access.require(work, actor, "configure_receivers")
    found = _receiver(work, receiver_id)
    work.connection.execute(
        update(tables.receiver).where(tables.receiver.c.id == receiver_id).values(active=active)
    )
    return msgspec.structs.replace(found, active=active)


@command("configure_receiver.replace_secret")
def replace_secret(work: UnitOfWork, actor: access.Actor, receiver_id: str) -> Configured:
    """A new secret for a webhook, shown once; the old one signs nothing any more."""
    access.require(work, actor, "configure_receivers")
    found = _receiver(work, receiver_id)
    if found.transport != "webhook":
        raise Conflict("Only webhooks are signed. A folder has no secret.")
    secret = new_secret()
    work.connection.execute(
        update(tables.receiver).where(tables.receiver.c.id == receiver_id).values(secret=secret)
    )
    return msgspec.structs.replace(found, secret=secret)


@command("configure_receiver.remove_receiver")
def remove_receiver(work: UnitOfWork, actor: access.Actor, receiver_id: str) -> Configured:
    """Only one that was never delivered to: the record of deliveries keeps the others."""
    access.require(work, actor, "configure_receivers")
    found = _receiver(work, receiver_id)
    used = select(tables.outbox.c.id).where(tables.outbox.c.receiver_id == receiver_id).limit(1)
    if work.connection.execute(used).first():
        raise Conflict(
            "%(target)s has deliveries, which stay on record. Switch it off instead.", target=found.target
        )
    work.connection.execute(delete(tables.receiver).where(tables.receiver.c.id == receiver_id))
    return found


def new_secret() -> str:
    """32 random bytes as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _receiver(work: UnitOfWork, receiver_id: str) -> Configured:
    rows = tables.receiver
    columns = (rows.c.id, rows.c.kind, rows.c.transport, rows.c.target, rows.c.format, rows.c.active)
    row = work.connection.execute(select(*columns).where(rows.c.id == receiver_id)).mappings().first()
    if row is None:
        raise NotFound("There is no such receiver.")
    return Configured(**row)
