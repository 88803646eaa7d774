"""The second model's board on stories that a person can follow."""

from typing import Any

import pytest

from tests.second_model.board import board_of

PRICE, QUANTITY, PAYMENT = ("press", "unit_price"), ("press", "quantity"), ("payment", "value")
OFFERED = {PRICE: "100", QUANTITY: "2", PAYMENT: "30 days"}
Event = dict[str, Any]


def asked(ask: str, changes: dict[Any, str], by: str = "bea", *, package: bool = False) -> Event:
    return {"kind": "asked", "ask": ask, "by": by, "changes": changes, "package": package}


def revision(changes: dict[Any, str], **answers: str) -> Event:
    fields = {"price": PRICE, "quantity": QUANTITY, "payment": PAYMENT}
    return {
        "kind": "revision",
        "changes": changes,
        "answers": {fields[each]: verdict for each, verdict in answers.items()},
    }


AGREED: Event = {"kind": "agreed", "subjects": ["press"]}
CHEAPER = asked("c1", {PRICE: "90"})


@pytest.mark.parametrize(
    ("events", "press", "is_open"),
    [
        ([], "not discussed", False),
        ([revision({PRICE: "120"})], "not discussed", False),
        ([CHEAPER], "asked", True),
        ([CHEAPER, {"kind": "withdrawn", "ask": "c1"}], "not discussed", False),
        ([CHEAPER, revision({PRICE: "90"}, price="accept")], "agreed", False),
        ([CHEAPER, revision({PRICE: "89"}, price="counter")], "agreed", False),
        ([CHEAPER, revision({PRICE: "95"}, price="counter")], "answered", False),
        ([CHEAPER, revision({}, price="decline")], "answered", False),
        ([CHEAPER, revision({PRICE: "85"})], "agreed", False),
        ([CHEAPER, revision({PRICE: "95"})], "asked", True),
        ([CHEAPER, revision({}, price="decline"), AGREED], "agreed", False),
        ([CHEAPER, revision({}, price="decline"), AGREED, revision({PRICE: "120"})], "answered", False),
        ([CHEAPER, revision({}, price="decline"), AGREED, asked("c2", {QUANTITY: "4"})], "asked", True),
        ([CHEAPER, revision({PRICE: "90"}, price="accept"), revision({PRICE: "120"})], "answered", False),
        ([CHEAPER, revision({}, price="decline"), {"kind": "taken_back"}], "asked", True),
        ([CHEAPER, {"kind": "accepted"}], "agreed", False),
        ([CHEAPER, AGREED], "agreed", False),
        ([CHEAPER, asked("c2", {PRICE: "80"}, "sol"), revision({PRICE: "90"}, price="counter")], "answered", False),
        ([CHEAPER, asked("c2", {PRICE: "80"}), revision({PRICE: "80"}, price="accept")], "agreed", False),
    ],
)  # fmt: skip
def test_what_a_line_comes_to(events, press, is_open):
    board = board_of(OFFERED, events)
    assert (board.state("press"), board.has_open_asks()) == (press, is_open)


def test_a_field_asked_anew_ends_the_package_it_was_in():
    package = asked("c1", {PRICE: "90", PAYMENT: "60 days"}, package=True)
    assert board_of(OFFERED, [package]).states() == {"press": "asked", "payment": "asked"}
    anew = board_of(OFFERED, [package, asked("c2", {PRICE: "85"})])
    assert anew.states() == {"press": "asked", "payment": "not discussed"}
    colleague = board_of(OFFERED, [package, asked("c2", {PRICE: "85"}, "sol")])
    assert colleague.states() == {"press": "asked", "payment": "asked"}
