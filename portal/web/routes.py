"""Every address of the application, by who may use it. The edge reads `opt["audience"]`."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from portal.settings import Settings
from portal.web.buyer.routes import buyer_router
from portal.web.desk.routes import desk_router
from portal.web.http import health, static_files
from portal.web.public import documents, join, mailbox, reminders, sign_in
from realtime.sockets import polling
from realtime.sockets import routes as sockets


def routes(settings: Settings) -> list[ControllerRouterHandler]:
    return [*_public(settings), _live(), buyer_router(), desk_router()]


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
    """Sockets, and polling in their stead: they check their session themselves, and answer with codes of their own."""
    handlers = [*sockets.routes, *polling.routes]
    return Router("/", route_handlers=handlers, opt={"audience": "live"})
