"""A person has one allowance of messages at a deal: for every session, over the socket and by form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from realtime.hub.rate import Rate
from tests.cast import Seat
from tests.web.conftest import PUBLIC_URL, Site

BURST = 10
TOO_FAST = "You are sending faster than this page can take."


@pytest.fixture(autouse=True)
def clock_that_stands_still(site: Site) -> None:
    """Nothing is filled up again while a test runs."""
    site.app.state.services.hub.messages = Rate(BURST / 2, clock=lambda: 0.0)


def posts(site: Site, who: Seat, count: int) -> list[int]:
    """The statuses of so many messages that are sent as forms."""
    browser = site.browser(who)
    address = f"{'/desk' if who in (site.table.rita, site.table.mia) else ''}/deals/{who.deal_id}/messages"
    return [
        browser.post(
            address, {"body": "Hello", "key": f"form-{number}"}, Accept="application/json"
        ).status_code
        for number in range(count)
    ]


def says(site: Site, who: Seat, count: int) -> Iterator[str]:
    """How so many messages over a socket are answered: with their event, or a refusal."""
    browser, address = site.browser(who), f"/deals/{who.deal_id}/live?after={who.deal.position}"
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Cookie": cookies, "Origin": PUBLIC_URL}
    with site.client.websocket_connect(address, headers=headers) as socket:
        for number in range(count):
            socket.send_json({"type": "message", "key": f"socket-{number}", "body": "Hello"})
            answer = {}
            while not ({"nack", "content"} & set(answer)):
                answer = socket.receive_json(timeout=30)
            yield answer.get("error", "said")


def test_the_socket_and_the_form_draw_on_one_allowance(site: Site) -> None:
    bea = site.table.bea
    assert posts(site, bea, 4) == [201] * 4
    answers = list(says(site, bea, 7))
    assert answers[:6] == ["said"] * 6
    assert answers[6].startswith(TOO_FAST)
    assert posts(site, bea, 1) == [429]
    assert posts(site, site.table.sol, 1) == [201], "somebody else has an allowance of their own"


def test_another_session_has_no_allowance_of_its_own(site: Site) -> None:
    first = site.table.bea
    second = site.table._buyer(first.deal_id, first.contact_id)
    assert second.actor != first.actor
    assert posts(site, second, BURST + 1) == [201] * BURST + [429]
    assert [answer.startswith(TOO_FAST) for answer in says(site, second, 1)] == [True]


def test_a_rep_has_one_allowance_at_each_deal(site: Site) -> None:
    rita = site.table.rita
    assert posts(site, rita, BURST + 1) == [201] * BURST + [429]
    elsewhere = Seat(site.database, rita.actor, site.table.rival_deal_id)
    answer = site.browser(rita).post(
        f"/desk/deals/{elsewhere.deal_id}/messages", {"body": "Hi", "key": "k"}, Accept="application/json"
    )
    assert answer.status_code == 201
