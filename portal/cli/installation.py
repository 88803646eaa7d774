"""Commands about the installation itself: `migrate`, `doctor`, `keys new`, `token new`."""

import argparse
import secrets
import shutil
import smtplib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text

from portal import settings
from portal.access import new_id
from portal.cli.console import (
    CLI,
    Answer,
    Commands,
    add_json_flag,
    add_noun,
    add_verb,
    align_columns,
    open_database,
    require_current,
)
from portal.commands.people.new_token import new_token
from portal.errors import Refused
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store

LEAST_SPACE = 200 * 2**20


def add_to(commands: Commands) -> None:
    add_verb(commands, "migrate", run_migrate, "Bring the database's schema up to date.")
    add_json_flag(
        add_verb(commands, "doctor", run_doctor, "Check settings, database, doorbell, mail and files.")
    )
    keys = add_noun(commands, "keys", "Secret keys.")
    add_json_flag(add_verb(keys, "new", run_new_key, "Make a key for PORTAL_SECRET_KEYS."))
    tokens = add_noun(commands, "token", "Tokens for programs that use the API.")
    new = add_json_flag(add_verb(tokens, "new", run_new_token, "Make a token; it is shown once."))
    new.add_argument("name", metavar="NAME", help="what the token is for")


def run_migrate(arguments: argparse.Namespace) -> Answer:
    store = Store(settings.load().database_url)
    try:
        was_behind = migrate.upgrade(store, new_epoch=new_id())
    finally:
        store.close()
    return Answer(lines=["The schema is up to date now." if was_behind else "The schema was up to date."])


def run_new_key(arguments: argparse.Namespace) -> Answer:
    key = secrets.token_urlsafe(32)
    return Answer({"key": key}, [key])


def run_new_token(arguments: argparse.Namespace) -> Answer:
    with open_database() as (_, database):
        made = database.write_now(partial(new_token, actor=CLI, name=arguments.name))
    return Answer({"id": made.id, "name": made.name, "token": made.token}, [made.token])


def run_doctor(arguments: argparse.Namespace) -> Answer:
    """Every check, whatever the ones before it found; status 1 when one failed."""
    configured = settings.load()
    checks: dict[str, Callable[[Settings], str]] = {
        "keys": _keys,
        "address": _address,
        "database": _database,
        "doorbell": _doorbell,
        "mail": _mail,
        "files": _files,
        "browser files": _browser_files,
        "fonts": _fonts,
    }
    found = [_checked(name, check, configured) for name, check in checks.items()]
    document = {"ok": all(ok for _, ok, _ in found), "checks": [_as_document(*each) for each in found]}
    rows = [("ok" if ok else "FAILED", name, said) for name, ok, said in found]
    return Answer(document, align_columns(rows), status=0 if document["ok"] else 1)


def _checked(name: str, check: Callable[[Settings], str], configured: Settings) -> tuple[str, bool, str]:
    try:
        return name, True, check(configured)
    except Exception as error:
        return name, False, getattr(error, "sentence", "") or f"{type(error).__name__}: {error}".strip()


def _as_document(name: str, ok: bool, said: str) -> dict[str, object]:
    return {"name": name, "ok": ok, "said": said}


def _keys(configured: Settings) -> str:
    if not configured.secret_keys:
        raise Refused("PORTAL_SECRET_KEYS is not set. `portal keys new` makes a key.")
    return f"{len(configured.secret_keys)} set, the newest signs"


def _address(configured: Settings) -> str:
    note = "" if configured.secure else " (plain http: fit for this machine only)"
    return f"{configured.public_url}{note}"


def _database(configured: Settings) -> str:
    store = Store(configured.database_url)
    try:
        with store.reader.connect() as connection:
            connection.execute(text("SELECT 1"))
        return f"{store.url.get_backend_name()}, schema {require_current(store).status}"
    finally:
        store.close()


def _doorbell(configured: Settings) -> str:
    if not configured.redis_url:
        return "in process"
    import redis

    client = redis.Redis.from_url(configured.redis_url, socket_connect_timeout=3, socket_timeout=3)
    try:
        client.ping()
    finally:
        client.close()
    return "Redis answers"


def _mail(configured: Settings) -> str:
    if not configured.smtp_url:
        return "PORTAL_SMTP_URL is not set: mail stays in the outbox"
    server = urlsplit(configured.smtp_url)
    implicit = server.scheme == "smtps"
    connect = smtplib.SMTP_SSL if implicit else smtplib.SMTP
    with connect(server.hostname or "", server.port or (465 if implicit else 587), timeout=5) as session:
        session.noop()
    return f"{server.hostname} answers"


def _files(configured: Settings) -> str:
    folder = configured.files_dir
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".probe-{secrets.token_hex(4)}"
    probe.write_bytes(b"")
    probe.unlink()
    free = shutil.disk_usage(folder).free
    if free < LEAST_SPACE:
        raise Refused(
            "Only %(free)s MB are free at %(folder)s. Make room.",
            free=free // 2**20,
            folder=str(Path(folder).resolve()),
        )
    return f"{folder} can be written, {free // 2**30} GB free"


def _browser_files(configured: Settings) -> str:
    from portal.rendering.static_files import VENDOR
    from portal.rendering.templating import shipped

    missing = [name for name in VENDOR if not (shipped("static") / "vendor" / name).exists()]
    if missing:
        raise Refused(
            "Missing: %(names)s. Pages work as plain forms; `make setup` fetches them.",
            names=", ".join(missing),
        )
    return "complete"


def _fonts(configured: Settings) -> str:
    """What PDFs are set with. A character that none of them has is replaced by a mark."""
    import typst

    families = {font.family for font in typst.Fonts().fonts()}
    wide = any(name.startswith(("Noto Sans CJK", "Noto Serif CJK", "Source Han")) for name in families)
    missing = "" if wide else "; none of Noto Sans CJK, so Chinese, Japanese and Korean show as marks in PDFs"
    return f"{len(families)} families{missing}"
