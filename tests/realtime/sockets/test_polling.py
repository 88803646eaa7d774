"""What frames carry, by polling."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from portal.database.database import Database
from tests.cast import Seat, Table
from tests.realtime.client import WITHIN
from tests.realtime.conftest import Opens, Server, cookie


def poll(server: Server, table: Table, who: Seat, **query: Any) -> httpx.Response:
    desk = "/desk" if who in (table.rita, table.mia) else ""
    address = f"{server.url}{desk}/deals/{table.deal_id}/changes"
    return httpx.get(address, params=query, headers={"Cookie": cookie(table, who)}, timeout=WITHIN)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["bea", "rita"])
async def test_polling_gives_what_frames_carry(opens: Opens, table: Table, server: Server, name: str) -> None:
    who: Seat = getattr(table, name)
    table.rita.says("Good morning", key="k1")
    table.rita.notes("Floor is 15,900")
    table.bea.proposes("press", unit_price="17200")
    page = await opens(who, after=0)
    contents = await page.up_to(who.deal.position)
    answer = poll(server, table, who, after=0)
    assert answer.status_code == 200
    assert answer.text == "\n".join(contents)
    assert answer.headers["Parley-Position"] == str(page.position)
    assert "Parley-More" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("15,900" in answer.text) == (name == "rita")


def test_a_long_history_comes_in_parts(table: Table, server: Server) -> None:
    for number in range(520):
        table.rita.says(f"Line {number}", key=f"k{number}")
    after, texts = 0, []
    while True:
        answer = poll(server, table, table.bea, after=after)
        after = int(answer.headers["Parley-Position"])
        texts.append(answer.text)
        if "Parley-More" not in answer.headers:
            break
        assert answer.headers["Parley-More"] == "1"
    assert after == table.bea.deal.position
    assert len(texts) == 2
    assert [f'data-key="k{number}"' in "".join(texts) for number in range(520)] == [True] * 520


def test_nothing_new_is_an_empty_answer(table: Table, server: Server) -> None:
    position = table.bea.deal.position
    for after in (position, position + 100):
        answer = poll(server, table, table.bea, after=after)
        assert (answer.status_code, answer.text) == (200, "")
        assert answer.headers["Parley-Position"] == str(position)


def test_another_epoch_is_a_conflict_and_nothing_else_is(table: Table, server: Server) -> None:
    assert poll(server, table, table.bea, after=0, epoch="test").status_code == 200
    assert poll(server, table, table.bea, after=0).status_code == 200
    answer = poll(server, table, table.bea, after=0, epoch="another")
    assert (answer.status_code, "Load it afresh" in answer.text) == (409, True)


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "", "９", "1" * 20])
def test_a_bad_position_is_named(table: Table, server: Server, after: str) -> None:
    answer = poll(server, table, table.bea, after=after)
    assert answer.status_code == 400
    assert "after=41" in answer.text


def test_who_may_not_look_gets_nothing(table: Table, server: Server, database: Database) -> None:
    assert poll(server, table, table.ravn, after=0).status_code == 404
    address = f"{server.url}/deals/{table.deal_id}/changes"
    assert httpx.get(address, headers={"Cookie": "parley_buyer=guessed"}).status_code == 401
    assert httpx.get(address).status_code == 401
    assert httpx.get(f"{server.url}/deals/no-such-deal/changes").status_code == 401
