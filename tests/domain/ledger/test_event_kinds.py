"""The table of events is complete, and agrees with the bodies it is about."""

from __future__ import annotations

from typing import get_args

import pytest

from portal.domain.ledger import ledger
from portal.domain.ledger.event_kinds import _ROWS, KINDS, EventKind, kind_of
from portal.domain.ledger.response_time import turn_effect
from portal.domain.ledger.shared_events import RevisionPublished
from portal.rendering.regions import REGIONS

ALL = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def test_each_kind_has_one_row() -> None:
    bodies = list(get_args(ledger.AnyBody))
    assert sorted(row.body.__name__ for row in _ROWS) == sorted(body.__name__ for body in bodies)
    assert len(KINDS) == len(bodies)
    assert all(kind_of(body).body is body for body in bodies)


@ALL
def test_the_page_has_the_regions_that_a_kind_redraws(kind: EventKind) -> None:
    assert kind.redraws <= REGIONS.keys()


@ALL
def test_only_what_both_sides_read_is_shown_to_both(kind: EventKind) -> None:
    shown = kind.in_conversation or kind.moves_board or kind.publishes_revision or kind.redraws
    assert kind.audience == "table" or not (shown or kind.mail_to_buyers)


@ALL
def test_what_the_buyers_keep_to_themselves_moves_nothing_of_the_seller_s(kind: EventKind) -> None:
    seen = kind.in_activity or kind.in_inbox or kind.moves_inbox or kind.mail_to_sellers
    assert kind.audience != "buyer" or not (seen or kind.is_timed)


def test_the_inbox_shows_all_that_both_sides_read_but_housekeeping() -> None:
    housekeeping = {
        "contact_added",
        "contact_role_changed",
        "counteroffers_closed",
        "question_answered",
        "reopened",
    }
    shared = {name for name, kind in KINDS.items() if kind.audience == "table"}
    assert {name for name, kind in KINDS.items() if kind.in_inbox} == shared - housekeeping


@pytest.mark.parametrize(
    ("name", "by_buyer", "by_seller"),
    [
        ("message", "begins", "ends"),
        ("counteroffer", "begins", "stays"),
        ("revision", "stays", "ends"),
        ("more_time_asked", "begins", "stays"),
        ("more_time_given", "stays", "ends"),
        ("withdrawn", "stays", "ends"),
        ("declined", "ends", "stays"),
        ("accepted", "ends", "ends"),
        ("expired", "stays", "stays"),
        ("note", "stays", "stays"),
    ],
)
def test_who_waits_after_an_event(name: str, by_buyer: str, by_seller: str) -> None:
    kind = KINDS[name]
    assert (kind.by_buyer, kind.by_seller) == (by_buyer, by_seller)


@pytest.mark.parametrize(
    ("signed", "takes_back", "reopens", "effect"),
    [
        ("rep", 0, (), "ends"),
        ("policy", 0, (), "lifts"),
        ("rep", 2, ("c1",), "begins"),
        ("rep", 2, (), "stays"),
    ],
)
def test_a_revision_ends_the_wait_that_it_answers(
    signed: str, takes_back: int, reopens: tuple[str, ...], effect: str
) -> None:
    body = RevisionPublished(
        revision=3,
        digest="",
        signed=signed,  # type: ignore[arg-type] # one of its words, as listed above
        takes_back=takes_back,
        reopens=reopens,
    )
    assert turn_effect(body, "rep:rita") == effect
