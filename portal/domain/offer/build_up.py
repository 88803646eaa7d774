"""A line's price build-up: `why` sums to the net unit price. A step keeps its label in the document's language, because it
is what was signed, beside a code and values that it is found by. Steps of a quote, and of schema 1, have a label alone.
"""

from decimal import Decimal

from msgspec.structs import replace

from portal.domain.offer import money
from portal.domain.offer.revision import Line, StepCode, WhyStep

# These words become part of the document, so they are in its language and not in the reader's.
_LABELS: dict[str, dict[str, str]] = {
    "en": {
        "quoted": "Quoted price",
        "volume": "Volume price from {quantity}",
        "below_volume": "Price below the first volume step",
        "concession": "Round-{round_number} concession",
        "concession_alone": "Concession",
        "change": "Round-{round_number} price change",
        "change_alone": "Price change",
    },
    "de": {
        "quoted": "Angebotspreis",
        "volume": "Mengenpreis ab {quantity}",
        "below_volume": "Preis unterhalb der ersten Mengenstufe",
        "concession": "Zugeständnis aus Runde {round_number}",
        "concession_alone": "Zugeständnis",
        "change": "Preisänderung aus Runde {round_number}",
        "change_alone": "Preisänderung",
    },
}
# A line has one of these at most: the price of another quantity takes the step's place.
_OF_QUANTITY = ("volume", "below_volume")


def volume(start: Decimal, language: str) -> WhyStep:
    """The price from `start` on; of zero: the price below the first break."""
    return _step("volume", language, quantity=start) if start else _step("below_volume", language)


def price_change(language: str, *, concession: bool, round_number: int | None) -> WhyStep:
    """A price that was negotiated, in a round where one is given."""
    code: StepCode = "concession" if concession else "change"
    return _step(code, language, round_number=round_number)


def standing_offer(key: str, label: str) -> WhyStep:
    """The price that an if-you-then offer gives, under its own name."""
    return WhyStep(label=label, amount=money.ZERO, code="standing_offer", standing_offer=key)


def explained(before: Line, after: Line, step: WhyStep, language: str) -> Line:
    """`after` with a build-up that sums to its net: `step` takes the difference, in place of the steps that it replaces."""
    if before.net_unit_price == after.net_unit_price:
        return after
    steps = list(before.why) or [replace(_step("quoted", language), amount=before.net_unit_price)]
    labels = _labels(before, step, language)
    replaced = [index for index, each in enumerate(steps) if _replaces(step, each, labels)]
    kept = [each for index, each in enumerate(steps) if index not in replaced]
    rest = money.CONTEXT.subtract(after.net_unit_price, money.add(each.amount for each in kept))
    if rest:
        kept.insert(replaced[0] if replaced else len(kept), replace(step, amount=rest))
    return replace(after, why=tuple(kept))


def _replaces(step: WhyStep, other: WhyStep, labels: set[str]) -> bool:
    if other.code is None:
        return other.label in labels
    if step.code in _OF_QUANTITY:
        return other.code in _OF_QUANTITY
    return _identity(step) == _identity(other)


def _identity(step: WhyStep) -> tuple[object, ...]:
    return step.code, step.round_number, step.standing_offer


def _labels(line: Line, step: WhyStep, language: str) -> set[str]:
    """What a step that `step` replaces is called where it has no code."""
    if step.code not in _OF_QUANTITY:
        return {step.label}
    starts = [each.start for each in line.price_breaks]
    return {step.label, *(volume(start, language).label for start in (money.ZERO, *starts))}


def _step(
    code: StepCode, language: str, *, quantity: Decimal | None = None, round_number: int | None = None
) -> WhyStep:
    primary = language.replace("_", "-").partition("-")[0].lower()
    numbered = code in ("concession", "change") and round_number is None
    label = _LABELS.get(primary, _LABELS["en"])[f"{code}_alone" if numbered else code].format(
        quantity=_written(quantity, primary), round_number=round_number
    )
    return WhyStep(label=label, amount=money.ZERO, code=code, quantity=quantity, round_number=round_number)


def _written(quantity: Decimal | None, primary: str) -> str:
    text = "" if quantity is None else f"{money.six(quantity):f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if primary == "de" else text
