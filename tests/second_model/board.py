"""The settlement board, from a list of events alone: the design's "Counteroffer", "Decided cases" and "Settlement board".

Events are dictionaries, oldest first. A field is (subject, name); a subject is a line or a term.

    {"kind": "asked", "ask": id, "by": person, "changes": {field: value}, "package": bool}
    {"kind": "withdrawn", "ask": id}                      by the buyer
    {"kind": "revision", "answers": {field: verdict}, "changes": {field: value}}
    {"kind": "agreed", "subjects": [subject]}             by the buyer, to what is offered
    {"kind": "taken_back"}                                the revision that was published last
    {"kind": "accepted"}

`changes` of a revision are all values that it publishes anew, granted ones included. A price is asked as the net unit
price, under the name "unit_price".
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Field = tuple[str, str]


def meets(name: str, asked: str, offered: str) -> bool:
    """Tell whether an ask is met; a better price than asked meets it."""
    return Decimal(offered) <= Decimal(asked) if name == "unit_price" else offered == asked


@dataclass
class Board:
    offered: dict[Field, str]
    # Per field and person, the open ask and its value.
    open: dict[Field, dict[str, tuple[str, str]]] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)
    # What was asked in the last round of a field that had an answer.
    answered: dict[Field, list[str]] = field(default_factory=dict)
    # Lines and terms that the buyer agreed to as offered, until they change or are asked about again.
    agreed: set[str] = field(default_factory=set)
    is_accepted: bool = False
    before: "Board | None" = None

    def state(self, subject: str) -> str:
        """Return "not discussed", "asked", "answered" or "agreed"."""
        if self.is_accepted or subject in self.agreed:
            return "agreed"
        if any(asks for (about, _), asks in self.open.items() if about == subject):
            return "asked"
        answered = [self.is_met(each) for each in self.answered if each[0] == subject]
        return "not discussed" if not answered else "agreed" if all(answered) else "answered"

    def is_met(self, asked: Field) -> bool:
        return all(meets(asked[1], value, self.offered[asked]) for value in self.answered[asked])

    def states(self) -> dict[str, str]:
        return {subject: self.state(subject) for subject, _ in self.offered}

    def has_open_asks(self) -> bool:
        return any(self.open.values())

    def add(self, event: Mapping[str, Any]) -> None:
        getattr(self, "add_" + event["kind"])(event)

    def add_asked(self, event: Mapping[str, Any]) -> None:
        """A newer ask of the same person replaces the older, and ends the package that the older was in."""
        for ask in self.ended_by(event):
            self.close(ask)
        for asked, value in event["changes"].items():
            self.open.setdefault(asked, {})[event["by"]] = (event["ask"], value)
            self.agreed.discard(asked[0])
        if event["package"]:
            self.packages.add(event["ask"])

    def ended_by(self, event: Mapping[str, Any]) -> set[str]:
        """Return the packages that an ask ends."""
        mine = {
            self.open[asked][event["by"]][0]
            for asked in event["changes"]
            if event["by"] in self.open.get(asked, {})
        }
        return mine & self.packages

    def close(self, ask: str) -> None:
        for asks in self.open.values():
            for person in [each for each, (by_id, _) in asks.items() if by_id == ask]:
                del asks[person]

    def add_withdrawn(self, event: Mapping[str, Any]) -> None:
        self.close(event["ask"])

    def add_revision(self, event: Mapping[str, Any]) -> None:
        self.before = copy.deepcopy(self)
        for changed, value in event["changes"].items():
            if self.offered[changed] != value:
                self.agreed.discard(changed[0])
            self.offered[changed] = value
        for asked, asks in self.open.items():
            values = [value for _, value in asks.values()]
            if values and (
                asked in event["answers"]
                or all(meets(asked[1], each, self.offered[asked]) for each in values)
            ):
                self.answered[asked] = values
                asks.clear()

    def add_agreed(self, event: Mapping[str, Any]) -> None:
        """What is agreed takes the place of what was asked there."""
        for subject in event["subjects"]:
            self.agreed.add(subject)
            for (about, _), asks in self.open.items():
                if about == subject:
                    asks.clear()

    def add_taken_back(self, event: Mapping[str, Any]) -> None:
        """The earlier offer applies again, and the requests that the revision answered are open again."""
        assert self.before is not None
        vars(self).update(vars(self.before))

    def add_accepted(self, event: Mapping[str, Any]) -> None:
        self.open.clear()
        self.is_accepted = True


def board_of(offered: Mapping[Field, str], events: Iterable[Mapping[str, Any]]) -> Board:
    """Return the board after all events; `offered` holds the values of the first revision."""
    board = Board(dict(offered))
    for event in events:
        board.add(event)
    return board
