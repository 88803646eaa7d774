"""`portal serve`, `worker` and `demo` as processes of their own."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import httpx
import pytest

from tests.server import KEY, PORTAL, StartPortal, clean, run_portal
from tests.services.process import Process, accepts_connections, free_port


def refused(folder: Path, *arguments: str, **settings: str) -> str:
    """What a command says that must not start."""
    environment = {f"PORTAL_{name.upper()}": value for name, value in settings.items()}
    ended = run_portal(*arguments, folder=folder, environment=environment)
    assert ended.returncode == 1, ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_serving_refuses_to_start_wrongly(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/parley.db"
    assert "portal keys new" in refused(tmp_path, "serve", database_url=database)
    assert "portal migrate" in refused(tmp_path, "serve", database_url=database, secret_keys=KEY)
    several = refused(tmp_path, "serve", "--workers", "2", database_url=database, secret_keys=KEY)
    assert "PORTAL_DATABASE_URL" in several
    assert "PORTAL_REDIS_URL" in several
    assert "worker inside" in refused(tmp_path, "worker", database_url=database)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    settings = {"database_url": f"sqlite:///{tmp_path}/parley.db", "secret_keys": KEY}
    environment = {f"PORTAL_{name.upper()}": value for name, value in settings.items()}
    assert run_portal("migrate", folder=tmp_path, environment=environment).returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port}" in refused(tmp_path, "serve", "--port", port, **settings)


def test_a_server_ends_cleanly_and_keeps_its_data(start_portal: StartPortal) -> None:
    server = start_portal(environment="demo")
    server.world()
    letters = httpx.get(f"{server.url}/dev/mailbox.json").json()
    server.stop()
    assert "ERROR" not in server.process.output()
    server.start()
    assert httpx.get(f"{server.url}/dev/mailbox.json").json() == letters


def test_listening_to_others_over_plain_http_warns(tmp_path: Path, start_portal: StartPortal) -> None:
    server = start_portal()
    assert "Warning" not in server.process.output()
    command = [*PORTAL, "serve", "--host", "0.0.0.0", "--port", str(free_port())]
    process = Process(
        "open server", command, log=tmp_path / "open.log", env=clean(server.environment), cwd=server.folder
    )
    process.wait_until(lambda: "plain http" in process.output())
    process.stop()


def test_several_processes_share_postgresql_and_redis(
    start_portal: StartPortal, postgres_url: str, redis_url: str
) -> None:
    server = start_portal(workers=2, database_url=postgres_url, redis_url=redis_url)
    server.world()
    assert httpx.get(f"{server.url}/readyz").json()["ready"] is True
    assert server.process.stop() == 0
    # They share one listening socket: whichever was left would answer.
    assert not accepts_connections(server.port)


def test_the_demo_says_where_everything_is(tmp_path: Path) -> None:
    port = free_port()
    command = [*PORTAL, "demo", "--port", str(port), "--data", str(tmp_path / "demo")]
    # Settings of the surroundings must not reach the demo's data.
    surroundings = {
        "PORTAL_DATABASE_URL": "postgresql://nowhere/nothing",
        "PORTAL_REDIS_URL": "redis://nowhere",
    }
    for start in range(2):
        demo = Process(
            "demo", command, log=tmp_path / f"demo-{start}.log", env=clean(surroundings), cwd=tmp_path
        )
        demo.wait_until(lambda demo=demo: "/dev/mailbox" in demo.output())  # type: ignore[misc]
        said = demo.output()
        url = f"http://127.0.0.1:{port}"
        magic = re.findall(rf"{url}/j/\S+", said)
        assert len(magic) == 3
        for link in magic:
            assert "Open proposal" in httpx.get(link).text
        desk = re.findall(rf"{url}/desk/sign-in/\S+", said)
        assert desk
        assert "Rita" in httpx.get(desk[0]).text
        deals = [httpx.get(f"{url}/dev/mailbox.json").json()]
        assert deals
        demo.stop()
        assert "ERROR" not in demo.output()


@pytest.mark.parametrize("arguments", [("keys", "new")])
def test_a_command_prints_nothing_but_its_answer(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = run_portal(*arguments, folder=tmp_path, environment={})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.splitlines()) == 1
