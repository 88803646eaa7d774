"""Build the application from settings. The only file that knows every part."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from litestar import Litestar
from litestar.di import Provide
from sqlalchemy.exc import SQLAlchemyError

from portal.commands.deal.expire_deals import expire_deals
from portal.commands.mail.remind import remind
from portal.database.database import Database
from portal.intake.isolated import quotes, sheets
from portal.outbound.worker import Worker
from portal.rendering import proposal_pdf
from portal.rendering.live.fragments import Fragments
from portal.rendering.static_files import StaticFiles
from portal.rendering.templating import Templates, shipped
from portal.settings import Settings
from portal.storage.session import Store
from portal.web.forms import form_fields
from portal.web.http import constant_response, errors, logs, security
from portal.web.routes import routes
from realtime.hub.doorbell import doorbell_for
from realtime.hub.hub import Hub
from realtime.hub.rate import Rate
from realtime.services import Services, provide_services
from realtime.sockets.frames import Frames

log = structlog.get_logger()
SWEEP_EVERY, REMIND_EVERY, WARM_AFTER = 30.0, 60.0, 5.0
# The processes that parse what comes from outside, and set what is large.
POOLS = (sheets.POOL, quotes.POOL, proposal_pdf.POOL)


def create_app(settings: Settings, *, outbox: bool = True) -> Litestar:
    """The application of one process: its database, its hub, its routes, and the edge around them.

    `outbox`: the worker runs inside. Any number of workers may, since a delivery is leased to one.
    """
    if not structlog.is_configured():
        # Without a configuration of ours structlog draws the values of variables beside a traceback.
        logs.configure(settings)
    static = StaticFiles(shipped("static"))
    hub = Hub(doorbell_for(settings.redis_url), messages=Rate(settings.message_rate))
    database = Database(
        Store(settings.database_url),
        ring=hub.ring,
        public_url=settings.public_url,
        mail_figures=settings.mail_figures,
    )
    templates = Templates(settings, static)
    services = Services(
        settings=settings,
        database=database,
        templates=templates,
        hub=hub,
        frames=Frames(Fragments(database, templates)),
        link_requests=Rate(constant_response.LINKS),
    )
    app = Litestar(
        route_handlers=routes(settings),
        dependencies={
            "services": Provide(provide_services, sync_to_thread=False),
            "form": Provide(form_fields.read_form),
        },
        exception_handlers=errors.handlers(),
        lifespan=[partial(_running, worker=Worker(database, settings) if outbox else None)],
        request_max_body_size=security.FORM_LIMIT,
        openapi_config=None,  # its pages load scripts from another host
        logging_config=None,
        multipart_form_part_limit=form_fields.MOST_FIELDS,
    )
    app.state.services, app.state.static = services, static
    security.protect(app, settings)
    return app


@asynccontextmanager
async def _running(app: Litestar, *, worker: Worker | None) -> AsyncIterator[None]:
    services: Services = app.state.services
    await services.hub.start(services.database)
    warming = asyncio.create_task(_warm())
    sweeping = asyncio.create_task(_sweep(services.database))
    reminding = asyncio.create_task(_remind(services.database))
    delivering = asyncio.create_task(worker.run()) if worker else None
    try:
        yield
    finally:
        warming.cancel()
        sweeping.cancel()
        reminding.cancel()
        if worker and delivering:
            await worker.stop()
            delivering.cancel()
        await services.hub.stop()
        services.database.close()


async def _warm() -> None:
    """Have child processes ready before somebody waits for one; a server that has just started has more urgent things."""
    await asyncio.sleep(WARM_AFTER)
    for pool in POOLS:
        pool.warm()


async def _sweep(database: Database) -> None:
    """Make visible what the clock has decided; every command asks the clock itself."""
    while True:
        try:
            await database.write(expire_deals)
        except SQLAlchemyError as error:
            log.warning("Deals could not be expired; trying again.", error=str(error))
        except Exception:
            log.exception("Deals could not be expired; trying again.")
        await asyncio.sleep(SWEEP_EVERY)


async def _remind(database: Database) -> None:
    """Remind whoever is waited for. Every process looks; one of them sends."""
    while True:
        # A server that has just started has more urgent things to do.
        await asyncio.sleep(REMIND_EVERY)
        try:
            await database.write(remind)
        except SQLAlchemyError as error:
            log.warning("Nobody could be reminded; trying again.", error=str(error))
        except Exception:
            log.exception("Nobody could be reminded; trying again.")
