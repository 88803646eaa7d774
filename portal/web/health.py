"""For load balancers and operators: alive, ready, and how much. Details are for this machine alone."""

import asyncio
from typing import Any

from litestar import MediaType, Response, get
from sqlalchemy.exc import SQLAlchemyError

from portal.errors import NotFound
from portal.reading import health
from portal.storage import migrate
from portal.web import metrics
from portal.web.join import PUBLIC
from portal.web.request import HttpRequest, is_local
from portal.web.state import Services


@get("/healthz", opt=PUBLIC, media_type=MediaType.TEXT)
async def alive() -> str:
    return "alive"


@get("/readyz", opt=PUBLIC)
async def ready(request: HttpRequest, services: Services) -> Response[dict[str, Any]]:
    """503 when requests can't be served. A doorbell or a mail server that is down only makes things late."""
    parts = await _parts(services)
    able = parts["database"] == "ok" and parts["schema"] == "current"
    document: dict[str, Any] = {"ready": able}
    if is_local(request):
        document |= parts
    return Response(document, status_code=200 if able else 503)


@get("/metrics", opt=PUBLIC)
async def figures(request: HttpRequest, services: Services) -> Response[bytes]:
    if not is_local(request):
        raise NotFound("There is no such page.")
    outbox = await services.database.read(health.outbox)
    return Response(metrics.text(services.hub, outbox), media_type="text/plain; version=0.0.4")


async def _parts(services: Services) -> dict[str, Any]:
    line, looked = services.hub.line, services.hub.polled_at
    parts: dict[str, Any] = {
        "database": "ok",
        "schema": "unknown",
        "doorbell": "ok" if line.connected else f"lost, live updates may be late: {line.error}",
        "polled_at": looked.isoformat() if looked else None,
    }
    try:
        current = await asyncio.to_thread(migrate.is_current, services.database.store)
        parts["schema"] = "current" if current else "behind: run portal migrate"
        if current:
            outbox = await services.database.read(health.outbox)
            oldest = round(outbox.oldest.total_seconds())
            parts["outbox"] = {
                "waiting": outbox.waiting,
                "failed": outbox.failed,
                "oldest_seconds": oldest,
            }
    except SQLAlchemyError as error:
        parts["database"] = f"not reachable: {type(getattr(error, 'orig', error)).__name__}"
    return parts


routes = [alive, ready, figures]
