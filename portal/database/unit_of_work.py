"""The one place that commits, and the one that rings the doorbell.

A command is a plain function of a `UnitOfWork`. On SQLite one writer thread takes all waiting commands into one
transaction, a savepoint each, and answers them together after one COMMIT: full durability, shared. On PostgreSQL a pool
of threads runs commands side by side, and messages that wait in one transaction; the deals' row locks put those of one
deal in order. A command that fails rolls back alone; a COMMIT that fails fails every command of its group. The doorbell
rings after the commit, never before.
"""

import asyncio
import hashlib
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import TypeVar

import msgspec
import structlog
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.access import new_id
from portal.database.append_events import New, append_events
from portal.database.command_metrics import Tally
from portal.database.write_batch import alike, outcomes
from portal.database.write_queue import Answered, Waiting, answer
from portal.domain.deal.mail import Mail
from portal.domain.ledger import event_body, ledger
from portal.domain.ledger.stored_event import StoredEvent
from portal.errors import Conflict
from portal.storage import tables
from portal.storage.session import READERS, Store, Transaction

log = structlog.get_logger()

T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)
GROUP = 512
# Before a deal's id in a ring: only its buyers have something to look at.
AMONG_BUYERS = "~"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class UnitOfWork(Transaction):
    """What a command works with: the transaction, the time, and the ledger. `public_url` is what links are built from."""

    public_url: str = ""
    writing: bool = True
    touched: set[str] = field(default_factory=set)
    happened: list[StoredEvent] = field(default_factory=list)

    def append(
        self,
        deal_id: str,
        actor: str,
        body: event_body.Body,
        personal: ledger.Personal | None = None,
        key: str | None = None,
    ) -> StoredEvent:
        """Append one event to the deal's ledger, joining the stream of each party that may read it."""
        new = New(deal_id=deal_id, actor=actor, body=body, personal=personal, key=key)
        (event,) = append_events(self, [new])
        self.happened.append(event)
        return event

    def enqueue(
        self,
        transport: str,
        payload: msgspec.Struct,
        *,
        deal_id: str | None = None,
        receiver_id: str | None = None,
        work_order_id: str | None = None,
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
                next_at=self.now,
                created_at=self.now,
            )
        )
        return delivery

    def enqueue_mail(self, mail: Mail, deal_id: str | None = None) -> str:
        """A mail, written by the worker after the commit."""
        return self.enqueue("mail", mail, deal_id=deal_id)

    def touch(self, deal_id: str) -> None:
        """Ring for a deal although no event was appended (a grant was revoked, say)."""
        self.touched.add(deal_id)

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


# In the queue: something waits in the line of what can run together.
_IN_LINE = Waiting(lambda work: None, Future())


class Database:
    """`await database.write(command)` and `await database.read(query)`; `write_now` and `read_now` outside a loop."""

    def __init__(
        self,
        store: Store,
        *,
        ring: Callable[[Collection[str], Sequence[StoredEvent]], None] = lambda deals, events: None,
        clock: Callable[[], datetime] = utc_now,
        public_url: str = "",
    ) -> None:
        self.store, self.ring, self.clock, self.public_url = store, ring, clock, public_url
        self.tally = Tally()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._line: deque[Waiting] = deque()
        # One writer where the database has one; else as many as the pool has connections.
        writers = 1 if store.embedded else 8
        self._writers = [
            threading.Thread(target=self._work, daemon=True, name=f"writer-{n}") for n in range(writers)
        ]
        for thread in self._writers:
            thread.start()

    @property
    def waiting(self) -> int:
        """Commands that no writer has taken up yet."""
        return self._queue.qsize()

    async def write(self, command: Callable[[UnitOfWork], T]) -> T:
        """The command's result once it is durable; its error when it failed and nothing of it remains."""
        return await self.begin(command)

    def begin(self, command: Callable[[UnitOfWork], T]) -> asyncio.Future[T]:
        """The same for whoever does not wait; to be called on a loop."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        self._put(Waiting(command, result, loop))
        return result

    def write_now(self, command: Callable[[UnitOfWork], T]) -> T:
        return self._submit(command).result()

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """The query's result from one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)

    def read_now(self, query: Callable[[Transaction], T]) -> T:
        with self.store.reading(self.clock()) as transaction:
            return query(transaction)

    def close(self) -> None:
        """Finish what waits, then let the connections go."""
        for _ in self._writers:
            self._queue.put(None)
        for thread in self._writers:
            thread.join()
        self._readers.shutdown()
        self.store.close()

    def _submit(self, command: Callable[[UnitOfWork], T]) -> Future[T]:
        result: Future[T] = Future()
        self._put(Waiting(command, result))
        return result

    def _put(self, waiting: Waiting) -> None:
        if self.store.embedded or not hasattr(waiting.command, "together"):
            self._queue.put(waiting)
        else:
            self._line.append(waiting)
            self._queue.put(_IN_LINE)

    def _work(self) -> None:
        last = False
        while not last and (first := self._queue.get()) is not None:
            group = [] if first is _IN_LINE else [first]
            while first is _IN_LINE and self._line and len(group) < GROUP:
                with suppress(IndexError):  # another writer was quicker
                    group.append(self._line.popleft())
            while self.store.embedded and len(group) < GROUP and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    last = True
                    break
                group.append(following)
            self._run([waiting for waiting in group if not waiting.given_up()])

    def _ring(self, touched: set[str], happened: list[StoredEvent]) -> None:
        try:
            self.ring(touched, happened)
        except Exception:
            # It is kept, and a poll finds it; a writer that ended here would leave everybody waiting for ever.
            log.exception("the doorbell could not be rung")

    def _run(self, group: list[Waiting]) -> None:
        if not group:
            return
        answers: list[Answered] = []
        touched: set[str] = set()
        happened: list[StoredEvent] = []
        try:
            with self.store.writer.connect() as connection, connection.begin():
                for neighbours in alike(group):
                    work = UnitOfWork(connection=connection, now=self.clock(), public_url=self.public_url)
                    answers += outcomes(work, neighbours)
                    touched |= work.touched
                    happened += work.happened
        except BaseException as error:
            # What was refused before stays refused; nothing else has happened.
            refused = {id(waiting) for waiting, outcome in answers if isinstance(outcome, Exception)}
            answers = [each for each in answers if id(each[0]) in refused]
            answers += [(waiting, error) for waiting in group if id(waiting) not in refused]
        else:
            touched.update(AMONG_BUYERS * (event.audience == "buyer") + event.deal_id for event in happened)
            if touched:
                self._ring(touched, happened)
        answer(answers)
        self.tally.count(
            (waiting.command, outcome if isinstance(outcome, BaseException) else None)
            for waiting, outcome in answers
        )
