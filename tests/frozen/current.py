"""The names as the code has them now. Here and in `documents` the tests of names find them in the code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from litestar import Litestar
from prometheus_client.parser import text_string_to_metric_families

import portal
from portal import commands, session_cookies, signing
from portal import settings as configuration
from portal.cli.entry import parser
from portal.database.command_metrics import command_names
from portal.domain.change import items
from portal.domain.change.fields import FIELDS
from portal.domain.deal import lifecycle, reminders
from portal.domain.deal.mail import TEMPLATES, TO_BUYERS
from portal.domain.ledger import ledger
from portal.domain.order import receiver
from portal.domain.order.work_order import KINDS
from portal.outbound.worker import LANES
from portal.reading.operator.health import OutboxHealth
from portal.settings import Settings
from portal.storage.tables import metadata
from portal.web.http import metrics
from realtime.close_codes import NO_SUCH_DEAL, NOT_ALLOWED, SIGN_IN, TRY_AGAIN
from realtime.hub import redis_doorbell
from tests.frozen.documents import FRAMES, STORED
from tests.frozen.shapes import fields, functions, literals, verbs


def stored_documents() -> dict[str, dict[str, str]]:
    """By document, each field's path with whether it must be there, and the words it may hold."""
    return {name: dict(fields(kind)) for name, kind in STORED.items()}


def socket_frames() -> dict[str, dict[str, str]]:
    return {name: dict(fields(kind)) for name, kind in FRAMES.items()}


def audiences() -> dict[str, str]:
    """Who may ever read an event, by its kind."""
    return {str(kind.__struct_config__.tag): kind.audience() for kind in get_args(ledger.AnyBody)}


def words() -> dict[str, list[str]]:
    """Words that stand in columns, documents and addresses."""
    return {
        "change fields": list(FIELDS),
        "subjects": [*(f"{kind}:" for kind in items._KINDS), items.TOTAL],
        "states": list(lifecycle.STATES),
        "buyer roles": list(lifecycle.BUYER_ROLES),
        "seller roles": list(lifecycle.SELLER_ROLES),
        "transports": sorted({transport for lane in LANES for transport in lane}),
        "receivers": list(KINDS),
        "receivers' transports": list(receiver.TRANSPORTS),
        "receivers' formats": list(receiver.FORMATS),
        "mails": list(TEMPLATES),
        "mails to buyers": sorted(TO_BUYERS),
        "reminders": list(reminders.KINDS),
        "reminders' steps": list(get_args(reminders.Step)),
        "signing purposes": list(get_args(signing.Purpose)),
        "channels": [redis_doorbell.DEALS, redis_doorbell.NOTES],
    }


def idempotent_commands() -> list[str]:
    """The names under which `once` keeps a command's first result."""
    return literals(portal, method="once", place=2)


def command_metrics() -> list[str]:
    """What `parley_commands_total` calls the commands."""
    list(functions(commands))  # a command has its name once its module is imported
    return sorted(set(command_names().values()))


def prometheus(app: Litestar) -> dict[str, list[str]]:
    """Each metric of ours with its labels, of an application that has answered once."""
    services = app.state.services
    services.hub.polled_at = datetime(2026, 11, 23, tzinfo=UTC)
    services.database.command_metrics.count([(command_metrics, None)])
    metrics.answered({"method": "GET", "path_template": "/healthz"}, 200, 0.01)
    outbox = OutboxHealth(waiting=0, failed=0, oldest=timedelta(0))
    text = metrics.text(services.hub, services.database, outbox).decode()
    return {
        sample.name: sorted(sample.labels)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("parley_")
    }


def settings() -> list[str]:
    return sorted(f"{configuration.PREFIX}{name.upper()}" for name in Settings.model_fields)


def command_line() -> dict[str, list[str]]:
    """Each verb with its arguments, such as "deal show": ["--json", "DEAL"]."""
    return dict(verbs(parser()))


def tables() -> dict[str, list[str]]:
    """The columns of each table."""
    return {name: sorted(table.columns.keys()) for name, table in sorted(metadata.tables.items())}


def cookies() -> list[str]:
    secure, plain = (Settings(_env_file=None, public_url=f"{way}://x") for way in ("https", "http"))  # type: ignore[call-arg]
    names = (session_cookies.BUYER, session_cookies.DESK)
    return [session_cookies.cookie_name(each, name) for each in (plain, secure) for name in names]


def close_codes() -> dict[str, int]:
    return {
        "sign in again": SIGN_IN,
        "no longer allowed": NOT_ALLOWED,
        "no such deal": NO_SUCH_DEAL,
        "try again": TRY_AGAIN,
    }


def signed(purpose: str, value: Any, keys: tuple[str, ...]) -> str:
    return signing.sign(_keyed(keys), purpose, value)  # type: ignore[arg-type] # a name of the frozen list


def read_signed(purpose: str, text: str, keys: tuple[str, ...]) -> Any:
    return signing.read(_keyed(keys), purpose, text)  # type: ignore[arg-type] # as above


def _keyed(keys: tuple[str, ...]) -> Settings:
    return Settings(_env_file=None, secret_keys=keys)  # type: ignore[call-arg] # pydantic-settings' own argument
