"""Every rule of the quote document, broken once, is told at its place in a sentence."""

from typing import Any

import pytest

from tests.intake.written import COMPLETE, SMALLEST, changed, line, problems, read

LONG = "x" * 6000
TOO_MANY_DIGITS = "1234567890123"

BROKEN: list[tuple[str, Any, str]] = [
    # place, value put there, words of the sentence
    ("/title", "", "empty"),
    ("/title", "   ", "empty"),
    ("/title", 12, "not text"),
    ("/title", "x" * 201, "201 characters"),
    ("/title", "two\nlines", "several lines"),
    ("/title", "nul\0", "U+0000"),
    ("/title", "bell\x07", "U+0007"),
    ("/introduction", "esc\x1b", "U+001B"),
    ("/currency", "EURO", "ISO 4217"),
    ("/currency", "eur", "ISO 4217"),
    ("/currency", 978, "ISO 4217"),
    ("/language", "xx", "not a language"),
    ("/language", "english please", "not a language"),
    ("/valid_until", "30.04.2030", "not a date"),
    ("/valid_until", "2030-02-30", "not a day"),
    ("/valid_until", "2030-02-28", "ended on 2030-02-28"),
    ("/valid_until", "9999-12-31", "too far"),
    ("/valid_until", 20300430, "not a date"),
    ("/seller", "Pressworks", "not an object"),
    ("/seller/address/country", "Germany", "ISO 3166-1"),
    ("/seller/address/country", "EU", "ISO 3166-1"),
    ("/seller/contact/email", "rolf", "mail address"),
    ("/buyer/company", "", "empty"),
    ("/buyer/contacts/0/email", "anna@@nordlicht.example", "mail address"),
    ("/buyer/contacts/0/email", "anna@nordlicht.example\nBcc: x@y.example", "mail address"),
    ("/buyer/contacts/0/role", "owner", "not possible"),
    ("/lines", [], "empty"),
    ("/lines", {}, "not a list"),
    ("/lines/0", "Press", "not an object"),
    ("/lines/0/key", "a b", "cannot be a key"),
    ("/lines/0/key", "x" * 65, "cannot be a key"),
    ("/lines/0/name", "x" * 201, "201 characters"),
    ("/lines/0/description", LONG, "6,000 characters"),
    ("/lines/0/quantity", 2, 'Write it as a string: "2".'),
    ("/lines/0/quantity", 2.5, 'Write it as a string: "2.5".'),
    ("/lines/0/quantity", float("nan"), 'such as "12.50"'),
    ("/lines/0/quantity", True, "not a decimal number"),
    ("/lines/0/quantity", "0", "more than 0"),
    ("/lines/0/quantity", "-1", "more than 0"),
    ("/lines/0/quantity", "1e3", "without exponent"),
    ("/lines/0/quantity", "1,5", "with a point"),
    ("/lines/0/quantity", "١", "not a decimal number"),
    ("/lines/0/quantity", "NaN", "not a decimal number"),
    ("/lines/0/quantity", "Infinity", "not a decimal number"),
    ("/lines/0/unit", "pcs.", "Rec 20"),
    ("/lines/0/unit_price", "-0.01", "at least 0"),
    ("/lines/0/unit_price", TOO_MANY_DIGITS, "at most 12 digits"),
    ("/lines/0/unit_price", "0.1234567", "6 after the point"),
    ("/lines/0/price_base_quantity", "0", "more than 0"),
    ("/lines/0/list_price", "-1", "at least 0"),
    ("/lines/0/discount_percent", "100.1", "at most 100"),
    ("/lines/0/discount_percent", "-1", "at least 0"),
    ("/lines/0/billing", "weekly", "Use once, month or year."),
    ("/lines/0/periods", 12, "one period"),
    ("/lines/0/periods", 0, "between 1 and"),
    ("/lines/0/periods", "12", "whole number"),
    ("/lines/0/periods", 1.0, "whole number"),
    ("/lines/0/periods", True, "whole number"),
    ("/lines/0/tax/category", "VAT", "not possible"),
    ("/lines/0/tax/rate", "101", "at most 100"),
    ("/lines/0/why", [{"label": "List", "amount": "13"}], "sum to 13, the net unit price is 12.5"),
    ("/lines/0/why/0", {"label": "List"}, '"amount" is missing'),
    ("/lines/0/includes", ["ok", ""], "empty"),
    ("/lines/0/optional", "yes", "neither true nor false"),
    ("/lines/0/negotiable", ["price"], "not possible"),
    ("/lines/0/bounds/step", "0", "more than 0"),
    ("/lines/0/bounds", {"min_quantity": "5", "max_quantity": "4"}, "more than max_quantity"),
    ("/lines/0/lead_time_days", -1, "between 0 and"),
    ("/lines/0/private/unit_cost", "-1", "at least 0"),
    ("/lines/0/private/margin", "0.4", '"margin" is not a field here'),
    ("/lines/0/quantiti", "2", 'Did you mean "quantity"?'),
    ("/colour", "red", "Known here: external_id, title"),
    ("/terms/0", {"name": "Payment"}, '"value" is missing'),
    ("/terms/0", {"name": "P", "value": "30 days", "options": ["x" * 501]}, "501 characters"),
    ("/adjustments/0", {"label": "Fair", "kind": "rebate", "percent": "1"}, "Use discount or charge."),
    ("/adjustments/0", {"label": "Fair", "kind": "discount"}, "exactly one of the two"),
    ("/adjustments/0", {"label": "F", "kind": "charge", "amount": "1", "percent": "1"}, "exactly one"),
    ("/adjustments/0", {"label": "F", "kind": "discount", "percent": "0"}, "more than 0"),
    ("/adjustments/0", {"label": "F", "kind": "discount", "percent": "101"}, "at most 100"),
    ("/adjustments/0", {"label": "F", "kind": "charge", "amount": "0.005"}, "EUR has 2 decimal places"),
    ("/adjustments/0", {"label": "F", "kind": "discount", "amount": "26"}, "exceed the lines: EUR -1.00"),
    ("/lines/0", line(quantity="999999999999", unit_price="2"), "more than 12 digits"),
    ("/lines/0", line(quantity="999999999999", unit_price="2", optional=True), "more than 12 digits"),
]


