"""`portal worker`: the outbox worker in a process of its own, any number of them beside PostgreSQL."""

import asyncio
import contextlib
import signal

from portal.commands.unit_of_work import Database
from portal.errors import Misconfigured
from portal.outbound.worker import Worker
from portal.settings import Settings
from portal.storage.session import Store


async def work(settings: Settings, store: Store) -> None:
    """Deliver until SIGTERM or SIGINT; what is under way is finished first. Misconfigured on SQLite.

    The store is closed at the end.
    """
    if store.embedded:
        store.close()
        raise Misconfigured("On SQLite the server has the worker inside; `portal worker` is for PostgreSQL.")
    database = Database(store, public_url=settings.public_url)
    try:
        running = asyncio.ensure_future(Worker(database, settings).run())
        for told in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(told, running.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await running
    finally:
        database.close()
