"""What people say over the socket: kept once for its key, answered by its event, refused with a sentence."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from portal.database.database import Database
from portal.domain.ledger import ledger, shared_events
from portal.storage import tables
from tests.cast import Table
from tests.realtime.client import Page, keys
from tests.realtime.conftest import Opens, Server, StartServer, cookie

pytestmark = pytest.mark.anyio


def said(database: Database, table: Table) -> list[str]:
    """Every message of the ledger."""
    event = tables.event
    query = (
        event.select()
        .where(event.c.deal_id == table.deal_id, event.c.kind == "message")
        .order_by(event.c.seq)
    )
    rows = database.read_now(lambda transaction: transaction.connection.execute(query).all())
    return [ledger.decode_personal(row.personal).body for row in rows]


def anchors(database: Database, table: Table) -> list[str | None]:
    """What each message of the ledger is a comment on."""
    event = tables.event
    query = (
        event.select()
        .where(event.c.deal_id == table.deal_id, event.c.kind == "message")
        .order_by(event.c.seq)
    )
    rows = database.read_now(lambda transaction: transaction.connection.execute(query).all())
    bodies = [ledger.decode_body(row.body) for row in rows]
    return [body.anchor for body in bodies if isinstance(body, shared_events.MessagePosted)]


async def test_a_key_over_the_socket_and_then_by_form(
    opens: Opens, table: Table, server: Server, database: Database
) -> None:
    page = await opens(table.bea)
    await page.says("Is week 12 fixed?", key="k1")
    event = await page.told("k1")
    async with httpx.AsyncClient(headers={"Cookie": cookie(table, table.bea)}) as client:
        form = {"body": "Is week 12 fixed?", "key": "k1"}
        answer = await client.post(f"{server.url}/deals/{table.deal_id}/messages", data=form)
    assert answer.json() == {"position": event["seq"], "key": "k1"}
    assert said(database, table) == ["Is week 12 fixed?"]


async def test_a_key_that_comes_again_is_acknowledged_by_itself(
    opens: Opens, table: Table, database: Database
) -> None:
    page = await opens(table.bea)
    await page.says("Once", key="k1")
    event = await page.told("k1")
    await page.says("Once", key="k1")
    assert await page.until(lambda frame: "ack" in frame) == {"ack": "k1", "seq": event["seq"]}
    assert said(database, table) == ["Once"]


async def test_a_key_that_comes_again_after_a_cut_is_answered_by_its_event(
    opens: Opens, table: Table
) -> None:
    position = table.bea.deal.position
    page = await opens(table.bea)
    await page.says("Once", key="k1")
    await page.posted("k1")
    await page.cut()
    again = await opens(table.bea, after=position)
    await again.says("Once", key="k1")
    assert keys((await again.told("k1"))["content"]) == ["k1"]


async def test_a_key_with_another_text_is_refused(opens: Opens, table: Table, database: Database) -> None:
    page = await opens(table.bea)
    await page.says("One", key="k1")
    await page.posted("k1")
    await page.says("Another", key="k1")
    assert "another text" in (await page.until(lambda frame: "nack" in frame))["error"]
    assert said(database, table) == ["One"]


async def test_everything_over_the_rate_is_refused_and_nothing_else(
    start_server: StartServer, opens: Opens, table: Table, database: Database
) -> None:
    server = start_server(message_rate=5)
    page = await opens(table.bea, server)
    for number in range(40):
        await page.says(f"Message {number}", key=f"k{number}")
    answers = [await page.until(lambda frame: "nack" in frame or "content" in frame) for _ in range(40)]
    refused = {answer["nack"] for answer in answers if "nack" in answer}
    taken = [key for answer in answers if "content" in answer for key in keys(answer["content"])]
    assert len(taken) >= 10, "a burst of twice the rate is allowed"
    assert len(refused) >= 20
    assert refused.isdisjoint(taken)
    assert len(said(database, table)) == len(taken)
    assert all("faster" in answer["error"] for answer in answers if "nack" in answer)


async def test_two_tabs_share_one_rate(start_server: StartServer, opens: Opens, table: Table) -> None:
    server = start_server(message_rate=5)
    first, second = await opens(table.bea, server), await opens(table.bea, server)
    for number in range(20):
        await first.says("Hello", key=f"first-{number}")
    await first.until(lambda frame: "nack" in frame)
    await second.says("Hello", key="second")
    assert (await second.told("second")).get("nack") == "second"
    # Sol is somebody else.
    sol = await opens(table.sol, server)
    await sol.says("Hello", key="sol")
    assert keys((await sol.told("sol"))["content"]) == ["sol"]


UNREADABLE: list[Any] = [
    "",
    "no JSON",
    "[]",
    "null",
    '"message"',
    {},
    {"type": "note", "key": "k", "body": "Private"},
    {"type": "message", "key": "k"},
    {"type": "message", "body": "no key"},
    {"type": "message", "key": "", "body": "empty key"},
    {"type": "message", "key": "k" * 101, "body": "long key"},
    {"type": "message", "key": "a\x00b", "body": "no such character"},
    {"type": "message", "key": 7, "body": "a number"},
    {"type": "message", "key": "k", "body": ["a", "b"]},
    {"type": "message", "key": "k", "body": {"a": 1}},
    {"type": "message", "key": "k", "body": "b", "anchor": 5},
    {"type": "message", "key": "k", "body": "b", "anchor": "x" * 500},
    '{"type":"message","key":"k","body":"\\ud800"}',
    {"type": "typing", "anchor": []},
    {"type": "seen", "seq": "later"},
    '{"type":"message","key":"k","body":' + "[" * 3000,
]


async def test_what_cannot_be_read_is_refused_and_the_connection_goes_on(
    opens: Opens, table: Table, database: Database
) -> None:
    page = await opens(table.bea)
    for frame in UNREADABLE:
        await page.sends(frame)
        refusal = await page.until(lambda frame: "nack" in frame)
        assert refusal["error"].startswith("This message could not be read"), frame
    await page.socket.send(b"\x00\xff")
    await page.until(lambda frame: "nack" in frame)
    await page.says("Still here", key="k1")
    await page.posted("k1")
    assert said(database, table) == ["Still here"]


@pytest.mark.parametrize(
    ("body", "anchor", "sentence"),
    [
        ("", None, ""),
        ("   ", None, ""),
        ("x" * 20_000, None, ""),
        ("Hi", "line:none", "not part"),
        ("Hi", "odd", ""),
    ],
)
async def test_what_cannot_be_said_is_refused_with_a_reason(  # noqa: PLR0917 - a table of cases
    opens: Opens, table: Table, database: Database, body: str, anchor: str | None, sentence: str
) -> None:
    page = await opens(table.bea)
    await page.says(body, key="k1", anchor=anchor)
    refusal = await page.told("k1")
    assert refusal["nack"] == "k1"
    assert refusal["error"]
    assert sentence in refusal["error"]
    assert said(database, table) == []


async def test_a_refusal_is_worded_in_the_language_of_the_page(opens: Opens, table: Table) -> None:
    page = await opens(table.bea, lang="de")
    await page.says("", key="k1")
    assert (await page.told("k1"))["error"] == "Schreiben Sie zuerst etwas."


async def test_a_viewer_may_read_and_not_write(opens: Opens, table: Table, database: Database) -> None:
    page = await opens(table.vic)
    await page.says("Me too", key="k1")
    assert (await page.told("k1"))["nack"] == "k1"
    assert said(database, table) == []


async def test_a_comment_on_a_line_and_the_fields_of_a_form(
    opens: Opens, table: Table, database: Database
) -> None:
    """htmx sends fields flat, beside `headers`; everything unknown is ignored."""
    page = await opens(table.bea)
    more = {"headers": {"HX-Request": "true"}, "csrf": "x", "audience": "seller", "kind": "note"}
    await page.says("Why?", key="k1", anchor="line:press", **more)
    assert "Why?" in await page.posted("k1")
    await page.says("And no anchor", key="k2", anchor="")
    assert "And no anchor" in await page.posted("k2")
    assert said(database, table) == ["Why?", "And no anchor"]
    assert anchors(database, table) == ["line:press", None]


async def test_nothing_in_a_frame_makes_a_note(opens: Opens, table: Table) -> None:
    rita, bea = await opens(table.rita), await opens(table.bea)
    await rita.says("For everybody", key="k1", audience="seller", note=True, kind="note", room="seller")
    assert keys((await bea.told("k1"))["content"]) == ["k1"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"content": "<b>mine</b>", "target": "body", "swap": "outerHTML"}),
        '<hx-partial hx-target="body" hx-swap="innerHTML">mine</hx-partial>',
        '<p data-hx-post="/evil" hx-on:click="evil()">x</p>',
    ],
)
async def test_a_text_never_becomes_an_instruction(opens: Opens, table: Table, text: str) -> None:
    page = await opens(table.bea)
    await page.says(text, key="k1")
    frame = await page.told("k1")
    assert set(frame) == {"prev", "seq", "content"}
    assert frame["content"].count("<hx-") == 1
    assert "<p data-hx" not in frame["content"]


async def test_a_frame_over_the_limit_is_too_big(opens: Opens, table: Table) -> None:
    page = await opens(table.bea)
    await page.says("x" * 70_000, key="k1")
    assert await page.closed() == 1009


async def test_a_connection_lives_on_after_the_client_has_spoken(
    start_server: StartServer, opens: Opens, table: Table
) -> None:
    """The server pauses reading after each message until it is taken; unread pongs would end the connection."""
    server = start_server(ping=1.0, heartbeat=0.2)
    page = await opens(table.bea, server)
    await page.says("Hello", key="k1")
    await page.posted("k1")
    for _ in range(15):
        await page.heartbeat()


async def test_a_view_is_noted_once_somebody_looks(opens: Opens, table: Table, database: Database) -> None:
    bea, rita = await opens(table.bea), await opens(table.rita)
    assert table.bea.deal.position == bea.position, "opening a page notes nothing"
    for _ in range(3):
        await bea.sends({"type": "seen", "seq": "5"})
    assert ">viewed<" in (await rita.event())["content"]
    await rita.sends({"type": "seen", "seq": 1})
    await rita.says("Any questions?", key="k1")
    position = rita.position
    await rita.posted("k1")
    assert rita.position == position + 1, "noted once, and reps not at all"


async def test_many_voices_are_heard_once_each_in_one_order(opens: Opens, table: Table) -> None:
    people = [table.bea, table.sol, table.rita, table.mia]
    pages: list[Page] = [await opens(who) for who in people]
    for number in range(15):
        for name, page in enumerate(pages):
            await page.says(f"{number}", key=f"{name}-{number}")
    heard = []
    for page in pages:
        events = await page.events(60)
        heard.append([key for event in events for key in keys(event["content"])])
    assert heard[0] == heard[1] == heard[2] == heard[3]
    assert len(set(heard[0])) == 60
    for name in range(4):
        assert [key for key in heard[0] if key.startswith(f"{name}-")] == [f"{name}-{n}" for n in range(15)]
