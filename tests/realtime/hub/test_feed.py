"""The newest events of a deal in memory answer exactly as the ledger would, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.ledger import shared_events
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.ledger import encode_body
from portal.domain.ledger.stored_event import StoredEvent
from portal.errors import TooFast
from portal.reading.deal_page.event_stream import StreamHead
from realtime.hub.feed import TAIL, Feed
from realtime.hub.rate import Rate

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def ledger(audiences: list[str]) -> list[StoredEvent]:
    """A deal's events as appending numbers them."""
    events, heads = [], {"buyer": 0, "seller": 0}
    for seq, audience in enumerate(audiences, start=1):
        positions: dict[str, int | None] = {"buyer": None, "seller": None}
        for party in tuple(heads):
            if audience in ("table", party):
                heads[party] += 1
                positions[party] = heads[party]
        found = (positions["buyer"], positions["seller"])
        events.append(StoredEvent("deal", seq, "message", audience, "rep:1", NOW, b"{}", None, None, *found))
    return events


audience = st.sampled_from(["table", "table", "seller", "buyer"])


@given(
    audiences=st.lists(audience, max_size=2 * TAIL + 20),
    begun=st.integers(0, 40),
    party=st.sampled_from(["buyer", "seller"]),
    position=st.integers(0, 2 * TAIL + 30),
)
def test_what_is_kept_is_the_end_of_the_ledger(
    audiences: list[str], begun: int, party: PartyName, position: int
) -> None:
    events = ledger(audiences)
    begun = min(begun, len(events))
    newest = {
        name: max([e.position(name) or 0 for e in events[:begun]], default=0) for name in ("buyer", "seller")
    }
    feed = Feed()
    assert feed.after(party, position) is None
    feed.start(StreamHead("deal", begun, newest["buyer"], newest["seller"]))
    for event in events[begun:]:
        feed.add(event)
        # Twice, as when a ring and the poll both find it.
        feed.add(event)
    truth = [event for event in events if (event.position(party) or 0) > position]
    kept = feed.after(party, position)
    assert kept is None or kept == truth
    assert feed.newest(party) == max([event.position(party) or 0 for event in events], default=0)
    if len(truth) <= len(events) - begun <= TAIL and position >= newest[party]:
        assert kept == truth, "what is in memory is not read again"


def test_a_hole_is_never_added() -> None:
    events = ledger(["table"] * 3)
    feed = Feed()
    feed.start(StreamHead("deal", 0, 0, 0))
    feed.add(events[0])
    feed.add(events[2])
    assert feed.after("buyer", 0) == events[:1]


def test_a_bucket_fills_by_the_second_and_holds_two() -> None:
    clock = [0.0]
    rate = Rate(10, clock=lambda: clock[0])

    def taken(person: str = "bea", deal: str = "deal") -> int:
        count = 0
        while True:
            try:
                rate.take(person, deal)
            except TooFast:
                return count
            count += 1

    assert taken() == 20
    assert taken("sol") == 20
    assert taken("bea", "another deal") == 20
    clock[0] += 0.5
    assert taken() == 5
    clock[0] += 3600
    assert taken() == 20


def test_too_fast_says_what_to_do() -> None:
    rate = Rate(1, clock=lambda: 0.0)
    rate.take("bea", "deal")
    rate.take("bea", "deal")
    with pytest.raises(TooFast, match="Wait a second"):
        rate.take("bea", "deal")


def test_what_came_before_a_take_back_is_read_again() -> None:
    body = encode_body(
        shared_events.RevisionPublished(revision=3, digest="", signed="rep", takes_back=2, reopens=())
    )
    first, second, third = ledger(["table"] * 3)
    feed = Feed()
    feed.start(StreamHead("deal", 0, 0, 0))
    feed.add(first)
    feed.add(second._replace(kind="revision", body=body))
    feed.add(third)
    assert feed.after("buyer", 0) is None
    assert [each.seq for each in feed.after("buyer", 1) or ()] == [2, 3]
