"""The one place that commits, and the one that rings the doorbell.

A command is a plain function of a `UnitOfWork`. On SQLite one writer thread takes all waiting commands into one
transaction, a savepoint each, and answers them together after one COMMIT: full durability, shared. On PostgreSQL a pool
of threads runs commands side by side; the deal's row lock puts those of one deal in order. A command that fails rolls
back alone; a COMMIT that fails fails every command of its group. The doorbell rings after the commit, never before.
"""

import asyncio
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from queue import SimpleQueue
from typing import Any, TypeVar

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.access import new_id
from portal.commands.appending import Appended, New, append_events
from portal.commands.tally import Tally
from portal.domain import ledger
from portal.domain.mail import Mail
from portal.errors import Conflict
from portal.storage import tables
from portal.storage.session import READERS, Store, Transaction

T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)
GROUP = 128


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class UnitOfWork(Transaction):
    """What a command works with: the transaction, the time, and the ledger. `public_url` is what links are built from."""

    public_url: str = ""
    writing: bool = True
    touched: set[str] = field(default_factory=set)

    def append(
        self,
        deal_id: str,
        actor: str,
        body: ledger.Body,
        personal: ledger.Personal | None = None,
        key: str | None = None,
    ) -> Appended:
        """Append one event to the deal's ledger, joining the stream of each party that may read it."""
        self.touched.add(deal_id)
        new = New(deal_id=deal_id, actor=actor, body=body, personal=personal, key=key)
        return append_events(self, [new])[0]

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


@dataclass
class _Waiting:
    command: Callable[[UnitOfWork], Any]
    answer: Future[Any] = field(default_factory=Future)


class Database:
    """`await database.write(command)` and `await database.read(query)`; `write_now` and `read_now` outside a loop."""

    def __init__(
        self,
        store: Store,
        *,
        ring: Callable[[Iterable[str]], None] = lambda deals: None,
        clock: Callable[[], datetime] = utc_now,
        public_url: str = "",
    ) -> None:
        self.store, self.ring, self.clock, self.public_url = store, ring, clock, public_url
        self.tally = Tally()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
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
        return await asyncio.wrap_future(self._submit(command))

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
        waiting = _Waiting(command)
        self._queue.put(waiting)
        return waiting.answer

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = [first], False
            while self.store.embedded and len(group) < GROUP and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    last = True
                    break
                group.append(following)
            self._run(group)
            if last:
                return

    def _run(self, group: list[_Waiting]) -> None:
        group = [waiting for waiting in group if waiting.answer.set_running_or_notify_cancel()]
        done: list[tuple[_Waiting, Any]] = []
        ended: list[tuple[Callable[..., Any], BaseException | None]] = []
        touched: set[str] = set()
        try:
            with self.store.writer.connect() as connection, connection.begin():
                for alike in _alike(group):
                    work = UnitOfWork(connection=connection, now=self.clock(), public_url=self.public_url)
                    for waiting, outcome in _outcomes(work, alike):
                        if isinstance(outcome, Exception):
                            waiting.answer.set_exception(outcome)
                            ended.append((waiting.command, outcome))
                        else:
                            done.append((waiting, outcome))
                    touched |= work.touched
        except BaseException as error:
            for waiting in group:
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
                    ended.append((waiting.command, error))
            self.tally.count(ended)
            return
        if touched:
            self.ring(touched)
        for waiting, result in done:
            waiting.answer.set_result(result)
        self.tally.count([*ended, *((waiting.command, None) for waiting, _ in done)])


def _alike(group: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """Neighbours that their kind of command can run together; every other command by itself."""
    for together, neighbours in groupby(
        group, key=lambda waiting: getattr(waiting.command, "together", None)
    ):
        if together is None:
            yield from ([waiting] for waiting in neighbours)
        else:
            yield list(neighbours)


def _outcomes(work: UnitOfWork, alike: Sequence[_Waiting]) -> Iterable[tuple[_Waiting, Any]]:
    """What each command came to: its result or its error. Together, or one by one when together failed."""
    if len(alike) > 1:
        together = alike[0].command.together  # type: ignore[attr-defined]  # what made them alike
        try:
            with work.connection.begin_nested():
                outcomes = together(work, [waiting.command for waiting in alike])
        except Exception as error:
            _or_give_up(work, error)
            work.touched.clear()
        else:
            return zip(alike, outcomes, strict=True)
    return [(waiting, _outcome(work, waiting.command)) for waiting in alike]


def _outcome(work: UnitOfWork, command: Callable[[UnitOfWork], Any]) -> Any:
    mine = replace(work, touched=set())
    try:
        with work.connection.begin_nested():
            result = command(mine)
    except Exception as error:
        _or_give_up(work, error)
        return error
    work.touched.update(mine.touched)
    return result


def _or_give_up(work: UnitOfWork, error: Exception) -> None:
    """A command that fails fails alone, unless the connection went with it."""
    if work.connection.invalidated or not work.connection.in_transaction():
        raise error
