"""Messages that wait for the writer are appended together; each still stands for itself."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from portal.commands.conversation.post_message import Message
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger
from portal.errors import Conflict, NotAllowed, NotFound, SignInNeeded
from tests.cast import Seat, Table
from tests.commands.streams import events, verify


@contextmanager
def held_back(table: Table) -> Iterator[Callable[[Any], "Future[Any]"]]:
    """What is written meanwhile waits, and then goes as one group (on SQLite)."""
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(work: UnitOfWork) -> None:
        begun.set()
        assert may_go_on.wait(30)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(table.database.write_now, slow)
        assert begun.wait(30)
        yield table.database._submit
        may_go_on.set()
        first.result(30)


def message(seat: Seat, body: str, key: str | None = None, anchor: str | None = None) -> Message:
    return Message(actor=seat.actor, deal_id=seat.deal_id, body=body, key=key, anchor=anchor)


def said(table: Table) -> list[str]:
    return [
        ledger.decode_personal(each.personal).body
        for each in events(table, "buyer")
        if each.kind == "message"
    ]


def test_a_group_is_in_the_order_it_came(table: Table) -> None:
    with held_back(table) as write:
        answers = [
            write(message((table.bea, table.rita, table.sol)[n % 3], f"m{n}", f"k{n}")) for n in range(60)
        ]
    positions = [answer.result(30).position for answer in answers]
    if table.database.store.embedded:
        assert said(table) == [f"m{n}" for n in range(60)]
    assert len(set(positions)) >= 40
    assert sorted(said(table)) == sorted(f"m{n}" for n in range(60))
    verify(table)


def test_a_refusal_spares_its_neighbours(table: Table) -> None:
    signed_out = message(table.bea, "Nobody.")
    table.ravn.deal_id = table.deal_id
    with held_back(table) as write:
        good = [write(message(table.bea, "one", "k1"))]
        refused = {
            NotAllowed: write(message(table.vic, "I only read.")),
            NotFound: write(message(table.ravn, "Let me in.")),
            SignInNeeded: write(
                Message(actor=type(table.bea.actor)("gone"), deal_id=table.deal_id, body="Hello")
            ),
        }
        good.append(write(signed_out))
    for kind, answer in refused.items():
        with pytest.raises(kind):
            answer.result(30)
    assert {answer.result(30).position for answer in good} == {2, 3}
    assert sorted(said(table)) == ["Nobody.", "one"]
    verify(table)


def test_a_key_that_comes_twice_in_a_group_is_said_once(table: Table) -> None:
    with held_back(table) as write:
        twice = [write(message(table.bea, "Once.", "k1"))]
        if not table.database.store.embedded:
            twice[0].result(30)  # writers run side by side there: whoever comes first has said it
        twice += [write(message(table.bea, "Once.", "k1")) for _ in range(4)]
        other = write(message(table.bea, "Other.", "k1"))
        colleague = write(message(table.sol, "Once.", "k1"))
    assert len({answer.result(30).position for answer in twice}) == 1
    with pytest.raises(Conflict):
        other.result(30)
    colleague.result(30)
    assert sorted(said(table)) == ["Once.", "Once."]
    again = message(table.bea, "Once.", "k1")
    assert table.database.write_now(again) == twice[0].result()
    verify(table)


def test_a_group_that_fails_is_tried_one_by_one(table: Table) -> None:
    class Broken(str):
        """Text that breaks the writer, as no text of a person can."""

        def replace(self, *arguments: object) -> str:
            raise ZeroDivisionError

    with held_back(table) as write:
        before = write(message(table.bea, "before"))
        broken = write(message(table.bea, Broken("broken")))
        after = write(message(table.bea, "after"))
    with pytest.raises(ZeroDivisionError):
        broken.result(30)
    assert {before.result(30).position, after.result(30).position} == {2, 3}
    assert sorted(said(table)) == ["after", "before"]
    verify(table)


def test_groups_of_many_deals(table: Table) -> None:
    with held_back(table) as write:
        answers = [write(message((table.bea, table.ravn)[n % 2], f"m{n}")) for n in range(40)]
        noted = write(lambda work: table.rita.deal_id)
        answers += [write(message(table.ravn, "last"))]
    assert noted.result(30) == table.deal_id
    assert all(answer.result(30).position for answer in answers)
    assert len(said(table)) == 20
    verify(table)
