"""Commands on their way to a writer, and telling those who wait how it went: tasks of a loop, or threads."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(slots=True)
class Waiting:
    """A command, and the answer somebody waits for; `loop` is theirs, None for a thread."""

    command: Callable[..., Any]
    answer: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None = None

    def given_up(self) -> bool:
        """Whether nobody waits any more. What has begun is finished all the same."""
        if isinstance(self.answer, Future):
            return not self.answer.set_running_or_notify_cancel()
        return self.answer.cancelled()


Answered = tuple[Waiting, Any]


def answer(answers: Sequence[Answered]) -> None:
    """A result or an error for each; one call into a loop for all that wait there."""
    for loop, its_own in groupby(answers, key=lambda each: each[0].loop):
        if loop is None:
            _settle(list(its_own))
        else:
            # A loop that has just been closed needs no answers.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, list(its_own))


def _settle(answers: Sequence[Answered]) -> None:
    for waiting, outcome in answers:
        # Whoever gave up meanwhile asks again, under the same key.
        with suppress(InvalidStateError, asyncio.InvalidStateError):
            if isinstance(outcome, BaseException):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome)
