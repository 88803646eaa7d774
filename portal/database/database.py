"""The one place that commits, and the one that rings the doorbell.

On SQLite one writer thread runs all queued commands in one transaction, a savepoint each, and answers them together
after one COMMIT: full durability at a shared price. On PostgreSQL a pool of threads runs commands side by side, and queued
messages in one transaction; the deals' row locks put those of one deal in order. A command that fails rolls back alone; a
COMMIT that fails fails every command of its group. The doorbell rings after the commit, never before.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import TypeVar

import structlog

from portal.database.command_metrics import CommandMetrics
from portal.database.unit_of_work import UnitOfWork
from portal.database.write_batch import batches, run_batch
from portal.database.write_queue import Outcome, QueuedCommand, deliver_outcomes
from portal.domain.ledger.stored_event import StoredEvent
from portal.storage.session import READERS, Store, Transaction

log = structlog.get_logger()

T = TypeVar("T")
# The most commands in one transaction.
GROUP = 512
# Before a deal's id in a ring: only its buyers have something to look at.
AMONG_BUYERS = "~"


def utc_now() -> datetime:
    return datetime.now(UTC)


# A token in the queue: a command waits in the deque of those that can be batched.
_BATCHABLE = QueuedCommand(lambda work: None, Future())


class Database:
    """`await database.write(command)` and `await database.read(query)`; `write_now` and `read_now` outside a loop."""

    def __init__(
        self,
        store: Store,
        *,
        ring: Callable[[Collection[str], Sequence[StoredEvent]], None] = lambda deals, events: None,
        clock: Callable[[], datetime] = utc_now,
        public_url: str = "",
        mail_figures: bool = False,
    ) -> None:
        self.store, self.ring, self.clock = store, ring, clock
        self.public_url, self.mail_figures = public_url, mail_figures
        self.command_metrics = CommandMetrics()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._queue: SimpleQueue[QueuedCommand | None] = SimpleQueue()
        self._batchable: deque[QueuedCommand] = deque()
        # One writer where the database has one; else as many as the pool has connections.
        writers = 1 if store.embedded else 8
        self._writers = [
            threading.Thread(target=self._work, daemon=True, name=f"writer-{n}") for n in range(writers)
        ]
        for thread in self._writers:
            thread.start()

    @property
    def queue_length(self) -> int:
        """The number of commands that no writer has taken yet."""
        return self._queue.qsize()

    async def write(self, command: Callable[[UnitOfWork], T]) -> T:
        """Return the command's result once it is durable; raise its error when it failed and was rolled back."""
        return await self.begin(command)

    def begin(self, command: Callable[[UnitOfWork], T]) -> asyncio.Future[T]:
        """Start a command without waiting for it. Needs a running event loop."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        self._put(QueuedCommand(command, result, loop))
        return result

    def write_now(self, command: Callable[[UnitOfWork], T]) -> T:
        return self._submit(command).result()

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """Return the query's result from one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)

    def read_now(self, query: Callable[[Transaction], T]) -> T:
        with self.store.reading(self.clock()) as transaction:
            return query(transaction)

    def close(self) -> None:
        """Finish what is queued, then close the connections."""
        for _ in self._writers:
            self._queue.put(None)
        for thread in self._writers:
            thread.join()
        self._readers.shutdown()
        self.store.close()

    def _submit(self, command: Callable[[UnitOfWork], T]) -> Future[T]:
        result: Future[T] = Future()
        self._put(QueuedCommand(command, result))
        return result

    def _put(self, queued: QueuedCommand) -> None:
        if self.store.embedded or not hasattr(queued.command, "together"):
            self._queue.put(queued)
        else:
            self._batchable.append(queued)
            self._queue.put(_BATCHABLE)

    def _work(self) -> None:
        """One writer: take what is queued and run it, until `close`."""
        last = False
        while not last and (first := self._queue.get()) is not None:
            group = self._batch_from_deque() if first is _BATCHABLE else [first]
            while self.store.embedded and len(group) < GROUP and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    last = True
                    break
                group.append(following)
            self._run([queued for queued in group if not queued.is_abandoned()])

    def _batch_from_deque(self) -> list[QueuedCommand]:
        group: list[QueuedCommand] = []
        while self._batchable and len(group) < GROUP:
            with suppress(IndexError):  # another writer was quicker
                group.append(self._batchable.popleft())
        return group

    def _run(self, group: list[QueuedCommand]) -> None:
        if not group:
            return
        outcomes: list[Outcome] = []
        changed: set[str] = set()
        appended: list[StoredEvent] = []
        try:
            with self.store.writer.connect() as connection, connection.begin():
                for batch in batches(group):
                    work = UnitOfWork(
                        connection=connection,
                        now=self.clock(),
                        public_url=self.public_url,
                        mail_figures=self.mail_figures,
                    )
                    outcomes += run_batch(work, batch)
                    changed |= work.changed_deals
                    appended += work.appended
        except BaseException as error:
            outcomes = _failed(group, outcomes, error)
        else:
            changed.update(AMONG_BUYERS * (event.audience == "buyer") + event.deal_id for event in appended)
            if changed:
                self._ring(changed, appended)
        deliver_outcomes(outcomes)
        self.command_metrics.count(
            (queued.command, outcome if isinstance(outcome, BaseException) else None)
            for queued, outcome in outcomes
        )

    def _ring(self, changed: set[str], appended: list[StoredEvent]) -> None:
        try:
            self.ring(changed, appended)
        except Exception:
            # The events are stored and a poll finds them; a writer thread that ended here would block every command.
            log.exception("the doorbell could not be rung")


def _failed(group: list[QueuedCommand], outcomes: list[Outcome], error: BaseException) -> list[Outcome]:
    """The outcomes of a group whose COMMIT failed: what was refused stays refused, all else failed with it."""
    refused = {id(queued) for queued, outcome in outcomes if isinstance(outcome, Exception)}
    kept = [each for each in outcomes if id(each[0]) in refused]
    return kept + [(queued, error) for queued in group if id(queued) not in refused]
