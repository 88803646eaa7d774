"""A database of an earlier version, under today's code: everybody reads everything that they could."""

from __future__ import annotations

from typing import Any

import pytest

from tests.frozen.world import DEALS, REPS, SENT, World

BUYERS = [(name, email) for name in SENT for email in DEALS[name]["contacts"]]


@pytest.mark.parametrize(("name", "email"), BUYERS)
def test_a_buyer_reads_everything_at_the_table(stored: World, name: str, email: str) -> None:
    deal = DEALS[name]
    here, cookie, newest = f"/deals/{deal['id']}", deal["contacts"][email], len(deal["revisions"])
    pages = ["", "/board", "/conversation?before=999", "/room", "/reminders", f"/compare?from=1&to={newest}"]
    pages += [f"/revisions/{number}" for number in range(1, newest + 1)]
    for page in pages:
        answer = stored.get(here + page, buyer=cookie)
        taken_back = answer.status_code == 404 and "before anybody had opened it." in answer.text
        assert answer.status_code == 200 or taken_back, (page, answer.text)
    read_all_frames(stored.get(f"{here}/changes?after=0", buyer=cookie), deal, "buyer")


@pytest.mark.parametrize("name", DEALS)
def test_a_rep_reads_everything_at_the_desk(stored: World, name: str) -> None:
    deal = DEALS[name]
    here, newest = f"/desk/deals/{deal['id']}", len(deal["revisions"])
    pages = ["", "/activity", "/moves", "/conversation?before=999", "/board", "/concessions", "/preview"]
    # The page of a draft asks for neither of these; the address of its answers fails.
    pages += ["/answers", f"/compare?from=1&to={newest}"] * bool(newest)
    pages += [f"/revisions/{number}" for number in range(1, newest + 1)]
    for page in pages:
        for cookie in REPS.values():
            answer = stored.get(here + page, rep=cookie)
            assert answer.status_code == 200, (page, answer.text)
    read_all_frames(stored.get(f"{here}/changes?after=0", rep=REPS["rita"]), deal, "seller")


def read_all_frames(answer: Any, deal: dict[str, Any], party: str) -> None:
    """The contents of all events' frames, up to the party's own newest."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Parley-Position"] == str(deal["ledgers"][party]["events"])
    assert "Parley-More" not in answer.headers
    assert answer.text.count('<li id="log-') >= deal["events"].get("message", 0)


@pytest.mark.parametrize(
    "page", ["", "/approvals", "/handoffs", "/insights", "/policies", "/settings", "/quotes/new"]
)
def test_the_desk_is_there(stored: World, page: str) -> None:
    answer = stored.get(f"/desk{page}", rep=REPS["mia"])
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", SENT)
def test_the_proposal_is_printed(stored: World, name: str) -> None:
    answer = stored.get(f"/desk/deals/{DEALS[name]['id']}/proposal.pdf", rep=REPS["rita"])
    assert answer.content.startswith(b"%PDF")


def test_mail_that_waits_is_written(stored: World) -> None:
    for (payload,) in stored.rows("SELECT payload FROM outbox WHERE transport = 'mail'"):
        letter = stored.letter(payload)
        assert letter.subject
        assert letter.text
        assert letter.html
