"""Who may open a socket, and how long: refused before accept for another site, closed with a code for everybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from websockets.exceptions import InvalidStatus

from portal.commands.people import change_contact_role, revoke_links, revoke_session
from portal.database.database import Database
from portal.storage import tables
from realtime.hub import hub
from tests.cast import Table
from tests.realtime.conftest import Opens, Server, cookie

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://{host}",
        "http://{host}.evil.example",
        "http://{host}/",
        "http://evil.example@{host}",
    ],
)
async def test_another_sites_page_gets_no_socket(
    opens: Opens, table: Table, server: Server, origin: str | None
) -> None:
    host = server.url.removeprefix("http://")
    with pytest.raises(InvalidStatus) as refused:
        await opens(table.bea, origin=origin and origin.format(host=host))
    assert refused.value.response.status_code == 403
    assert not refused.value.response.body


async def test_nobody_and_strangers_look_alike(opens: Opens, table: Table, server: Server) -> None:
    for wrong in ("", "parley_buyer=guessed", f"parley_buyer={table.cookies['rita']}", "parley_buyer=%00;="):
        assert await (await opens(table.bea, cookie=wrong)).closed() == 4401
    desk = f"{server.url}/desk/deals/{table.deal_id}/live"
    for wrong in (
        "",
        "parley_desk=guessed",
        cookie(table, table.bea),
        f"parley_desk={table.cookies[table.bea.contact_id]}",
    ):
        assert await (await opens(table.rita, cookie=wrong, address=desk)).closed() == 4401


async def test_a_rival_finds_nothing_and_cannot_tell_whether_it_is_there(opens: Opens, table: Table) -> None:
    for deal_id in (table.deal_id, "no-such-deal", "%00", "x" * 300):
        page = await opens(table.ravn, deal_id=deal_id)
        assert await page.closed() == 4404, deal_id
    # His own he finds.
    page = await opens(table.ravn, deal_id=table.rival_deal_id)
    assert await page.heartbeat() == page.position


async def test_a_rep_finds_every_deal_and_only_deals(opens: Opens, table: Table) -> None:
    page = await opens(table.rita, deal_id=table.rival_deal_id, after=0)
    await page.heartbeat()
    assert await (await opens(table.rita, deal_id="no-such-deal", after=0)).closed() == 4404


async def test_revoking_a_link_closes_open_pages(opens: Opens, table: Table) -> None:
    bea, sol = await opens(table.bea), await opens(table.sol)
    await bea.heartbeat()
    table.rita.does(revoke_links.revoke_links, table.bea.contact_id)
    assert await bea.closed() == 4403
    assert await (await opens(table.bea, after=0)).closed() == 4404
    table.rita.says("Still here, Sol?")
    assert "Still here" in (await sol.event())["content"]


async def test_ending_a_session_closes_open_pages(opens: Opens, table: Table, database: Database) -> None:
    rita, mia = await opens(table.rita), await opens(table.mia)
    await rita.heartbeat()
    actor = table.rita.actor
    database.write_now(lambda work: revoke_session.revoke_session(work, actor, actor.id))
    assert await rita.closed() == 4401
    await mia.heartbeat()


@pytest.mark.parametrize(("what", "code"), [(tables.session, 4401), (tables.grant, 4403)])
async def test_what_expires_closes_open_pages(
    opens: Opens, table: Table, database: Database, what: object, code: int
) -> None:
    page = await opens(table.bea)
    await page.heartbeat()
    past = database.clock() - timedelta(seconds=1)
    with database.store.writer.connect() as connection, connection.begin():
        connection.execute(update(what).values(expires_at=past))  # type: ignore[arg-type]
    assert await page.closed() == code


async def test_a_rep_who_leaves_loses_every_page(opens: Opens, table: Table, database: Database) -> None:
    rita = await opens(table.rita)
    await rita.heartbeat()
    with database.store.writer.connect() as connection, connection.begin():
        connection.execute(update(tables.rep).where(tables.rep.c.email.like("rita%")).values(active=False))
    assert await rita.closed() == 4401


async def test_another_role_needs_another_page(opens: Opens, table: Table) -> None:
    page = await opens(table.bea)
    await page.heartbeat()
    table.rita.does(change_contact_role.change_contact_role, table.bea.contact_id, "signer")
    assert await page.until(lambda frame: "reload" in frame) == {"reload": True}
    assert await page.closed() == 1000


async def test_a_message_after_the_end_is_refused(opens: Opens, table: Table, server: Server) -> None:
    page = await opens(table.bea)
    await page.heartbeat()
    table.rita.does(revoke_links.revoke_links, table.bea.contact_id)
    await page.says("Too late", key="k1")
    assert await page.closed() in (4401, 4403)


async def test_one_person_opens_so_many_pages_and_no_more(
    opens: Opens, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "SOCKETS_PER_PERSON", 3)
    pages = [await opens(table.bea) for _ in range(3)]
    for page in pages:
        await page.heartbeat()
    # Not for good: htmx tries again, and finds a place when a tab has been closed.
    assert await (await opens(table.bea)).closed() == 1013
    await (await opens(table.sol)).heartbeat()
    await pages[0].close()
    while await (page := await opens(table.bea)).until(lambda frame: True) is None:
        pass
    await page.heartbeat()
