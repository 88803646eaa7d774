"""`portal worker`: the outbox worker as its own process. With PostgreSQL, several may run side by side."""

import asyncio
import signal
from collections.abc import Callable

from portal.database.database import Database
from portal.errors import Misconfigured
from portal.outbound.worker import Worker
from portal.settings import Settings
from portal.storage.session import Store


async def work(settings: Settings, store: Store, ready: Callable[[], None] = lambda: None) -> None:
    """Deliver until SIGTERM or SIGINT. Deliveries in progress are finished first, or given back. Misconfigured on SQLite.

    `ready` is called when the worker has started. The store is closed at the end.
    """
    if store.embedded:
        store.close()
        raise Misconfigured("On SQLite the server has the worker inside; `portal worker` is for PostgreSQL.")
    database = Database(store, public_url=settings.public_url, mail_figures=settings.mail_figures)
    try:
        worker, stop_requested = Worker(database, settings), asyncio.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signal_number, stop_requested.set)
        running, ending = asyncio.create_task(worker.run()), asyncio.create_task(stop_requested.wait())
        ready()
        await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
        await worker.stop()
        if running.done() and not running.cancelled():
            running.result()  # raises the exception that ended the worker
    finally:
        database.close()
