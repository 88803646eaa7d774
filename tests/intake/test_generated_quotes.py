"""Whatever arrives, it is read or refused with problems in sentences; nothing else comes out."""

import json
import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from portal.domain.offer.revision import canonical_bytes, decode
from portal.domain.offer.totals import revise
from portal.errors import Invalid, Problem
from portal.intake.incoming import IncomingQuote, read_quote
from tests.intake.ubl_written import allowance, line, quotation
from tests.intake.written import COMPLETE, SMALLEST, TODAY, ZONE

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.from_regex(r"-?\d{0,14}(\.\d{0,8})?", fullmatch=True)
    | st.sampled_from(
        ["", "0", "-0", "1", "EUR", "JPY", "KWD", "2030-04-30", "9999-12-31", "month", "a\0", "\ud800"]
    )
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)
FIELDS = sorted({name for part in (COMPLETE, *COMPLETE["lines"], COMPLETE["buyer"]) for name in part})


def holds(data: bytes, filename: str = "quote.json") -> None:
    """What is read can be kept as a revision; what is refused says why."""
    quote, problems = read_or_refused(data, filename)
    for problem in problems:
        assert problem.message.strip()
        assert "\n" not in str(problem)
        str(problem).encode()
    if quote is None:
        assert problems
    else:
        revision = revise(quote.offer)
        assert decode(canonical_bytes(revision)) == revision
        assert quote.offer.valid_until >= TODAY
        assert {each.key for each in quote.offer.lines} >= set(quote.private.lines)


def read_or_refused(data: bytes, filename: str) -> tuple[IncomingQuote | None, Sequence[Problem]]:
    try:
        return read_quote(data, filename, today=TODAY, zone=ZONE), ()
    except Invalid as refused:
        return None, refused.problems


@settings(max_examples=200)
@given(VALUES)
def test_any_json_is_read_or_refused(value: Any) -> None:
    holds(json.dumps(value).encode())


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES | st.sampled_from(list(COMPLETE.values()))))
def test_any_fields_are_read_or_refused(fields: dict[str, Any]) -> None:
    holds(json.dumps({**COMPLETE, **fields}).encode())


@settings(max_examples=500)
@given(st.randoms(use_true_random=False), st.lists(VALUES, min_size=1, max_size=3))
def test_a_valid_quote_with_other_values_inside_is_read_or_refused(
    choose: random.Random, values: list[Any]
) -> None:
    document = json.loads(json.dumps(COMPLETE))
    for value in values:
        part: Any = document
        while True:
            step = choose.choice(list(part) if isinstance(part, dict) else range(len(part)))
            if not isinstance(part[step], (dict, list)) or not part[step] or choose.random() < 0.2:
                break
            part = part[step]
        match choose.randrange(4):
            case 0 if isinstance(part, dict):
                del part[step]
            case 1 if isinstance(part, dict):
                part[choose.choice(FIELDS)] = value
            case _:
                part[step] = value
        if not document:
            break
    holds(json.dumps(document).encode())


@settings(max_examples=200)
@given(
    st.binary(max_size=200), st.sampled_from([b"", b"{", b"<", b"\xef\xbb\xbf{", b'<?xml version="1.0"?>'])
)
def test_any_bytes_are_refused(tail: bytes, start: bytes) -> None:
    holds(start + tail)


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([json.dumps(COMPLETE).encode(), quotation(body=allowance("1"))]))
    at = data.draw(st.integers(0, len(whole)))
    gone = data.draw(st.integers(0, 20))
    holds(whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + gone :])


WRITTEN = st.from_regex(r"[+-]?\d{0,13}(\.\d{0,7})?", fullmatch=True) | st.sampled_from(["", "NaN", "1e3"])
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


def figures(most: str = "999999999999.999999", places: int = 6) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, Decimal(most), places=places) | st.sampled_from(
        [Decimal(1), Decimal(100), Decimal(most)]
    )


@settings(max_examples=300)
@given(
    CURRENCIES,
    st.lists(
        st.fixed_dictionaries(
            {"name": st.just("Press"), "quantity": figures(), "unit_price": figures()},
            optional={
                "price_base_quantity": figures(),
                "discount_percent": figures("100"),
                "tax": st.fixed_dictionaries({"rate": figures("100")}),
                "billing": st.sampled_from(["month", "year"]),
                "periods": st.integers(1, 40),
                "optional": st.booleans(),
            },
        ),
        min_size=1,
        max_size=4,
    ),
    st.lists(
        st.fixed_dictionaries({"label": st.just("Fair"), "kind": st.sampled_from(["discount", "charge"])})
        .flatmap(lambda fields: st.one_of(
            figures("10", 0).map(lambda amount: {**fields, "amount": amount}),
            figures("100").map(lambda percent: {**fields, "percent": percent}),
        )),
        max_size=3,
    ),
)  # fmt: skip
def test_any_figures_that_are_read_come_to_totals_that_fit(
    currency: str, lines: list[dict[str, Any]], adjustments: list[dict[str, Any]]
) -> None:
    fields = {**SMALLEST, "currency": currency, "lines": lines, "adjustments": adjustments}
    data = json.dumps(fields, default="{:f}".format).encode()
    holds(data)
    quote, _ = read_or_refused(data, "quote.json")
    if quote is not None:
        contract = revise(quote.offer).totals.contract
        assert 0 <= contract.net < 10**12
        assert contract.total < 10**12


@settings(max_examples=300)
@given(
    figures("99999"),
    figures("99999"),
    st.decimals(1, 999, places=3),
    figures("9999", 2),
    st.booleans(),
)
def test_a_line_of_ubl_comes_to_quantity_times_price_with_its_allowance(
    quantity: Decimal, price: Decimal, base: Decimal, less: Decimal, charge: bool
) -> None:
    figures_of = {"quantity": f"{quantity:f}", "price": f"{price:f}", "base": f"{base:f}"}
    data = quotation(line(more=allowance(f"{less:f}", charge=charge), **figures_of))
    holds(data)
    quote, _ = read_or_refused(data, "quote.xml")
    if quantity:
        exact = Fraction(quantity) * Fraction(price) / Fraction(base) + Fraction(less) * (1 if charge else -1)
        cents = floor(exact * 100 + Fraction(1, 2))
        assert (quote is None) == (cents < 0)
        if quote is not None:
            assert revise(quote.offer).totals.contract.net == Decimal(cents) / 100


@settings(max_examples=200)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("quantity", "price", "base", "extension", "total_tax"), WRITTEN)
        | {"tax": st.just(""), "currency": st.sampled_from(["JPY", "KWD", "XXX", "no"])},
    ),
    WRITTEN,
)
def test_whatever_stands_for_figures_in_ubl_is_read_or_refused(stated: dict[str, str], less: str) -> None:
    holds(quotation(line(more=allowance(less), **stated), totals=[("PayableAmount", less)]))


@settings(max_examples=50)
@given(st.dates(date(2030, 2, 1), date(2030, 4, 1)) | st.dates())
def test_any_end_is_read_or_refused(end: date) -> None:
    holds(json.dumps({**COMPLETE, "valid_until": end.isoformat()}).encode())
