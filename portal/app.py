"""Build the application from settings. The only file that knows every part."""

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

import portal.web
from portal.commands.unit_of_work import Database
from portal.settings import Settings
from portal.storage.session import Store
from portal.web import errors, forms, security, sessions, state, static_files
from portal.web.alike import LINKS
from portal.web.static_files import StaticFiles
from portal.web.templating import Templates, shipped
from realtime.doorbell import doorbell_for
from realtime.hub import Hub
from realtime.rate import Rate

log = structlog.get_logger()


def create_app(settings: Settings) -> Litestar:
    """The application of one process: its database, its hub, its routes, and the edge around them."""
    static = StaticFiles(shipped("static"))
    templates = Templates(settings, static)
    hub = Hub(doorbell_for(settings.redis_url), messages=Rate(settings.message_rate))
    database = Database(Store(settings.database_url), ring=hub.ring, public_url=settings.public_url)
    services = state.Services(
        settings=settings,
        database=database,
        templates=templates,
        hub=hub,
        fragments=None,
        link_requests=Rate(LINKS),
    )

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        await hub.start(database)
        try:
            yield
        finally:
            await hub.stop()
            database.close()

    app = Litestar(
        route_handlers=[*_public(settings), _for_buyers(), _for_the_desk()],
        dependencies={
            "services": Provide(state.provide_services, sync_to_thread=False),
            "form": Provide(forms.read_form),
        },
        exception_handlers=errors.handlers(),
        lifespan=[running],
        request_max_body_size=security.FORM_LIMIT,
        openapi_config=None,  # its pages load scripts from another host
        logging_config=None,
        multipart_form_part_limit=forms.MOST_FIELDS,
    )
    app.state.services, app.state.static = services, static
    security.protect(app, settings)
    return app


def _public(settings: Settings) -> list[ControllerRouterHandler]:
    routes = [*static_files.routes, *_found("health"), *_found("join"), *_found("sign_in")]
    return [*routes, *_found("mailbox")] if settings.environment == "demo" else routes


def _for_buyers() -> Router:
    return Router(
        "/",
        route_handlers=_found("buyer"),
        guards=[sessions.buyer_guard],
        dependencies={"actor": Provide(sessions.provide_buyer)},
    )


def _for_the_desk() -> Router:
    dependencies: dict[str, Any] = {"actor": Provide(sessions.provide_desk)}
    try:
        desk = importlib.import_module("portal.web.desk_request")
        dependencies["desk"] = Provide(desk.provide_desk, sync_to_thread=False)
    except ImportError:
        pass
    return Router("/", route_handlers=_found("desk"), guards=[sessions.desk_guard], dependencies=dependencies)


def _found(prefix: str) -> list[ControllerRouterHandler]:
    """Until every part is there: the `routes` of whatever modules of this prefix can be imported."""
    routes: list[ControllerRouterHandler] = []
    for module in pkgutil.iter_modules(portal.web.__path__):
        if module.name == prefix or module.name.startswith(f"{prefix}_"):
            try:
                routes += getattr(importlib.import_module(f"portal.web.{module.name}"), "routes", [])
            except ImportError as error:
                log.warning("A part is not there yet", module=module.name, error=str(error))
    return routes
