"""Run the commands of one transaction: one after the other in savepoints, or many of a kind as one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from portal.database.write_queue import Outcome, QueuedCommand

if TYPE_CHECKING:
    from portal.database.unit_of_work import UnitOfWork


def batches(group: Sequence[QueuedCommand]) -> Iterator[list[QueuedCommand]]:
    """Split a group into neighbours that their class can run together (`together`), and single commands."""
    for together, neighbours in groupby(group, key=lambda queued: getattr(queued.command, "together", None)):
        if together is None:
            yield from ([queued] for queued in neighbours)
        else:
            yield list(neighbours)


def run_batch(work: UnitOfWork, batch: Sequence[QueuedCommand]) -> Iterable[Outcome]:
    """Return each command's result or error. A batch that fails together is run again one by one."""
    if len(batch) > 1:
        together = batch[0].command.together  # type: ignore[attr-defined]  # what `batches` grouped them by
        try:
            with work.connection.begin_nested():
                results = together(work, [queued.command for queued in batch])
        except Exception as error:
            _raise_if_disconnected(work, error)
            work.changed_deals.clear()
            work.appended.clear()
        else:
            return zip(batch, results, strict=True)
    # Deals are locked in the order of their ids, as in a batch, so that two groups cannot deadlock.
    in_order = sorted(batch, key=lambda queued: getattr(queued.command, "deal_id", ""))
    return [(queued, _outcome(work, queued.command)) for queued in in_order]


def _outcome(work: UnitOfWork, command: Callable[[UnitOfWork], Any]) -> Any:
    own = replace(work, changed_deals=set(), appended=[])
    try:
        with work.connection.begin_nested():
            result = command(own)
    except Exception as error:
        _raise_if_disconnected(work, error)
        return error
    work.changed_deals.update(own.changed_deals)
    work.appended.extend(own.appended)
    return result


def _raise_if_disconnected(work: UnitOfWork, error: Exception) -> None:
    """A command fails alone, unless it took the connection with it."""
    if work.connection.invalidated or not work.connection.in_transaction():
        raise error
