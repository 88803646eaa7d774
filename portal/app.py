"""Build the application from settings. The only file that knows every part."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler
from sqlalchemy.exc import SQLAlchemyError

import realtime.changes
import realtime.socket
from portal.commands.expire_deals import expire_deals
from portal.commands.remind import remind
from portal.commands.unit_of_work import Database
from portal.outbound.worker import Worker
from portal.settings import Settings
from portal.storage.session import Store
from portal.web import (
    alike,
    buyer,
    buyer_board,
    buyer_closing,
    buyer_counteroffer,
    buyer_revisions,
    buyer_room,
    buyer_scenarios,
    buyer_sheet,
    buyer_talk,
    buyer_visit,
    desk_answers,
    desk_approvals,
    desk_board,
    desk_changes,
    desk_contacts,
    desk_deal,
    desk_handoffs,
    desk_inbox,
    desk_insights,
    desk_moves,
    desk_policies,
    desk_preview,
    desk_quotes,
    desk_request,
    desk_revisions,
    desk_settings,
    desk_talk,
    documents,
    errors,
    forms,
    health,
    join,
    mailbox,
    reminders,
    security,
    sessions,
    sign_in,
    state,
    static_files,
)
from portal.web.static_files import StaticFiles
from portal.web.templating import Templates, shipped
from realtime.doorbell import doorbell_for
from realtime.fragments import Fragments
from realtime.hub import Hub
from realtime.rate import Rate

log = structlog.get_logger()
SWEEP_EVERY, REMIND_EVERY = 30.0, 60.0


def create_app(settings: Settings, *, outbox: bool = True) -> Litestar:
    """The application of one process: its database, its hub, its routes, and the edge around them.

    `outbox`: the worker runs inside. Any number of workers may, since a delivery is leased to one.
    """
    static = StaticFiles(shipped("static"))
    hub = Hub(doorbell_for(settings.redis_url), messages=Rate(settings.message_rate))
    database = Database(Store(settings.database_url), ring=hub.ring, public_url=settings.public_url)
    templates = Templates(settings, static)
    services = state.Services(
        settings=settings,
        database=database,
        templates=templates,
        hub=hub,
        fragments=Fragments(database, templates),
        link_requests=Rate(alike.LINKS),
    )
    app = Litestar(
        route_handlers=[*_public(settings), _live(), _for_buyers(), _for_the_desk()],
        dependencies={
            "services": Provide(state.provide_services, sync_to_thread=False),
            "form": Provide(forms.read_form),
        },
        exception_handlers=errors.handlers(),
        lifespan=[partial(_running, worker=Worker(database, settings) if outbox else None)],
        request_max_body_size=security.FORM_LIMIT,
        openapi_config=None,  # its pages load scripts from another host
        logging_config=None,
        multipart_form_part_limit=forms.MOST_FIELDS,
    )
    app.state.services, app.state.static = services, static
    security.protect(app, settings)
    return app


@asynccontextmanager
async def _running(app: Litestar, *, worker: Worker | None) -> AsyncIterator[None]:
    services: state.Services = app.state.services
    await services.hub.start(services.database)
    sweeping = asyncio.create_task(_sweep(services.database))
    reminding = asyncio.create_task(_remind(services.database))
    delivering = asyncio.create_task(worker.run()) if worker else None
    try:
        yield
    finally:
        sweeping.cancel()
        reminding.cancel()
        if worker and delivering:
            await worker.stop()
            delivering.cancel()
        await services.hub.stop()
        services.database.close()


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


def _public(settings: Settings) -> list[ControllerRouterHandler]:
    demo = mailbox.routes if settings.environment == "demo" else []
    return [
        *static_files.routes,
        *health.routes,
        *join.routes,
        *sign_in.routes,
        *documents.public_routes,
        *reminders.public_routes,
        *demo,
    ]


def _live() -> Router:
    """Sockets, and polling in their stead: they look at their session themselves, and answer with codes of their own."""
    handlers = [*realtime.socket.route_handlers, *realtime.changes.route_handlers]
    return Router("/", route_handlers=handlers, opt={"audience": "live"})


def _for_buyers() -> Router:
    return Router(
        "/",
        route_handlers=[
            *buyer.routes,
            *buyer_board.routes,
            *buyer_closing.routes,
            *buyer_counteroffer.routes,
            *buyer_revisions.routes,
            *buyer_room.routes,
            *buyer_scenarios.routes,
            *buyer_sheet.routes,
            *buyer_talk.routes,
            *documents.buyer_routes,
            *reminders.buyer_routes,
        ],
        guards=[sessions.buyer_guard],
        dependencies={
            "actor": Provide(sessions.provide_buyer),
            "visit": Provide(buyer_visit.provide_visit, sync_to_thread=False),
        },
        opt={"audience": "buyer"},
    )


def _for_the_desk() -> Router:
    return Router(
        "/",
        route_handlers=[
            *desk_answers.routes,
            *desk_approvals.routes,
            *desk_board.routes,
            *desk_changes.routes,
            *desk_contacts.routes,
            *desk_deal.routes,
            *desk_handoffs.routes,
            *desk_inbox.routes,
            *desk_insights.routes,
            *desk_policies.routes,
            *desk_moves.routes,
            *desk_preview.routes,
            *desk_quotes.routes,
            *desk_revisions.routes,
            *desk_settings.routes,
            *desk_talk.routes,
            *documents.desk_routes,
            *sign_in.desk_routes,
        ],
        guards=[sessions.desk_guard],
        dependencies={
            "actor": Provide(sessions.provide_desk),
            "desk": Provide(desk_request.provide_desk, sync_to_thread=False),
        },
        opt={"audience": "desk"},
    )
