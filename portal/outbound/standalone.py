"""`portal worker`: the outbox worker in a process of its own, any number of them beside PostgreSQL."""

import asyncio
import contextlib
import signal

from portal.commands.unit_of_work import Database
from portal.errors import Misconfigured
from portal.outbound.worker import Worker
from portal.settings import Settings
from portal.storage.session import Store


def work(settings: Settings) -> None:
    """Deliver until SIGTERM or SIGINT; what is under way is finished. Misconfigured on SQLite and without a database."""
    store = Store(settings.database_url)
    if store.embedded:
        store.close()
        raise Misconfigured(
            "On SQLite the server delivers by itself, and a second worker would only be in its way. "
            "Set PORTAL_DATABASE_URL to a postgresql:// address to run `portal worker`."
        )
    database = Database(store, public_url=settings.public_url)
    try:
        asyncio.run(_until_told_to_stop(Worker(database, settings)))
    finally:
        database.close()


async def _until_told_to_stop(worker: Worker) -> None:
    running = asyncio.ensure_future(worker.run())
    loop = asyncio.get_running_loop()
    for told in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(told, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running