@pytest.mark.parametrize(("pointer", "value", "words"), BROKEN)
def test_a_broken_rule_is_told_at_its_place(pointer: str, value: Any, words: str) -> None:
    document = {**SMALLEST, "terms": [{"name": "T", "value": "V"}], "adjustments": [{}]}
    document["adjustments"] = [{"label": "Fair", "kind": "discount", "percent": "1"}]
    if pointer == "/lines/0/why/0":
        document = changed("/lines/0/why", [{}], document)
    told = problems(changed(pointer, value, document))
    # Some rules have their word in a field of the part that breaks them.
    assert any(each.place.startswith(pointer) or pointer.startswith(each.place) for each in told), told
    assert any(words in str(each) for each in told), told
    assert all(each.place for each in told)


@pytest.mark.parametrize(
    ("pointer", "value", "place"),
    [
        ("/lines/0/includes", ["ok", ""], "/lines/0/includes/1"),
        ("/lines/0/why", [{"label": "L", "amount": 1}], "/lines/0/why/0/amount"),
        ("/lines/0/tax", {"category": "S"}, "/lines/0/tax/rate"),
        ("/lines/0/tax", {"category": "Z", "rate": "7"}, "/lines/0/tax/rate"),
        ("/lines/0/price_breaks", [{"from": "x", "unit_price": "1"}], "/lines/0/price_breaks/0/from"),
        ("/lines/0", {**SMALLEST["lines"][0], "a~b/c": "x"}, "/lines/0/a~0b~1c"),
        ("/lines/0", line(optional=False, selected=False), "/lines/0/selected"),
        ("/lines/0", {"name": "Press", "unit_price": "1"}, "/lines/0/quantity"),
    ],
)
def test_places_are_json_pointers(pointer: str, value: Any, place: str) -> None:
    assert [each.place for each in problems(changed(pointer, value))] == [place]


@pytest.mark.parametrize("name", ["title", "currency", "buyer", "lines"])
def test_four_fields_have_no_default(name: str) -> None:
    document = {field: value for field, value in SMALLEST.items() if field != name}
    assert [each.place for each in problems(document)] == [f"/{name}"]


