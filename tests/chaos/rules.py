"""The rules of a negotiation once more, as simply as they can be said: what each command must come to, or be refused with.

Values are texts by change id ("line:press:quantity"); a choice group is told by its chosen line under "choice".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from portal.errors import Conflict, Invalid, NotAllowed, NotFound

Values = dict[str, str]
QUANTITY, PRICE = "line:press:quantity", "line:press:unit_price"
CHOICES = ("line:panel-plain:choice", "line:panel-touch:choice")
# What buyers may ask, what nobody but the seller may change, and values worth trying.
ASKABLE: Mapping[str, tuple[str, ...]] = {
    QUANTITY: ("1.000000", "2.000000", "3.000000", "5.000000"),
    PRICE: ("18450.000000", "17200.000000", "15000.000000", "14000.000000"),
    "line:install:quantity": ("32.000000", "40.000000"),
    "line:training:selected": ("true", "false"),
    CHOICES[0]: ("true",),
    CHOICES[1]: ("true",),
    "line:care:unit_price": ("240.000000", "250.000000"),
    "term:payment:value": ("14 days net", "30 days net", "60 days net"),
}
FIXED: Mapping[str, tuple[str, ...]] = {
    "term:delivery:value": ("Week 10", "Week 12"),
}
QUOTED: Values = {
    QUANTITY: "2.000000",
    PRICE: "18450.000000",
    "line:install:quantity": "40.000000",
    "line:training:selected": "false",
    "choice": "panel-plain",
    "term:payment:value": "30 days net",
    "line:care:unit_price": "250.000000",
    "term:delivery:value": "Week 12",
}
BREAK_AT, BREAK_PRICE = Decimal(5), "17900.000000"
FLOOR, LIMIT, MOST_USES = Decimal("15919.13"), Decimal("18443.97"), 10
BUYERS, SELLERS = ("viewer", "commenter", "negotiator", "signer"), ("rep", "manager")
Refused = type[Exception]


@dataclass
class Ask:
    id: str
    changes: Values
    package: bool


@dataclass
class Publication:
    """What a rep decides: a verdict and perhaps a value for each answered change."""

    base: int
    answers: dict[str, tuple[str, str]]
    edits: Values = field(default_factory=dict)


@dataclass
class Model:
    clock: Any
    valid_until: datetime
    stored: str = "open"
    revision: int = 1
    values: Values = field(default_factory=lambda: dict(QUOTED))
    negotiated: bool = False
    asks: list[Ask] = field(default_factory=list)
    edits: Values = field(default_factory=dict)
    drafts: dict[str, Values] = field(default_factory=dict)
    approval: tuple[str, Publication] | None = None
    signer: str = ""
    # Whether a break names the price of small quantities by now; what was tried since a rep's last revision, and held.
    below_named: bool = False
    spent: set[str] = field(default_factory=set)
    uses: int = 0

    @property
    def state(self) -> str:
        """By the clock, whoever has swept."""
        return "expired" if self.stored == "open" and self.clock() >= self.valid_until else self.stored

    # ---- who may ---------------------------------------------------------------------------------------------------

    def may(self, role: str | None, least: str, *states: str) -> Refused | None:
        """None when this role may in the present state; a role of None has no way to the deal."""
        if role is None:
            return NotFound
        ladder = BUYERS if least in BUYERS else SELLERS
        able = role in ladder and ladder.index(role) >= ladder.index(least)
        return None if able and self.state in states else NotAllowed

    # ---- what is offered -------------------------------------------------------------------------------------------

    def says(self, change_id: str) -> str | None:
        """What the offer says where this change would change it; None when that is gone."""
        if change_id in CHOICES:
            return "true" if self.values["choice"] == _key(change_id) else "false"
        return self.values.get(change_id)

    def settled(self, change_id: str, value: str) -> bool:
        return self.says(change_id) == value

    def can_ask(self, changes: Values) -> Refused | None:
        fine = changes and all(
            each in ASKABLE and self.says(each) not in (None, value) for each, value in changes.items()
        )
        return None if fine else Invalid

    def applied(self, changes: Iterable[tuple[str, str]]) -> tuple[Values, bool] | None:
        """The values after these changes and whether the price is negotiated then; None when they do not go together."""
        wanted = list(changes)
        ids = ["choice" if each in CHOICES else each for each, _ in wanted]
        if len(set(ids)) < len(ids) or any(self.says(each) is None for each, _ in wanted):
            return None
        made, after, negotiated = dict(wanted), dict(self.values), self.negotiated
        for each, value in wanted:
            after["choice" if each in CHOICES else each] = _key(each) if each in CHOICES else value
        if PRICE not in made:
            after[PRICE] = self._repriced(after[QUANTITY])
        elif made[PRICE] != self._repriced(after[QUANTITY]):
            negotiated = True
        return after, negotiated

    def _repriced(self, quantity: str) -> str:
        """A quantity finds its price in the breaks, unless the price was negotiated."""
        reached, was = Decimal(quantity) >= BREAK_AT, Decimal(self.values[QUANTITY]) >= BREAK_AT
        if self.negotiated or reached == was:
            return self.values[PRICE]
        return BREAK_PRICE if reached else QUOTED[PRICE]

    # ---- what is asked and answered --------------------------------------------------------------------------------

    def ask(self, made: Ask) -> None:
        """A newer ask overtakes what older ones asked of the same fields; a package ends as a whole."""
        kept = []
        for older in self.asks:
            left = {each: value for each, value in older.changes.items() if each not in made.changes}
            if left == older.changes or (left and not older.package):
                kept.append(Ask(older.id, left, older.package))
        self.asks = [*kept, made]

    def answers_at_once(self, made: Ask) -> bool:
        """What needs no person is answered with the ask. A secret is tried once until a rep's next revision, held or not."""
        secret = {each: value for each, value in made.changes.items() if not self._published(each, value)}
        subjects = {each.rpartition(":")[0] for each in secret}
        inside = all(each == PRICE and Decimal(value) >= LIMIT for each, value in secret.items())
        fresh = not subjects & self.spent
        self.spent |= subjects
        found = self.applied(made.changes.items())
        if not (inside and fresh and found) or (secret and self.uses >= MOST_USES):
            return False
        self.uses += bool(secret)
        self._takes(found)
        self.asks = [each for each in self.asks if each is not made]
        self.next_revision(by_rep=False)
        return True

    def _published(self, each: str, value: str) -> bool:
        if each in CHOICES or each == "line:training:selected":
            return True
        named = self.below_named or Decimal(value) >= BREAK_AT if each == QUANTITY else False
        return named and not self.negotiated

    def _takes(self, found: tuple[Values, bool]) -> None:
        was, now = Decimal(self.values[QUANTITY]), Decimal(found[0][QUANTITY])
        self.below_named |= was < BREAK_AT <= now and not self.negotiated
        self.values, self.negotiated = found

    def publish(self, role: str, publication: Publication) -> Refused | str:
        """What it comes to: "published", "approval", or a refusal. `publication.edits` are the seller's own."""
        known = {each for ask in self.asks for each in ask.changes}
        if self.state != "open":
            return NotAllowed
        if publication.base != self.revision or publication.answers.keys() - known:
            return Conflict
        resolved = [self._resolved(ask, publication.answers) for ask in self.asks]
        made = [each for one in resolved for each in one or []]
        found = self.applied([*made, *publication.edits.items()])
        if None in resolved or found is None or not (self.asks or publication.edits):
            return Invalid
        if Decimal(found[0][PRICE]) < FLOOR and role == "rep":
            return "approval"
        self._takes(found)
        self.asks, self.edits = [], {}
        self.next_revision()
        return "published"

    def _resolved(self, ask: Ask, answers: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]] | None:
        """What the answers to one ask change; None when they are no answer to it."""
        # What the offer says by now needs no answer, in a package neither.
        left = {
            each: value
            for each, value in ask.changes.items()
            if each in answers or not self.settled(each, value)
        }
        verdicts = [answers[each][0] for each in left if each in answers]
        if len(verdicts) < len(left) or (
            ask.package and "accept" in verdicts and set(verdicts) != {"accept"}
        ):
            return None
        made = []
        for each, asked in left.items():
            verdict, value = answers[each]
            if verdict == "decline":
                continue
            if self.says(each) is None or (verdict == "counter" and self.says(each) == value):
                return None
            made.append((each, asked if verdict == "accept" else value))
        return made

    # ---- what ends and begins --------------------------------------------------------------------------------------

    def next_revision(self, *, by_rep: bool = True) -> None:
        self.revision += 1
        self.approval = None
        if by_rep:
            self.spent = set()

    def close(self, state: str) -> None:
        self.stored, self.asks, self.approval = state, [], None


def put(kept: Values, changes: Values, says: Mapping[str, str | None]) -> Values:
    """A draft after more is put into it: the last word on a field counts, and one that changes nothing takes it out."""
    touched = {*changes, *(CHOICES if changes.keys() & set(CHOICES) else ())}
    left = {each: value for each, value in kept.items() if each not in touched}
    return left | {each: value for each, value in changes.items() if says[each] != value}


def _key(change_id: str) -> str:
    return change_id.split(":")[1]
