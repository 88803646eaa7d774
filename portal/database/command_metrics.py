"""How often each command was done or refused, by its name alone: for operators, never what was in it."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import FunctionType
from typing import Any, TypeVar

from portal.errors import ParleyError

C = TypeVar("C", bound=Callable[..., Any])
OTHER = "other"
_HUMP = re.compile(r"(?<!^)(?=[A-Z])")
# By the command's function, or by its class where a command is an object (messages, by the thousand a second).
_NAMES: dict[Callable[..., Any], str] = {}


def command(name: str) -> Callable[[C], C]:
    """Declare a function or a class as a command, and its name in the metrics: dashboards rely on it, so it stays.

    What buyers do among themselves has the name of work on a draft, which leaves no trace at the seller's either.
    """

    def declare(function: C) -> C:
        _NAMES[function] = name
        return function

    return declare


def command_names() -> Mapping[Callable[..., Any], str]:
    """Every command that has been imported, and its name."""
    return dict(_NAMES)


class CommandMetrics:
    """Counts for (command, outcome). Writers count from their threads."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def count(self, ended: Iterable[tuple[Callable[..., Any], BaseException | None]]) -> None:
        """Commands that have ended, each with its error or None."""
        named = [(name_of(function), outcome_of(error)) for function, error in ended]
        with self._lock:
            self._counts.update(named)

    def counts(self) -> Mapping[tuple[str, str], int]:
        with self._lock:
            return dict(self._counts)


def name_of(function: Callable[..., Any]) -> str:
    """Return the name of the command behind whatever was handed to `write`, else "other"."""
    while isinstance(function, partial):
        function = function.func
    if not isinstance(function, FunctionType):
        return _NAMES.get(type(function), OTHER)
    if function in _NAMES:
        return _NAMES[function]
    # An edge wraps its command to give it the actor; the command is what the wrapping has closed over.
    enclosed = (cell.cell_contents for cell in function.__closure__ or ())
    return next((name for each in enclosed if callable(each) and (name := name_of(each)) != OTHER), OTHER)


def outcome_of(error: BaseException | None) -> str:
    """ "done"; for an error that a person reads its kind, such as "conflict"; else "failed"."""
    if error is None:
        return "done"
    return _HUMP.sub("_", type(error).__name__).lower() if isinstance(error, ParleyError) else "failed"
