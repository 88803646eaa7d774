"""The rep's inbox: the whole list once, then a row for each deal that moves, numbered by the connection itself."""

from __future__ import annotations

import pytest

from portal.database.database import Database
from tests.cast import Table
from tests.realtime.client import Page
from tests.realtime.conftest import Opens, Server, StartServer, cookie

pytestmark = pytest.mark.anyio


async def open_inbox(opens: Opens, table: Table, server: Server, **options: str) -> Page:
    return await opens(table.rita, server, address=f"{server.url}/desk/live", after=0, **options)


async def test_the_list_and_then_rows_of_what_moves(
    start_server: StartServer, opens: Opens, table: Table
) -> None:
    # A poll would find that both deals were made a moment ago.
    server = start_server(poll=3600)
    inbox = await open_inbox(opens, table, server, tab="needs", whose="mine")
    first = await inbox.event()
    assert (first["prev"], first["seq"]) == (0, 1)
    assert 'hx-target="#inbox-list"' in first["content"]
    assert "&#x27;tab&#x27;: &#x27;needs&#x27;" in first["content"]
    bea = await opens(table.bea, server)
    await bea.says("A word", key="k1")
    row = await inbox.event()
    assert (row["prev"], row["seq"]) == (1, 2)
    assert f'id="deal-{table.deal_id}"' in row["content"]


async def test_a_row_that_did_not_change_is_not_sent_again(
    opens: Opens, table: Table, server: Server
) -> None:
    inbox = await open_inbox(opens, table, server)
    await inbox.event()
    bea = await opens(table.bea)
    for number in range(5):
        await bea.says("A word", key=f"k{number}")
        await bea.posted(f"k{number}")
    await inbox.heartbeat()
    await inbox.heartbeat()
    assert sum(f'id="deal-{table.deal_id}"' in content for content in inbox.contents) == 1


async def test_deals_that_moved_without_a_ring_are_found(
    start_server: StartServer, opens: Opens, table: Table
) -> None:
    server = start_server(deaf=True)
    inbox = await open_inbox(opens, table, server)
    await inbox.event()
    contents = set()
    for _ in range(2):
        contents.add((await inbox.event())["content"].partition('id="deal-')[2].partition('"')[0])
    # Both deals were made a moment ago; the inbox cannot know whether it has seen that.
    assert contents == {table.deal_id, table.rival_deal_id}


async def test_rows_are_drawn_in_the_language_of_the_page(opens: Opens, table: Table, server: Server) -> None:
    chosen = f"{cookie(table, table.rita)}; parley_language=de"
    inbox = await open_inbox(opens, table, server, cookie=chosen)
    assert "&#x27;lang&#x27;: &#x27;de&#x27;" in (await inbox.event())["content"]


async def test_only_reps_have_an_inbox(
    opens: Opens, table: Table, server: Server, database: Database
) -> None:
    for wrong in ("", cookie(table, table.bea), f"parley_desk={table.cookies[table.bea.contact_id]}"):
        assert await (await open_inbox(opens, table, server, cookie=wrong)).closed() == 4401
    inbox = await open_inbox(opens, table, server)
    await inbox.sends({"type": "message", "key": "k1", "body": "To nobody"})
    await inbox.sends("nonsense")
    assert await inbox.heartbeat() >= 1
