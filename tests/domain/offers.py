"""Offers for tests of rules: one that people would recognise, and arbitrary ones from hypothesis."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from portal.domain.offer.revision import (
    Adjustment,
    Bounds,
    Line,
    Offer,
    Party,
    PriceBreak,
    Tax,
    Term,
    WhyStep,
)

VAT = Tax(category="S", rate=Decimal(19))
REDUCED = Tax(category="S", rate=Decimal(7))
CURRENCIES = ("EUR", "JPY", "KWD")


def line(key: str, unit_price: str = "100", quantity: str = "1", **facts: Any) -> Line:
    given = {"name": key.capitalize(), "tax": VAT, **facts}
    return Line(key=key, unit_price=Decimal(unit_price), quantity=Decimal(quantity), **given)


def offer(*lines: Line, **facts: Any) -> Offer:
    given: dict[str, Any] = {
        "title": "Two HP-40 presses for the Odense line",
        "currency": "EUR",
        "language": "en",
        "valid_until": date(2026, 12, 31),
        "valid_until_instant": datetime(2026, 12, 31, 23, tzinfo=UTC),
        "time_zone": "Europe/Copenhagen",
        "seller": Party(name="Kestrel Machines"),
        "buyer": Party(name="Oakum Foods"),
        **facts,
    }
    return Offer(lines=lines, **given)


def kestrel_offer(**facts: Any) -> Offer:
    """What Kestrel Machines offers Oakum Foods: 43,100.00 once and 250.00 a month for 36 months."""
    press = line(
        "press",
        "18450",
        "2",
        name="Hydraulic press HP-40",
        negotiable=("quantity", "unit_price", "discount_percent", "delivery_date"),
        bounds=Bounds(min_quantity=Decimal(1), max_quantity=Decimal(20), step=Decimal(1)),
        price_breaks=(
            PriceBreak(start=Decimal(5), unit_price=Decimal(17900)),
            PriceBreak(start=Decimal(10), unit_price=Decimal(17000)),
        ),
        why=(
            WhyStep(label="List price", amount=Decimal(19000)),
            WhyStep(label="Framework contract", amount=Decimal(-550)),
        ),
        delivery_date=date(2026, 3, 2),
    )
    installation = line("installation", "6200", name="Installation")
    care = line("care", "250", name="Care plan", billing="month", periods=36, negotiable=("quantity",))
    training = line("training", "1710", name="Training", optional=True, selected=False)
    steel = line("steel", "0", name="Steel guard", choice_group="guard")
    glass = line("glass", "480", name="Glass guard", choice_group="guard", selected=False)
    terms = (
        Term(
            key="payment",
            name="Payment",
            value="net 30",
            options=("net 14", "net 30", "net 45"),
            negotiable=True,
        ),
        Term(key="delivery", name="Delivery", value="week 12", negotiable=True),
        Term(key="warranty", name="Warranty", value="24 months"),
    )
    return offer(press, installation, care, training, steel, glass, **{"terms": terms, **facts})


def decimals(low: str, high: str, places: int = 6) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


taxes = st.builds(
    Tax,
    category=st.sampled_from(["S", "Z", "E"]),
    rate=st.sampled_from([Decimal(0), Decimal(7), Decimal("8.1")]),
)
prices = decimals("0", "99999.999999") | decimals("0", "999999999999", places=0)
percents = decimals("0", "100", places=2)


@st.composite
def lines(draw: st.DrawFn, key: str, *, same_periods: bool = False) -> Line:
    billing = draw(st.sampled_from(["once", "month", "year"]))
    return Line(
        key=key,
        name=draw(st.text(max_size=5)),
        quantity=draw(decimals("0.001", "1000")),
        unit_price=draw(prices),
        price_base_quantity=draw(st.sampled_from([Decimal(1), Decimal(3), Decimal(100)])),
        discount_percent=draw(percents),
        billing=billing,
        periods=1
        if billing == "once"
        else {"month": 36, "year": 3}[billing]
        if same_periods
        else draw(st.integers(1, 5)),
        tax=draw(taxes),
        selected=draw(st.booleans()),
    )


@st.composite
def adjustments(draw: st.DrawFn, key: str) -> Adjustment:
    size = draw(decimals("0", "9999.999999"))
    facts: dict[str, Any] = draw(st.sampled_from([{"amount": size}, {"percent": min(size, Decimal(100))}]))
    return Adjustment(
        key=key,
        label=draw(st.text(max_size=5)),
        kind=draw(st.sampled_from(["discount", "charge"])),
        tax=draw(st.none() | taxes),
        **facts,
    )


@st.composite
def offers(draw: st.DrawFn, *, same_periods: bool = False) -> Offer:
    count, adjusted = draw(st.integers(1, 6)), draw(st.integers(0, 3))
    return offer(
        *(draw(lines(f"l{index}", same_periods=same_periods)) for index in range(count)),
        currency=draw(st.sampled_from(CURRENCIES)),
        title=draw(st.text(max_size=8)),
        adjustments=tuple(draw(adjustments(f"a{index}")) for index in range(adjusted)),
    )
