"""`portal demo`: serve the demo world from its own folder."""

import argparse
import secrets
from pathlib import Path

from portal import settings
from portal.access import new_id
from portal.cli.console import Commands, add_verb
from portal.cli.serve import listen
from portal.database.database import Database
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store
from portal.worlds import kestrel
from portal.worlds.kestrel import World

HOST = "127.0.0.1"


def add_to(commands: Commands) -> None:
    parser = add_verb(commands, "demo", run, "Serve the demo world on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="folder of its data (var/demo)")


def run(arguments: argparse.Namespace) -> None:
    listening = listen(HOST, arguments.port)
    configured = demo_settings(arguments.data, listening.getsockname()[1])
    welcome = _welcome(configured, prepare(configured))
    from portal.cli import serving  # takes a second to import, which other commands do not need

    serving.serve(configured, listening, welcome)


def demo_settings(folder: Path, port: int) -> Settings:
    """Return settings that depend only on the folder: the demo needs no database server, Redis or mail server."""
    folder.mkdir(parents=True, exist_ok=True)
    return settings.load(
        environment="demo",
        database_url=f"sqlite:///{(folder / 'parley.db').resolve()}",
        redis_url=None,
        smtp_url=None,
        secret_keys=(_load_or_create_key(folder / "secret-key"),),
        public_url=f"http://{HOST}:{port}",
        files_dir=folder / "files",
        mail_from="Parley <parley@kestrel.example>",
        trusted_proxies=(),
    )


def prepare(configured: Settings) -> World:
    """Create the demo's database, if needed, and return its world with new links."""
    store = Store(configured.database_url)
    migrate.upgrade(store, new_epoch=new_id())
    database = Database(store, public_url=configured.public_url, mail_figures=configured.mail_figures)
    try:
        return kestrel.load(database, configured)
    finally:
        database.close()


def _load_or_create_key(path: Path) -> str:
    if not path.exists():
        path.write_text(secrets.token_urlsafe(32))
        path.chmod(0o600)
    return path.read_text().strip()


def _welcome(configured: Settings, world: World) -> str:
    lines = [
        f"Parley's demo is at {configured.public_url} (Ctrl+C ends it)",
        "",
        "Sign in as a rep (works once, for 15 minutes):",
        *(f"  {link.who:<42} {link.url}" for link in world.reps),
        "",
        "Open a proposal as a buyer:",
        *(f"  {link.who:<42} {link.url}" for link in world.buyers),
        "",
        f"Mailbox: {configured.public_url}/dev/mailbox",
    ]
    return "\n".join(lines)
