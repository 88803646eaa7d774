"""What an operator should know although the server is ready: a sentence each, with what to do."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.settings import Settings
from portal.storage.session import driver_url

# A delivery that has been due for so long, and a poll that is so old: somebody should look. Seconds.
LATE, STALE = 600, 30
# Free space below which a disk counts as nearly full: the part of it, and bytes.
LITTLE_PART, LITTLE = 0.05, 1 << 30


def disks(settings: Settings) -> dict[str, dict[str, int | str]]:
    """Free bytes where files are kept, and where SQLite keeps the database. PostgreSQL's disk is its own to watch."""
    places = {"files": settings.files_dir}
    url = driver_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        places["database"] = Path(str(url.database)).parent
    found: dict[str, dict[str, int | str]] = {}
    for name, place in places.items():
        there = next(folder for folder in (place.absolute(), *place.absolute().parents) if folder.exists())
        usage = shutil.disk_usage(there)
        found[name] = {
            "path": str(there),
            "free_bytes": usage.free,
            "free_percent": usage.free * 100 // usage.total,
        }
    return found


def about(parts: Mapping[str, Any], settings: Settings, now: datetime) -> list[str]:
    """Sentences about the parts of /readyz; none when all is well."""
    return [
        *_schema(parts["schema"]),
        *_live(parts, now),
        *_outbox(parts.get("outbox"), settings),
        *_full(parts["disk"]),
    ]


def _schema(schema: str) -> Iterator[str]:
    if schema.startswith("ahead"):
        yield f"The database's schema is {schema}: replace this process by one of the newer release."


def _live(parts: Mapping[str, Any], now: datetime) -> Iterator[str]:
    if parts["doorbell"] != "ok":
        yield (
            "Redis does not answer: pages on other processes are updated by the poll, a few seconds late, and people "
            "on other processes are not shown. Nothing is lost. Look at PORTAL_REDIS_URL and the Redis server."
        )
    polled = parts["polled_at"]
    if polled and (now - datetime.fromisoformat(polled)).total_seconds() > STALE:
        yield f"The poll has not succeeded since {polled}: look at the database and the log."


def _outbox(outbox: Mapping[str, int] | None, settings: Settings) -> Iterator[str]:
    if not outbox:
        return
    if outbox["oldest_seconds"] > LATE:
        why = "" if settings.smtp_url else " PORTAL_SMTP_URL is not set, so mails stay."
        yield (
            f"{outbox['waiting']} deliveries wait, one for {outbox['oldest_seconds'] // 60} minutes.{why} "
            "Does a server or `portal worker` deliver?"
        )
    if outbox["failed"]:
        yield f"{outbox['failed']} deliveries were given up: `portal handoff list`, or Hand-offs on the desk."


def _full(places: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, place in places.items():
        if place["free_percent"] < LITTLE_PART * 100 or place["free_bytes"] < LITTLE:
            free = place["free_bytes"] >> 20
            yield f"Only {free} MiB are free in {place['path']} ({name}): a full disk refuses every change."
