"""For load balancers and operators: alive, ready, and how much. Details are for this machine, or for an API token."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any

from litestar import MediaType, Response, get
from sqlalchemy.exc import SQLAlchemyError

from portal.errors import NotFound
from portal.reading.operator import health
from portal.reading.operator.health import OutboxHealth
from portal.request import HttpRequest, is_local
from portal.storage import migrate
from portal.web.http import metrics, notices
from portal.web.public.join import PUBLIC
from realtime.services import Services

# Seconds in which the database has to answer: a load balancer that asks has its own patience, and not much of it.
PATIENCE = 5.0
# A rolling upgrade migrates first: the processes of the release before go on until they are replaced.
SERVED = ("current", "ahead")
SCHEMA = {
    "current": "current",
    "behind": "behind: run portal migrate",
    "ahead": "ahead: at {revision}, which this release does not know",
}


@get("/healthz", opt=PUBLIC, media_type=MediaType.TEXT)
async def alive() -> str:
    return "alive"


@get("/readyz", opt=PUBLIC)
async def ready(request: HttpRequest, services: Services) -> Response[dict[str, Any]]:
    """503 when requests can't be served. Redis, a mail server or a full disk only make things late or partial."""
    parts = await _parts(services)
    able = parts["database"] == "ok" and parts["schema"].startswith(SERVED)
    document: dict[str, Any] = {"ready": able}
    if await _may_look(request, services):
        document |= {"notices": notices.about(parts, services.settings, datetime.now(UTC)), **parts}
    return Response(document, status_code=200 if able else 503)


@get("/metrics", opt=PUBLIC)
async def figures(request: HttpRequest, services: Services) -> Response[bytes]:
    if not await _may_look(request, services):
        raise NotFound("There is no such page.")
    try:
        async with asyncio.timeout(PATIENCE):
            outbox = await services.database.read(health.outbox)
    except (SQLAlchemyError, TimeoutError):
        outbox = None
    content = metrics.text(services.hub, services.database, outbox)
    return Response(content, media_type="text/plain; version=0.0.4")


async def _may_look(request: HttpRequest, services: Services) -> bool:
    if is_local(request):
        return True
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return False
    try:
        async with asyncio.timeout(PATIENCE):
            return await services.database.read(partial(health.knows, token=token.strip()))
    except (SQLAlchemyError, TimeoutError):
        return False


async def _parts(services: Services) -> dict[str, Any]:
    line, looked = services.hub.doorbell_status, services.hub.polled_at
    parts: dict[str, Any] = {
        "database": "ok",
        "schema": "unknown",
        "doorbell": "ok" if line.connected else f"lost, live updates may be late: {line.error}",
        "polled_at": looked.isoformat() if looked else None,
        "disk": await asyncio.to_thread(notices.disks, services.settings),
    }
    try:
        async with asyncio.timeout(PATIENCE):
            schema = await asyncio.to_thread(migrate.schema, services.database.store)
            parts["schema"] = SCHEMA[schema.status].format(revision=schema.revision)
            if schema.status != "behind":
                parts["outbox"] = _said(await services.database.read(health.outbox))
    except TimeoutError:
        parts["database"] = f"no answer in {PATIENCE:g} seconds"
    except SQLAlchemyError as error:
        parts["database"] = f"not reachable: {type(getattr(error, 'orig', error)).__name__}"
    return parts


def _said(outbox: OutboxHealth) -> dict[str, int]:
    oldest = round(outbox.oldest.total_seconds())
    return {"waiting": outbox.waiting, "failed": outbox.failed, "oldest_seconds": oldest}


routes = [alive, ready, figures]
