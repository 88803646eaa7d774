"""A seller's house that delivers: a database, its settings, a worker, and an order with its parts."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Row, select

from portal.access import System
from portal.commands.order.configure_receiver import Configured, add_receiver
from portal.database.database import Database
from portal.domain.deal.mail import Mail
from portal.domain.order.hand_off import HandOff
from portal.outbound.worker import Worker
from portal.settings import Settings
from portal.storage import tables
from tests.cast import Clock, Table
from tests.quotes import quote

LETTER = Mail(
    template="new_link",
    to_name="Kim Aas",
    to_email="kim@oakum.example",
    language="en",
    context={
        "url": "http://127.0.0.1:8000/j/secret-token",
        "seller": "Kestrel Machines",
        "title": "Two HP-40 presses for the Odense line",
        "number": "P-2026-0001",
    },
)


class House:
    """`settings` are a demo's unless told otherwise: webhooks may go to this machine."""

    def __init__(self, database: Database, clock: Clock, folder: Path, **settings: Any) -> None:
        self.database, self.clock, self.files = database, clock, folder / "files"
        facts: dict[str, Any] = {"environment": "demo", "files_dir": self.files, **settings}
        self.settings = Settings(_env_file=None, **facts)
        self.worker = Worker(database, self.settings)

    def another_worker(self, database: Database | None = None, **options: Any) -> Worker:
        return Worker(database or self.database, self.settings, **options)

    def receives(self, kind: str, transport: str, target: str, format: str = "json") -> Configured:  # noqa: A002
        facts = {"kind": kind, "transport": transport, "target": target, "format": format, "demo": True}
        return self.database.write_now(partial(add_receiver, actor=System("cli"), **facts))

    def places_an_order(self) -> Table:
        """Sol accepts; the mails of the way there are taken out of the outbox."""
        until = (self.clock.now + timedelta(days=17)).date().isoformat()
        table = Table(self.database, quote(valid_until=until))
        table.sol.accepts()
        return table

    def posts(self, mail: Mail = LETTER, deal_id: str | None = None) -> str:
        return self.database.write_now(lambda work: work.enqueue_mail(mail, deal_id))

    def hands_off_again(self, receiver: Configured) -> str:
        """One more delivery of the bill."""

        def enqueue(work: Any) -> str:
            part = tables.work_order
            row = work.connection.execute(select(part).where(part.c.kind == receiver.kind)).first()
            payload = HandOff(order="O", kind=receiver.kind)
            return str(
                work.enqueue(receiver.transport, payload, receiver_id=receiver.id, work_order_id=row.id)
            )

        return self.database.write_now(enqueue)

    def rows(self, **where: str) -> list[Row[Any, Any]]:
        query = select(tables.outbox).order_by(tables.outbox.c.created_at)
        for name, value in where.items():
            query = query.where(tables.outbox.c[name] == value)
        return list(self.database.read_now(lambda t: t.connection.execute(query).all()))

    def row(self, delivery: str) -> Row[Any, Any]:
        (found,) = self.rows(id=delivery)
        return found

    def letter(self, delivery: str) -> Mail:
        return msgspec.json.decode(self.row(delivery).payload, type=Mail)

    def part(self, kind: str, fulfilment: str = "") -> bytes:
        part = tables.work_order
        query = select(part.c.document).where(part.c.kind == kind, part.c.fulfilment == fulfilment)
        return bytes(self.database.read_now(lambda t: t.connection.execute(query).scalar_one()))