@pytest.mark.parametrize("name", ["name", "quantity", "unit_price"])
def test_three_fields_of_a_line_have_no_default(name: str) -> None:
    only = {field: value for field, value in SMALLEST["lines"][0].items() if field != name}
    assert [each.place for each in problems({**SMALLEST, "lines": [only]})] == [f"/lines/0/{name}"]


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"min_quantity": "3"}, "2 is less than the lower bound 3"),
        ({"max_quantity": "1"}, "2 is more than the upper bound 1"),
        ({"step": "4"}, "2 is not on the step of 4 counted from 0"),
        ({"min_quantity": "1", "step": "2"}, "2 is not on the step of 2 counted from 1"),
    ],
)
def test_the_quantity_lies_within_its_own_bounds(bounds: dict[str, str], words: str) -> None:
    (told,) = problems(changed("/lines/0/bounds", bounds))
    assert told.place == "/lines/0/quantity"
    assert words in told.message


def test_price_breaks_ascend() -> None:
    breaks = [{"from": each, "unit_price": "1"} for each in ("10", "10.0", "30", "20")]
    told = problems(changed("/lines/0/price_breaks", breaks))
    assert [each.place for each in told] == ["/lines/0/price_breaks/1/from", "/lines/0/price_breaks/3/from"]


def test_keys_are_unique() -> None:
    document = changed("/lines", [line(key="ink"), line(key="paper"), line(key=" ink ")])
    document = changed("/terms", [{"key": "t", "name": "A", "value": "1"}] * 2, document)
    told = problems(document)
    assert [each.place for each in told] == ["/lines/2/key", "/terms/1/key"]
    assert "already the key of /lines/0" in told[0].message


def test_a_contact_is_named_once() -> None:
    document = changed("/buyer/contacts/-", {"email": "ANNA@nordlicht.example"})
    assert [each.place for each in problems(document)] == ["/buyer/contacts/1/email"]


@pytest.mark.parametrize(
    ("stated", "place", "words"),
    [
        ([True, True], "/lines/1/selected", "2 lines of choice group"),
        ([False, False], "/lines/0/selected", "No line of choice group"),
        ([False, None], "/lines/0/selected", "No line of choice group"),
    ],
)
def test_a_choice_is_not_guessed_where_it_is_stated(stated: list[Any], place: str, words: str) -> None:
    (told,) = problems({**SMALLEST, "lines": [line(choice_group="ink", selected=each) for each in stated]})
    assert told.place == place
    assert words in told.message


def test_the_build_up_sums_to_the_price_after_its_discount() -> None:
    steps = [{"label": "List", "amount": "12"}, {"label": "Contract", "amount": "-2.44"}]
    (told,) = problems(changed("/lines/0/why", steps, COMPLETE))
    assert told.place == "/lines/0/why"
    assert "sum to 9.56, the net unit price is 9.555" in told.message


def test_all_problems_are_told_at_once() -> None:
    document = changed("/lines/0/quantity", 2)
    document = changed("/lines/-", line(quantity="0", periods=3), document)
    document = changed("/lines/-", line(key="a b", periods=3), document)
    document = changed("/lines/-", line(key="same"), document)
    document = changed("/lines/-", line(key="same"), document)
    document = changed("/valid_until", "2030-01-01", document)
    document["colour"] = "red"
    assert {each.place for each in problems(document)} == {
        "/lines/0/quantity",
        "/lines/1/quantity",
        "/lines/2/key",
        "/lines/4/key",
        "/valid_until",
        "/colour",
    }


def test_too_many_lines_are_refused() -> None:
    (told,) = problems({**SMALLEST, "lines": [line()] * 5001})
    assert told.place == "/lines"
    assert "5,001 entries; at most 5,000" in told.message


def test_a_contract_has_a_bounded_number_of_phases() -> None:
    lines = [line(billing="month", periods=1 + index % 25) for index in range(60)]
    (told,) = problems({**SMALLEST, "lines": lines})
    assert told.place == "/lines/24/periods"
    assert "more than 24 different" in told.message
    assert read({**SMALLEST, "lines": lines[:24]})


def test_a_long_list_of_problems_is_cut_and_says_so() -> None:
    told = problems({**SMALLEST, "lines": [{}] * 1000})
    assert len(told) == 1001
    assert told[-1].message == "and 2,000 problems more."


def test_a_contract_of_more_than_twelve_digits_is_refused() -> None:
    big = line(quantity="999999", unit_price="700000", billing="month", periods=2)
    assert [each.place for each in problems({**SMALLEST, "lines": [big]})] == ["/lines/0"]
    assert read({**SMALLEST, "lines": [{**big, "periods": 1}]})


def test_lines_that_fit_alone_and_not_together_are_refused() -> None:
    big = line(quantity="999999", unit_price="700000")
    assert [each.place for each in problems({**SMALLEST, "lines": [big, big]})] == ["/lines"]
