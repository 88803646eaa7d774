"""The outbox worker: delivers what is due and records the result. Runs inside the server, or as `portal worker`.

A delivery is leased before it is attempted, so that only one of several workers has it. The lease is renewed while the
attempt runs, and expires when the worker dies. Delivery is at least once: if recording the result fails, the delivery is
repeated under the same id. Mail and hand-offs have separate lanes, so that neither delays the other.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from portal.commands.outbox.finish_delivery import Finished, finish_delivery
from portal.commands.outbox.lease_deliveries import LEASE, Delivery, give_back, lease_deliveries, renew_lease
from portal.database.database import Database
from portal.outbound.transports import Transports
from portal.outbound.undelivered import Undelivered
from portal.reading.operator.deliveries import anything_due
from portal.settings import Settings

log = structlog.get_logger()
POLL_INTERVAL = timedelta(seconds=1)
# The pause after a failed poll.
RETRY_INTERVAL = timedelta(seconds=5)
# The transports of each lane; lanes run side by side.
LANES = (("mail",), ("mail",), ("folder", "webhook"), ("folder", "webhook"))
# Seconds that deliveries in progress get when the worker stops.
STOP_TIMEOUT = 3.0


class Worker:
    """Deliver until `stop()` with `run()`, or once with `deliver_due()`. `wake()` may be called from any thread.

    Without PORTAL_SMTP_URL, mail stays in the outbox.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        poll_every: timedelta = POLL_INTERVAL,
        renew_every: timedelta = LEASE / 3,
    ) -> None:
        self._database, self._settings = database, settings
        self._poll_every, self._renew_every = poll_every, renew_every
        self._lanes = [lane for lane in LANES if settings.smtp_url or "mail" not in lane]
        self._transports = Transports(settings, threads=len(LANES))
        self._wake_ups = [asyncio.Event() for _ in self._lanes]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[None] | None = None
        # The attempt's number by delivery id.
        self._in_progress: dict[str, int] = {}

    async def run(self) -> None:
        """Deliver until cancelled. Deliveries in progress are finished first, so that they are not repeated."""
        self._loop, self._running = asyncio.get_running_loop(), asyncio.current_task()
        try:
            async with asyncio.TaskGroup() as lanes:
                for lane, wake_up in zip(self._lanes, self._wake_ups, strict=True):
                    lanes.create_task(self._run_lane(lane, wake_up))
        finally:
            self._transports.close()

    async def stop(self, within: float = STOP_TIMEOUT) -> None:
        """End `run()`. A delivery that is not finished after `within` seconds is given back, for the next worker."""
        if self._running:
            self._running.cancel()
            await asyncio.wait({self._running}, timeout=within)
        for delivery_id, attempt in list(self._in_progress.items()):
            log.warning("A delivery was not finished in time and is tried again.", delivery=delivery_id)
            await self._database.write(partial(give_back, delivery_id=delivery_id, attempt=attempt))

    async def deliver_due(self) -> int:
        """Deliver until nothing is due. Return the number of attempts."""
        return sum(await asyncio.gather(*(self._drain(lane) for lane in self._lanes)))

    def wake(self) -> None:
        """Poll the outbox now instead of at the next interval."""
        if self._loop:
            for wake_up in self._wake_ups:
                self._loop.call_soon_threadsafe(wake_up.set)

    async def _run_lane(self, lane: Sequence[str], wake_up: asyncio.Event) -> None:
        while True:
            try:
                await self._drain(lane)
                pause = self._poll_every
            except SQLAlchemyError as error:
                # The database is unreachable. Leases expire by themselves.
                log.warning("The outbox cannot be read; trying again shortly.", error=str(error))
                pause = RETRY_INTERVAL
            except Exception:
                log.exception("Polling the outbox failed; trying again shortly.")
                pause = RETRY_INTERVAL
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake_up.wait(), pause.total_seconds())
            wake_up.clear()

    async def _drain(self, lane: Sequence[str]) -> int:
        attempts = 0
        # Read before leasing, so that an idle worker writes nothing.
        while await self._database.read(partial(anything_due, transports=lane)):
            # A cancellation waits for the batch: its deliveries are leased, and their results must be recorded.
            delivered = await _finish_before_cancelling(self._deliver_batch(lane))
            attempts += delivered
            if not delivered:
                break  # another lane was quicker
        return attempts

    async def _deliver_batch(self, lane: Sequence[str]) -> int:
        leased = await self._database.write(partial(lease_deliveries, transports=lane))
        for delivery in leased.deliveries:
            self._in_progress[delivery.id] = delivery.attempt
            try:
                await self._attempt(delivery)
            finally:
                del self._in_progress[delivery.id]
        return len(leased.deliveries)

    async def _attempt(self, delivery: Delivery) -> None:
        error, for_good = "", False
        try:
            await self._deliver_while_leased(delivery)
        except Undelivered as failure:
            error, for_good = failure.sentence, failure.for_good
        except Exception:
            log.exception("A delivery failed.", delivery=delivery.id)
            error = "Something went wrong while this was written or sent; the log has the details."
        finished = await self._record_result(delivery, error, for_good)
        log.info(
            "delivery",
            delivery=delivery.id,
            deal=delivery.deal_id,
            transport=delivery.transport,
            attempt=delivery.attempt,
            state=finished.state,
            error=error,
        )

    async def _deliver_while_leased(self, delivery: Delivery) -> None:
        sending = asyncio.ensure_future(self._transports.deliver(delivery))
        while not (await asyncio.wait({sending}, timeout=self._renew_every.total_seconds()))[0]:
            await self._database.write(
                partial(renew_lease, delivery_id=delivery.id, attempt=delivery.attempt)
            )
        await sending

    async def _record_result(self, delivery: Delivery, error: str, for_good: bool) -> Finished:
        """Record the result, trying again within the lease: a delivery without a result is repeated."""
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
                log.exception("The result of a delivery could not be recorded yet.", delivery=delivery.id)
                await asyncio.sleep(pause)
        return await self._database.write(finish)


async def _finish_before_cancelling(batch: Awaitable[int]) -> int:
    """Await `batch` to its end, even when cancelled meanwhile."""
    task = asyncio.ensure_future(batch)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
