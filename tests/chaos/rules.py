"""The rules of a negotiation once more, as simply as they can be said: what each command must come to, or be refused with.

Values are texts by change id ("line:press:quantity"); a choice group is told by its chosen line under "choice".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portal.errors import Conflict, Invalid, NotAllowed, NotFound

Values = dict[str, str]
QUANTITY, PRICE = "line:press:quantity", "line:press:unit_price"
CHOICES = ("line:panel-plain:choice", "line:panel-touch:choice")
# What buyers may ask, what nobody but the seller may change, and values worth trying.
ASKABLE: Mapping[str, tuple[str, ...]] = {
    QUANTITY: ("1.000000", "2.000000", "3.000000", "5.000000"),
    PRICE: ("18450.000000", "17200.000000", "15000.000000", "14000.000000", "18445.000000"),
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
FLOOR, LIMIT, MOST_USES, MOST_FAILURES = Decimal("15919.13"), Decimal("18443.97"), 10, 3
BUYERS, SELLERS = ("viewer", "commenter", "negotiator", "signer"), ("rep", "manager")
Refused = type[Exception]
Held = tuple[Decimal, str] | None


@dataclass
class Ask:
    by: str
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
    # From which quantity on a negotiated price holds.
    negotiated: Held = None
    # The price that a manager signed last.
    signed: str = ""
    # When the offer ends, and what the last quote said of that, and whether it had an installation.
    day: date = date.min
    quoted_day: date = date.min
    quoted_install: bool = True
    asks: list[Ask] = field(default_factory=list)
    edits: Values = field(default_factory=dict)
    drafts: dict[str, Values] = field(default_factory=dict)
    approval: tuple[str, Publication] | None = None
    signer: str = ""
    # In which revision a person last answered or changed a line or term; whether its one try since then failed; how often
    # something secret was granted.
    since: dict[str, int] = field(default_factory=dict)
    tried: dict[str, dict[int, bool]] = field(default_factory=dict)
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
        """Whether the offer gives it already: a price also by a lower one."""
        says = self.says(change_id)
        lower = change_id.endswith(":unit_price") and says is not None and Decimal(says) < Decimal(value)
        return says == value or lower

    def can_ask(self, changes: Values) -> Refused | None:
        fine = changes and all(
            each in ASKABLE and self.says(each) not in (None, value) for each, value in changes.items()
        )
        return None if fine else Invalid

    def applied(self, changes: Iterable[tuple[str, str]]) -> tuple[Values, Held] | None:
        """The values after these changes and the price that is negotiated then; None when they do not go together."""
        wanted = list(changes)
        ids = ["choice" if each in CHOICES else each for each, _ in wanted]
        if len(set(ids)) < len(ids) or any(self.says(each) is None for each, _ in wanted):
            return None
        made, after = dict(wanted), dict(self.values)
        for each, value in wanted:
            after["choice" if each in CHOICES else each] = _key(each) if each in CHOICES else value
        price, negotiated = self._priced(after[QUANTITY])
        after[PRICE] = made.get(PRICE, price)
        if after[PRICE] != price:
            negotiated = Decimal(after[QUANTITY]), after[PRICE]
        return after, negotiated

    def _priced(self, quantity: str) -> tuple[str, Held]:
        """The price at a quantity, and what is negotiated then. A negotiated one holds from its quantity upwards; a lower
        break applies at once; for fewer than that somebody has to say, and the price stays until then."""
        wanted, price = Decimal(quantity), self.values[PRICE]
        if quantity == self.values[QUANTITY]:
            return price, self.negotiated
        if self.negotiated is None:
            return BREAK_PRICE if wanted >= BREAK_AT else QUOTED[PRICE], None
        start, held = self.negotiated
        if wanted >= BREAK_AT and Decimal(BREAK_PRICE) < Decimal(held):
            return BREAK_PRICE, self.negotiated
        return (held, self.negotiated) if wanted >= start else (price, (wanted, price))

    # ---- what is asked and answered --------------------------------------------------------------------------------

    def ask(self, made: Ask) -> None:
        """A newer ask overtakes what the same person asked of the same fields before; a package ends as a whole."""
        kept = []
        for older in self.asks:
            left = {each: value for each, value in older.changes.items() if each not in made.changes}
            if older.by != made.by:
                kept.append(older)
            elif left == older.changes or (left and not older.package):
                kept.append(Ask(older.by, older.id, left, older.package))
        self.asks = [*kept, made]

    def chosen(self, found: tuple[Values, Held]) -> None:
        """The buyers have chosen by themselves: what was asked of those options needs no answer, but for a package."""
        changed = self._takes(found)
        for ask in self.asks:
            if not ask.package:
                ask.changes = {
                    each: value
                    for each, value in ask.changes.items()
                    if not each.endswith((":selected", ":choice")) or subject(each) not in changed
                }
        self.asks = [ask for ask in self.asks if ask.changes]
        self.next_revision(changed)

    def answers_at_once(self, made: Ask) -> bool:
        """What needs no person is answered with the ask. A secret is tried once, held or not, until a person answers or
        changes that line; what failed three times is for a person for good."""
        secret = {each: value for each, value in made.changes.items() if not self._published(each, value)}
        subjects = {subject(each) for each in secret}
        found = self.applied(made.changes.items())
        price = self._priced(made.changes.get(QUANTITY, self.values[QUANTITY]))[0]
        granted = (
            found is not None
            and all(each == PRICE and Decimal(value) >= LIMIT for each, value in secret.items())
            # A dearer price than is offered is a slip, and for a person.
            and Decimal(secret.get(PRICE, price)) <= Decimal(price)
            and not any(self._spent(each) for each in subjects)
            and (not secret or self.uses < MOST_USES)
        )
        for each in subjects:
            self.tried.setdefault(each, {}).setdefault(self.since.get(each, 1), not granted)
        if not granted or found is None:
            return False
        self.uses += bool(secret)
        changed = self._takes(found)
        self.asks = [each for each in self.asks if each is not made]
        self.next_revision(changed)
        return True

    def _spent(self, what: str) -> bool:
        tries = self.tried.get(what, {})
        return self.since.get(what, 1) in tries or sum(tries.values()) >= MOST_FAILURES

    def _published(self, each: str, value: str) -> bool:
        """Whether the offer itself says what it costs: options, quantities from a break or from a negotiated price on."""
        if each != QUANTITY:
            return each in CHOICES or each == "line:training:selected"
        start = self.negotiated[0] if self.negotiated else BREAK_AT
        lower = self.negotiated is None or Decimal(BREAK_PRICE) < Decimal(self.negotiated[1])
        return Decimal(value) >= (min(start, BREAK_AT) if lower else start)

    def _takes(self, found: tuple[Values, Held]) -> set[str]:
        """The lines and terms that differ."""
        before, was = self.values, self.negotiated
        self.values, self.negotiated = found
        differ = {each for each in before | self.values if before.get(each) != self.values.get(each)}
        lines = {subject(each) for each in differ - {"choice"}}
        lines |= {subject(each) for each in CHOICES} if "choice" in differ else set()
        return lines | ({subject(PRICE)} if was != self.negotiated else set())

    def publish(self, role: str, publication: Publication) -> Refused | str:
        """What it comes to: "published", "approval", or a refusal. `publication.edits` are the seller's own."""
        known = {each for ask in self.asks for each in ask.changes}
        if self.state != "open":
            return NotAllowed
        if publication.base != self.revision or publication.answers.keys() - known:
            return Conflict
        # What is accepted and was asked with several values has no one answer.
        several = any(
            verdict == "accept" and len({ask.changes[each] for ask in self.asks if each in ask.changes}) > 1
            for each, (verdict, _) in publication.answers.items()
        )
        resolved = [self._resolved(ask, publication.answers) for ask in self.asks]
        made = dict(each for one in resolved for each in one or [])
        found = self.applied([*made.items(), *publication.edits.items()])
        if several or None in resolved or found is None or not (self.asks or publication.edits):
            return Invalid
        if role == "rep" and self._waits(found[0]):
            return "approval"
        changed = self._takes(found)
        answered = {subject(each) for each in known}
        self.asks = []
        # What was drafted since it was asked for stays.
        self.edits = {
            each: value for each, value in self.edits.items() if publication.edits.get(each) != value
        }
        self.approval = None
        self.next_revision(changed, decided=changed | answered, manager=role == "manager")
        return "published"

    def _waits(self, after: Values) -> bool:
        """Below the floor a manager signs, unless one has signed that price before and it has not become dearer since."""
        price = Decimal(after[PRICE])
        before = self.signed and Decimal(self.signed) <= price and Decimal(self.values[PRICE]) <= price
        return price < FLOOR and not before

    def requote(self, role: str, day: date, *, install: bool) -> Refused | None:
        """The same quote again merges with what was negotiated: all of that stays. Only an installation comes and goes: one
        that was negotiated can't go without a word."""
        after, key = dict(self.values), "line:install:quantity"
        if install and not self.quoted_install:
            after.setdefault(key, QUOTED[key])
        if not install and after.pop(key, QUOTED[key]) != QUOTED[key]:
            return Conflict
        assert role == "manager" or not self._waits(after), (
            "nothing that is published below the floor waits again"
        )
        # The later day holds where more time was given.
        given, moved = self.day != self.quoted_day, day != self.quoted_day
        if moved and not (given and self.day > day):
            self.lasts(day)
        self.quoted_day, self.quoted_install = day, install
        changed = self._takes((after, self.negotiated))
        self.next_revision(changed, decided=changed, manager=role == "manager")
        return None

    def _resolved(self, ask: Ask, answers: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]] | None:
        """What the answers to one ask change; None when they are no answer to it."""
        # What the offer gives by now needs no answer, in a package neither.
        left = {
            each: value
            for each, value in ask.changes.items()
            if each in answers or not self.settled(each, value)
        }
        verdicts = [answers[each][0] for each in left if each in answers]
        # A package may be countered as one, and then some of it stays as asked; but not declined in part.
        if len(verdicts) < len(left) or (
            ask.package and "decline" in verdicts and set(verdicts) != {"decline"}
        ):
            return None
        made = []
        for each, asked in left.items():
            verdict, value = answers[each]
            if verdict == "decline":
                continue
            # A counter by the value that was asked accepts it.
            same = verdict == "counter" and value != asked and self.says(each) == value
            if self.says(each) is None or same:
                return None
            made.append((each, asked if verdict == "accept" else value))
        return made

    # ---- what ends and begins --------------------------------------------------------------------------------------

    def lasts(self, day: date) -> None:
        """Until the end of that day, where the seller is."""
        self.day = day
        self.valid_until = datetime.combine(day + timedelta(days=1), time(), ZoneInfo("Europe/Copenhagen"))

    def next_revision(
        self, changed: Set[str] = frozenset(), *, decided: Set[str] = frozenset(), manager: bool = False
    ) -> None:
        """`changed`: what differs in it; `decided`: what a person of the seller's answered or changed; `manager`: signed by
        one. What waits for a manager goes on beside other parts, and comes back when its own move."""
        self.revision += 1
        self.since |= dict.fromkeys(decided, self.revision)
        self.signed = self.values[PRICE] if manager else self.signed
        if self.approval:
            waiting = self.approval[1]
            waiting.base = self.revision
            if changed & {subject(each) for each in (*waiting.answers, *waiting.edits)}:
                self.approval = None

    def close(self, state: str) -> None:
        self.stored, self.asks, self.approval = state, [], None


def put(kept: Values, changes: Values, says: Mapping[str, str | None]) -> Values:
    """A draft after more is put into it: the last word on a field counts, and one that changes nothing takes it out."""
    touched = {*changes, *(CHOICES if changes.keys() & set(CHOICES) else ())}
    left = {each: value for each, value in kept.items() if each not in touched}
    return left | {each: value for each, value in changes.items() if says[each] != value}


def _key(change_id: str) -> str:
    return change_id.split(":")[1]


def subject(change_id: str) -> str:
    return change_id.rpartition(":")[0]
