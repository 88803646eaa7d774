"""What a command works with: one transaction, the time, the ledger and the outbox.

A command is a plain function of a `UnitOfWork`. It never commits; `database.py` does.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.access import new_id
from portal.database.append_events import NewEvent, append_events
from portal.domain.deal.mail import FIGURES_WAIT, Mail, carries_figures
from portal.domain.ledger import event_body, ledger
from portal.domain.ledger.stored_event import StoredEvent
from portal.errors import Conflict, Invalid
from portal.storage import tables
from portal.storage.session import Transaction

R = TypeVar("R", bound=msgspec.Struct)
LONGEST_KEY = 100


@dataclass(frozen=True, kw_only=True)
class UnitOfWork(Transaction):
    """What a command works with: the transaction, the time, and the ledger. `public_url` is what links are built from;
    `mail_figures`: mail about a revision may tell its figures."""

    public_url: str = ""
    mail_figures: bool = False
    writing: bool = True
    changed_deals: set[str] = field(default_factory=set)
    appended: list[StoredEvent] = field(default_factory=list)

    def append(
        self,
        deal_id: str,
        actor: str,
        body: event_body.Body,
        personal: ledger.Personal | None = None,
        key: str | None = None,
    ) -> StoredEvent:
        """Append one event to the deal's ledger, joining the stream of each party that may read it."""
        _check_key(key)
        new = NewEvent(deal_id=deal_id, actor=actor, body=body, personal=personal, key=key)
        (event,) = append_events(self, [new])
        self.appended.append(event)
        return event

    def enqueue(
        self,
        transport: str,
        payload: msgspec.Struct,
        *,
        deal_id: str | None = None,
        receiver_id: str | None = None,
        work_order_id: str | None = None,
        wait: timedelta = timedelta(0),
    ) -> str:
        """Put a delivery into the outbox, in this transaction. Its id is its idempotency key over all retries."""
        delivery = new_id()
        self.connection.execute(
            insert(tables.outbox).values(
                id=delivery,
                transport=transport,
                deal_id=deal_id,
                receiver_id=receiver_id,
                work_order_id=work_order_id,
                payload=msgspec.json.encode(payload),
                state="waiting",
                next_at=self.now + wait,
                created_at=self.now,
            )
        )
        return delivery

    def enqueue_mail(self, mail: Mail, deal_id: str | None = None) -> str:
        """A mail, written by the worker after the commit."""
        wait = FIGURES_WAIT if carries_figures(mail) else timedelta(0)
        return self.enqueue("mail", mail, deal_id=deal_id, wait=wait)

    def mark_changed(self, deal_id: str) -> None:
        """Have the doorbell ring for a deal although no event was appended, such as after revoking a grant."""
        self.changed_deals.add(deal_id)

    def once(  # noqa: PLR0917 - a key belongs to (actor, scope, command); the rest is what runs
        self,
        actor: str,
        scope: str,
        command: str,
        key: str | None,
        asked: object,
        result: type[R],
        run: Callable[[], R],
    ) -> R:
        """Run a command once for its key: the same key and content give the first result, other content is refused.

        `scope` is the deal (or "" where there is none yet). The deal must be locked already. Raises Conflict.
        """
        if not key:
            return run()
        _check_key(key)
        content = hashlib.sha256(msgspec.json.encode(asked, order="sorted")).hexdigest()
        keys = tables.command_key
        mine = (keys.c.actor == actor, keys.c.scope == scope, keys.c.command == command, keys.c.key == key)
        first = self.connection.execute(select(keys.c.asked, keys.c.result).where(*mine)).first()
        if first is not None:
            if first.asked != content:
                raise Conflict(
                    "This was already sent with other content. Load the page afresh and try again."
                )
            return msgspec.json.decode(first.result, type=result)
        answer = run()
        self.connection.execute(
            insert(keys).values(
                actor=actor,
                scope=scope,
                command=command,
                key=key,
                asked=content,
                result=msgspec.json.encode(answer),
                at=self.now,
            )
        )
        return answer

    def next_number(self, name: str) -> int:
        """The next of a gap-free count, such as proposals of a year."""
        dialect = sqlite if self.connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(tables.counter).values(name=name, value=1)
        statement = statement.on_conflict_do_update(
            index_elements=[tables.counter.c.name], set_={"value": tables.counter.c.value + 1}
        )
        return int(self.connection.execute(statement.returning(tables.counter.c.value)).scalar_one())


def _check_key(key: str | None) -> None:
    if key is not None and len(key) > LONGEST_KEY:
        raise Invalid.field("key", "A key has at most %(limit)s characters.", limit=LONGEST_KEY)
