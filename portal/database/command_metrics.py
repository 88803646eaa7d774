"""How often each command was done or refused, by its name alone: for operators, never what was in it."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from portal.errors import ParleyError

_HOME = "portal.commands."
_HUMP = re.compile(r"(?<!^)(?=[A-Z])")
OTHER = "other"
# These figures are the seller's: what buyers do among themselves counts as work on a draft, which leaves no trace either.
_ALIKE = {
    **dict.fromkeys(("buyer_room", "scenarios", "share_scenario"), "draft_counteroffer.put_changes"),
    "send_scenario": "make_counteroffer",
}
# Commands that are objects of a class of their own (messages, by the thousand a second), by that class.
_TYPES: dict[type, str] = {}


class Tally:
    """Counts for (command, outcome). Writers count from their threads."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def count(self, ended: Iterable[tuple[Callable[..., Any], BaseException | None]]) -> None:
        """Commands that have ended, each with its error or None."""
        named = [
            (_TYPES.get(type(command)) or name_of(command), outcome_of(error)) for command, error in ended
        ]
        with self._lock:
            self._counts.update(named)

    def counts(self) -> Mapping[tuple[str, str], int]:
        with self._lock:
            return dict(self._counts)


def name_of(command: Callable[..., Any]) -> str:
    """ "accept", "draft_revision.put_changes": the verb behind whatever was handed to `write`, else "other"."""
    while isinstance(command, partial):
        command = command.func
    home = getattr(command, "__module__", "") or ""
    if home.startswith(_HOME):
        verb = home.rpartition(".")[2]
        if verb in _ALIKE:
            return _ALIKE[verb]
        if not hasattr(command, "__name__"):
            return _TYPES.setdefault(type(command), verb)
        return verb if command.__name__ == verb else f"{verb}.{command.__name__}"
    # An edge wraps its command to give it the actor; the command is what the wrapping has closed over.
    for cell in getattr(command, "__closure__", None) or ():
        if callable(cell.cell_contents) and (found := name_of(cell.cell_contents)) != OTHER:
            return found
    return OTHER


def outcome_of(error: BaseException | None) -> str:
    """ "done"; for an error that a person reads its kind, such as "conflict"; else "failed"."""
    if error is None:
        return "done"
    return _HUMP.sub("_", type(error).__name__).lower() if isinstance(error, ParleyError) else "failed"
