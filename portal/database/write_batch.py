"""What runs in one transaction of the writer: commands one after the other, a savepoint each, or many of a kind at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from portal.database.write_queue import Answered, Waiting

if TYPE_CHECKING:
    from portal.database.unit_of_work import UnitOfWork


def alike(group: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """Neighbours that their kind of command can run together; every other command by itself."""
    for together, neighbours in groupby(
        group, key=lambda waiting: getattr(waiting.command, "together", None)
    ):
        if together is None:
            yield from ([waiting] for waiting in neighbours)
        else:
            yield list(neighbours)


def outcomes(work: UnitOfWork, neighbours: Sequence[Waiting]) -> Iterable[Answered]:
    """What each command came to: its result or its error. Together, or one by one when together failed."""
    if len(neighbours) > 1:
        together = neighbours[0].command.together  # type: ignore[attr-defined]  # what made them alike
        try:
            with work.connection.begin_nested():
                found = together(work, [waiting.command for waiting in neighbours])
        except Exception as error:
            _or_give_up(work, error)
            work.touched.clear()
            work.happened.clear()
        else:
            return zip(neighbours, found, strict=True)
    # Deals are locked in the order of their ids, as together, so that two groups cannot wait for each other.
    in_order = sorted(neighbours, key=lambda waiting: getattr(waiting.command, "deal_id", ""))
    return [(waiting, _outcome(work, waiting.command)) for waiting in in_order]


def _outcome(work: UnitOfWork, command: Callable[[UnitOfWork], Any]) -> Any:
    mine = replace(work, touched=set(), happened=[])
    try:
        with work.connection.begin_nested():
            result = command(mine)
    except Exception as error:
        _or_give_up(work, error)
        return error
    work.touched.update(mine.touched)
    work.happened.extend(mine.happened)
    return result


def _or_give_up(work: UnitOfWork, error: Exception) -> None:
    """A command that fails fails alone, unless the connection went with it."""
    if work.connection.invalidated or not work.connection.in_transaction():
        raise error
