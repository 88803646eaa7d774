from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.database.database import Database, utc_now
from tests.cast import Clock, open_database
from tests.outbound.house import House
from tests.outbound.receivers import HttpReceiver
from tests.services.mail import SmtpSink


@pytest.fixture
def clock() -> Clock:
    """Stands at the real time: receivers refuse signatures that are older than five minutes."""
    return Clock(utc_now())


@pytest.fixture
def database(tmp_path: Path, clock: Clock) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/parley.db", clock)
    yield database
    database.close()


@pytest.fixture
def make_house(database: Database, clock: Clock, tmp_path: Path) -> Callable[..., House]:
    def make(**settings: Any) -> House:
        return House(database, clock, tmp_path, **settings)

    return make


@pytest.fixture
def house(make_house: Callable[..., House], smtp_sink: SmtpSink) -> House:
    return make_house(smtp_url=smtp_sink.url)


@pytest.fixture
def http_receiver() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()
    yield receiver
    receiver.stop()
