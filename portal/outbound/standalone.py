"""`portal worker`: the outbox worker in a process of its own, any number of them beside PostgreSQL."""

import asyncio
import signal
from collections.abc import Callable

from portal.database.database import Database
from portal.errors import Misconfigured
from portal.outbound.worker import Worker
from portal.settings import Settings
from portal.storage.session import Store


async def work(settings: Settings, store: Store, ready: Callable[[], None] = lambda: None) -> None:
    """Deliver until SIGTERM or SIGINT; what is under way is finished first, or given back. Misconfigured on SQLite.

    `ready` is called when the worker has begun; the store is closed at the end.
    """
    if store.embedded:
        store.close()
        raise Misconfigured("On SQLite the server has the worker inside; `portal worker` is for PostgreSQL.")
    database = Database(store, public_url=settings.public_url)
    try:
        worker, told = Worker(database, settings), asyncio.Event()
        for asked in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(asked, told.set)
        running, ending = asyncio.create_task(worker.run()), asyncio.create_task(told.wait())
        ready()
        await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
        await worker.stop()
        if running.done() and not running.cancelled():
            running.result()  # raises what broke it
    finally:
        database.close()
