"""The outbox worker: takes what is due, delivers it, writes down how it went. Inside the server, or as `portal worker`.

A delivery is leased before it is tried, so that of many workers one has it; the lease is renewed while it takes its time,
and runs out when the worker dies. Whatever happens between delivering and writing that down is delivered again: at least
once, and always under the same id. Mail and hand-offs have lanes of their own, so that neither waits for the other.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from portal.commands.outbox.finish_delivery import Finished, finish_delivery
from portal.commands.outbox.lease_deliveries import LEASE, Delivery, give_back, lease_deliveries, renew_lease
from portal.database.database import Database
from portal.domain.deal.mail import Mail
from portal.domain.order import work_order
from portal.errors import Sentence
from portal.outbound import folder, smtp, webhook
from portal.outbound.export import Export, export
from portal.outbound.undelivered import Undelivered
from portal.reading.operator.deliveries import anything_due
from portal.rendering import mail
from portal.settings import Settings

log = structlog.get_logger()
LOOK = timedelta(seconds=1)
TROUBLE = timedelta(seconds=5)
LANES = (("mail",), ("mail",), ("folder", "webhook"), ("folder", "webhook"))
# Seconds for what is under way when a worker has to end.
LAST = 3.0


class Worker:
    """`await run()` until `stop()`, or until cancelled; `await deliver_due()` for one round. `wake` is for any thread.

    Without PORTAL_SMTP_URL mail is left in the outbox.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        look_every: timedelta = LOOK,
        renew_every: timedelta = LEASE / 3,
    ) -> None:
        self._database, self._settings = database, settings
        self._look_every, self._renew_every = look_every, renew_every
        self._lanes = [lane for lane in LANES if settings.smtp_url or "mail" not in lane]
        if settings.smtp_url:
            smtp.server(settings.smtp_url)
        self._threads = ThreadPoolExecutor(len(LANES), thread_name_prefix="courier")
        self._calls = [asyncio.Event() for _ in self._lanes]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None
        self._under_way: dict[str, int] = {}

    async def run(self) -> None:
        """What is under way when it is cancelled is finished first, so that it is not delivered again."""
        self._loop, self._running = asyncio.get_running_loop(), asyncio.current_task()
        try:
            async with asyncio.TaskGroup() as lanes:
                for lane, call in zip(self._lanes, self._calls, strict=True):
                    lanes.create_task(self._serve(lane, call))
        finally:
            self._threads.shutdown(wait=False)

    async def stop(self, within: float = LAST) -> None:
        """End `run`. What is not finished within so many seconds is given back, for another worker or the next start."""
        if self._running:
            self._running.cancel()
            await asyncio.wait({self._running}, timeout=within)
        for delivery_id, attempt in list(self._under_way.items()):
            log.warning("A delivery was not finished in time and is tried again.", delivery=delivery_id)
            await self._database.write(partial(give_back, delivery_id=delivery_id, attempt=attempt))

    async def deliver_due(self) -> int:
        """Deliver until nothing is due; how many attempts that took."""
        return sum(await asyncio.gather(*(self._drain(lane) for lane in self._lanes)))

    def wake(self) -> None:
        """Look at the outbox now instead of within a second."""
        if self._loop:
            for call in self._calls:
                self._loop.call_soon_threadsafe(call.set)

    async def _serve(self, lane: Sequence[str], call: asyncio.Event) -> None:
        while True:
            try:
                await self._drain(lane)
                pause = self._look_every
            except SQLAlchemyError as error:
                # The database is away. Leases run out by themselves.
                log.warning("The outbox cannot be read; trying again shortly.", error=str(error))
                pause = TROUBLE
            except Exception:
                log.exception("A look at the outbox failed; trying again shortly.")
                pause = TROUBLE
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(call.wait(), pause.total_seconds())
            call.clear()

    async def _drain(self, lane: Sequence[str]) -> int:
        attempts = 0
        # Reading first: an idle worker writes nothing.
        while await self._database.read(partial(anything_due, transports=lane)):
            # A lease that was taken is used: nothing ends between taking it and writing down what came of it.
            delivered = await _finished_first(self._round(lane))
            attempts += delivered
            if not delivered:
                break  # another lane was quicker
        return attempts

    async def _round(self, lane: Sequence[str]) -> int:
        leased = await self._database.write(partial(lease_deliveries, transports=lane))
        for delivery in leased.deliveries:
            self._under_way[delivery.id] = delivery.attempt
            try:
                await self._attempt(delivery)
            finally:
                del self._under_way[delivery.id]
        return len(leased.deliveries)

    async def _attempt(self, delivery: Delivery) -> None:
        error, for_good = "", False
        try:
            await self._while_leased(delivery)
        except Undelivered as failure:
            error, for_good = failure.sentence, failure.for_good
        except Exception:
            log.exception("A delivery broke.", delivery=delivery.id)
            error = "Something went wrong while this was written or sent; the log has the details."
        finished = await self._settled(delivery, error, for_good)
        log.info(
            "delivery",
            delivery=delivery.id,
            deal=delivery.deal_id,
            transport=delivery.transport,
            attempt=delivery.attempt,
            state=finished.state,
            error=error,
        )

    async def _while_leased(self, delivery: Delivery) -> None:
        sending = asyncio.ensure_future(self._deliver(delivery))
        while not (await asyncio.wait({sending}, timeout=self._renew_every.total_seconds()))[0]:
            await self._database.write(
                partial(renew_lease, delivery_id=delivery.id, attempt=delivery.attempt)
            )
        await sending

    async def _deliver(self, delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        match delivery.transport:
            case "mail":
                await loop.run_in_executor(self._threads, self._mail, delivery)
            case "folder":
                await loop.run_in_executor(self._threads, self._file, delivery)
            case "webhook":
                demo = self._settings.environment == "demo"
                await webhook.deliver(_export(delivery), delivery, loopback=demo)
            case other:
                raise Undelivered(
                    Sentence("There is no way to deliver by %(other)s.", other=other), for_good=True
                )

    def _mail(self, delivery: Delivery) -> None:
        letter = msgspec.json.decode(delivery.payload, type=Mail)
        message = smtp.compose(
            letter,
            mail.render(letter, self._settings),
            self._settings,
            delivery=delivery.id,
            deal_id=delivery.deal_id,
            at=delivery.at,
        )
        smtp.send(message, self._settings.smtp_url or "")

    def _file(self, delivery: Delivery) -> None:
        folder.deliver(
            _export(delivery), delivery.target, delivery=delivery.id, files_dir=self._settings.files_dir
        )

    async def _settled(self, delivery: Delivery, error: str, for_good: bool) -> Finished:
        """Written down, however long that takes within the lease: unwritten it would be delivered again."""
        finish = partial(
            finish_delivery,
            delivery_id=delivery.id,
            attempt=delivery.attempt,
            error=error,
            for_good=for_good,
            keep_link=self._settings.environment == "demo",
        )
        for pause in (1, 2, 4, 8, 16):
            try:
                return await self._database.write(finish)
            except Exception:
                log.exception("A delivery could not be written down yet.", delivery=delivery.id)
                await asyncio.sleep(pause)
        return await self._database.write(finish)


def _export(delivery: Delivery) -> Export:
    return export(work_order.decode(delivery.kind, delivery.document), delivery.format)


async def _finished_first(attempt: Awaitable[int]) -> int:
    """Wait for it even when cancelled meanwhile."""
    task = asyncio.ensure_future(attempt)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
