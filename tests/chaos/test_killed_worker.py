"""SIGKILL while mails and hand-offs are under way: each arrives, once or more, always under its own id."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Row, select

from portal.access import System
from portal.commands.order.configure_receiver import add_receiver
from portal.database.database import Database
from portal.storage import tables
from tests.chaos.conftest import TIMES, StartSite
from tests.chaos.open_page import WITHIN
from tests.chaos.servers import Pace
from tests.outbound.receivers import HttpReceiver
from tests.services.mail import SmtpSink


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()
    yield receiver
    receiver.stop()


def outbox(database: Database, *deals: str) -> list[Row[tuple[str, str, str]]]:
    box = tables.outbox.c
    query = select(box.id, box.transport, box.state, box.error).where(box.deal_id.in_(deals))
    return list(database.read_now(lambda t: t.connection.execute(query).all()))


def test_a_worker_killed_with_deliveries_in_hand(
    start_site: StartSite, receiver: HttpReceiver, smtp_sink: SmtpSink
) -> None:
    site = start_site(pace=Pace(lease=1.0), environment="demo", smtp_url=smtp_sink.url)
    for kind in ("operations", "accounting", "analysis"):
        facts = {"kind": kind, "transport": "webhook", "target": f"{receiver.url}/{kind}", "format": "json"}
        site.database.write_now(partial(add_receiver, actor=System("cli"), demo=True, **facts))
    placed = []
    for number in range(2 * TIMES):
        receiver.open.clear()
        came = len(receiver.received)
        table = site.house.deal()
        table.sol.accepts()
        placed.append(table.deal_id)
        # In hand: two have come, and nobody has told the server that they have.
        receiver.wait_for(count=came + 2)
        if number % 2:
            site.server.kill()
            receiver.open.set()
        else:
            # As late as can be: the answer is on its way.
            receiver.open.set()
            site.server.kill()
        site.server.restart()
        gives_up = time.monotonic() + WITHIN
        while waiting := [row for row in outbox(site.database, *placed) if row.state == "waiting"]:
            assert site.server.process.is_alive(), site.server.output()
            assert time.monotonic() < gives_up, f"left for ever: {waiting}"
    rows = outbox(site.database, *placed)
    assert {row.state for row in rows} == {"sent"}, rows
    handed = Counter(each.id for each in receiver.received)
    assert set(handed) == {row.id for row in rows if row.transport == "webhook"}
    # The same content under the same id, however often.
    bodies = {(each.id, each.body) for each in receiver.received}
    assert len(bodies) == len(handed)
    mailed = {message["Message-ID"] for message in smtp_sink.messages}
    for row in rows:
        if row.transport == "mail":
            assert any(row.id in name for name in mailed), f"mail {row.id} did not come"
