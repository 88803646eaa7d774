"""Commands on their way to a writer, and the delivery of their outcomes to tasks and threads."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(slots=True)
class QueuedCommand:
    """A command and the future that its caller waits for; `loop` is the caller's, None for a thread."""

    command: Callable[..., Any]
    answer: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None = None

    def is_abandoned(self) -> bool:
        """Whether the caller has stopped waiting. A command that has begun is finished all the same."""
        if isinstance(self.answer, Future):
            return not self.answer.set_running_or_notify_cancel()
        return self.answer.cancelled()


# A command with its result or its error.
Outcome = tuple[QueuedCommand, Any]


def deliver_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Resolve the future of each command, with one call into each event loop."""
    for loop, its_own in groupby(outcomes, key=lambda each: each[0].loop):
        if loop is None:
            _settle(list(its_own))
        else:
            # A loop that was just closed needs no outcomes.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, list(its_own))


def _settle(outcomes: Sequence[Outcome]) -> None:
    for queued, outcome in outcomes:
        # A caller that stopped waiting meanwhile repeats the command under the same key.
        with suppress(InvalidStateError, asyncio.InvalidStateError):
            if isinstance(outcome, BaseException):
                queued.answer.set_exception(outcome)
            else:
                queued.answer.set_result(outcome)
