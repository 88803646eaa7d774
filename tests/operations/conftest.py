"""An installation as an operator runs it: two servers and a worker apart, with PostgreSQL, Redis and a mail server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import prepare
from tests.chaos.conftest import Site, site, start_site  # noqa: F401 - fixtures
from tests.chaos.servers import Server
from tests.server import PORTAL, clean
from tests.services.mail import SmtpSink
from tests.services.postgres import PostgresServer
from tests.services.process import Process
from tests.services.redis import RedisServer


class Installation(Site):
    """Servers have the workers inside that they have by default. One public address, as behind a balancer."""

    def __init__(self, folder: Path, postgres: PostgresServer, redis: RedisServer, mail: SmtpSink) -> None:
        self.postgres, self.redis, self.mail = postgres, redis, mail
        options = {
            "database_url": postgres.create_database(prepare),
            "redis_url": redis.url,
            "smtp_url": mail.url,
            "log_format": "json",
            "files_dir": str(folder / "files"),
        }
        one = Server(folder, **options)
        super().__init__([one, Server(folder, **options, public_url=one.url)])
        self.worker = Process(
            "portal worker",
            [*PORTAL, "worker"],
            log=folder / "worker.log",
            env=clean(one.environment),
            cwd=folder,
        )

    def logs(self) -> str:
        return "".join(server.output() for server in self.servers) + self.worker.output()

    def close(self) -> None:
        self.worker.stop()
        super().close()


@pytest.fixture(scope="package")
def installation(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[Installation]:
    """Shared by these tests; whatever one stops, it starts again."""
    folder = tmp_path_factory.mktemp("installation")
    redis, mail = RedisServer(folder), SmtpSink()
    found = Installation(folder, postgres_server, redis, mail)
    yield found
    found.close()
    mail.stop()
    redis.stop()
