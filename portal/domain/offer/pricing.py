"""What a new quantity or a new price does to a line: its price, where the price comes from, and its build-up.

A quantity finds its price in the price breaks, unless the price was negotiated: that one is kept. However a price came
about, `why` sums to the net unit price afterwards; steps that stood there stay, and the difference gets a step of its own.
"""

from collections.abc import Collection
from decimal import Decimal

from msgspec.structs import replace

from portal.domain.offer import money
from portal.domain.offer.revision import Line, PriceBreak, WhyStep

# These words become part of the document, so they are in its language and not in the reader's.
_LABELS = {
    "en": {
        "quoted": "Quoted price",
        "volume": "Volume price from {quantity}",
        "below": "Price below the first volume step",
        "concession": "Round-{round} concession",
        "concession_alone": "Concession",
        "change": "Round-{round} price change",
        "change_alone": "Price change",
    },
    "de": {
        "quoted": "Angebotspreis",
        "volume": "Mengenpreis ab {quantity}",
        "below": "Preis unterhalb der ersten Mengenstufe",
        "concession": "Zugeständnis aus Runde {round}",
        "concession_alone": "Zugeständnis",
        "change": "Preisänderung aus Runde {round}",
        "change_alone": "Preisänderung",
    },
}


def price_break(line: Line, quantity: Decimal) -> PriceBreak | None:
    """The break that holds at `quantity`: the highest that begins at or below it."""
    reached = [each for each in line.price_breaks if each.start <= quantity]
    return max(reached, key=lambda each: each.start, default=None)


def next_break(line: Line, quantity: Decimal) -> PriceBreak | None:
    """The break that a larger quantity reaches first."""
    ahead = [each for each in line.price_breaks if each.start > quantity]
    return min(ahead, key=lambda each: each.start, default=None)


def at_quantity(line: Line, quantity: Decimal, *, language: str) -> Line:
    """The line with another quantity, re-priced when that crosses a price break and the price was not negotiated."""
    resized = replace(line, quantity=quantity)
    before, after = price_break(line, line.quantity), price_break(line, quantity)
    if line.price_source == "negotiated" or before == after:
        return resized
    if after is None:
        if line.list_price is None:
            return resized
        after = PriceBreak(start=money.ZERO, unit_price=line.list_price)
    elif before is None:
        # The price that the breaks don't name becomes their first step, so that a smaller quantity finds it again.
        first = PriceBreak(start=money.ZERO, unit_price=line.unit_price)
        resized = replace(resized, price_breaks=(first, *line.price_breaks))
    below = after.start.is_zero()
    repriced = replace(resized, unit_price=after.unit_price, price_source="list" if below else "break")
    volume_labels = {_volume(each, language) for each in line.price_breaks} | {_label(language, "below")}
    label = _label(language, "below") if below else _volume(after, language)
    return _explained(line, repriced, label, volume_labels, language)


def at_price(
    line: Line,
    *,
    unit_price: Decimal | None = None,
    discount_percent: Decimal | None = None,
    concession: bool,
    round_number: int | None,
    language: str,
    label: str = "",
) -> Line:
    """The line at another unit price or discount, from now on "negotiated"; the same line when nothing differs.

    `label`: what the step in the build-up is called, where it is neither a concession nor a mere change.
    """
    priced = replace(
        line,
        unit_price=line.unit_price if unit_price is None else unit_price,
        discount_percent=line.discount_percent if discount_percent is None else discount_percent,
    )
    if priced == line:
        return line
    name = "concession" if concession and priced.net_unit_price < line.net_unit_price else "change"
    label = label or _label(
        language, name if round_number is not None else f"{name}_alone", round=round_number
    )
    return _explained(line, replace(priced, price_source="negotiated"), label, (), language)


def _explained(before: Line, after: Line, label: str, replaces: Collection[str], language: str) -> Line:
    """`after` with a build-up that sums to its net: the step `label` takes the difference, in place of what it replaces."""
    if before.net_unit_price == after.net_unit_price:
        return after
    steps = list(before.why) or [WhyStep(label=_label(language, "quoted"), amount=before.net_unit_price)]
    replaced = [index for index, step in enumerate(steps) if step.label == label or step.label in replaces]
    kept = [step for index, step in enumerate(steps) if index not in replaced]
    rest = money.CONTEXT.subtract(after.net_unit_price, money.add(step.amount for step in kept))
    if rest:
        kept.insert(replaced[0] if replaced else len(kept), WhyStep(label=label, amount=rest))
    return replace(after, why=tuple(kept))


def _volume(each: PriceBreak, language: str) -> str:
    quantity = f"{each.start:f}".rstrip("0").rstrip(".")
    return _label(
        language, "volume", quantity=quantity.replace(".", ",") if _primary(language) == "de" else quantity
    )


def _label(language: str, name: str, **facts: object) -> str:
    return _LABELS.get(_primary(language), _LABELS["en"])[name].format(**facts)


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
