"""`portal worker`: a process of its own that ends in order when it is told to, and leaves the rest when it is killed."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from portal.errors import Misconfigured
from portal.outbound import standalone
from portal.settings import Settings
from portal.storage.session import Store
from tests.cast import Clock, open_database
from tests.outbound.house import House
from tests.outbound.receivers import HttpReceiver
from tests.services.mail import SmtpSink
from tests.services.process import Process

WORK = """
import asyncio
from portal import settings
from portal.outbound import standalone
from portal.storage.session import Store
configured = settings.load()
asyncio.run(standalone.work(configured, Store(configured.database_url)))
"""


def start(house: House, url: str, tmp_path: Path, smtp_sink: SmtpSink, number: int = 1) -> Process:
    environment = {
        "PORTAL_DATABASE_URL": url,
        "PORTAL_SMTP_URL": smtp_sink.url,
        "PORTAL_ENVIRONMENT": "demo",
        "PORTAL_FILES_DIR": str(house.files),
    }
    command = [sys.executable, "-c", WORK]
    return Process(f"worker {number}", command, log=tmp_path / f"worker-{number}.log", env=environment)


def test_it_delivers_and_ends_when_told(
    postgres_url: str, clock: Clock, tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    database = open_database(postgres_url, clock)
    house = House(database, clock, tmp_path)
    worker = start(house, postgres_url, tmp_path, smtp_sink)
    try:
        house.posts()
        smtp_sink.wait_for("kim@oakum.example")
    finally:
        assert worker.stop(signal.SIGTERM) == 0, worker.output()
    assert [row.state for row in house.rows()] == ["sent"]
    database.close()


def test_what_a_killed_worker_had_in_hand_another_delivers(
    postgres_url: str, clock: Clock, tmp_path: Path, smtp_sink: SmtpSink, http_receiver: HttpReceiver
) -> None:
    database = open_database(postgres_url, clock)
    house = House(database, clock, tmp_path)
    receiver = house.receives("accounting", "webhook", http_receiver.url)
    house.places_an_order()
    http_receiver.open.clear()
    worker = start(house, postgres_url, tmp_path, smtp_sink)
    try:
        http_receiver.wait_for()
    finally:
        worker.kill()
    (left,) = house.rows(receiver_id=receiver.id)
    assert (left.state, left.attempts) == ("waiting", 1)
    assert left.leased_until > clock.now

    http_receiver.open.set()
    clock.now = left.leased_until
    asyncio.run(house.worker.deliver_due())
    row = house.row(left.id)
    assert (row.state, row.attempts) == ("sent", 2)
    assert [each.id for each in http_receiver.received] == [left.id] * 2
    database.close()


@pytest.mark.anyio
async def test_beside_sqlite_it_is_refused(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/parley.db")
    with pytest.raises(Misconfigured, match="the server has the worker inside"):
        await standalone.work(Settings(_env_file=None), store)
