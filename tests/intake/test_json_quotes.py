from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.domain.offer.revision import Address, Bounds, LinePrivate, PriceBreak, Tax, WhyStep
from portal.domain.offer.totals import totals
from portal.intake.incoming import NewContact
from tests.intake.written import COMPLETE, SMALLEST, changed, line, problems, read


def test_a_complete_quote_becomes_its_offer() -> None:
    quote = read(COMPLETE)

    assert quote.external_id == quote.number == "Q-2030-17"
    offer = quote.offer
    assert (offer.title, offer.currency, offer.language) == ("Two presses and their service", "EUR", "de-AT")
    assert offer.introduction == "As discussed.\nSee *below*."
    assert offer.valid_until == date(2030, 4, 30)
    assert offer.valid_until_instant == datetime(2030, 4, 30, 22, tzinfo=UTC)
    assert offer.time_zone == "Europe/Copenhagen"
    assert offer.seller.name == "Pressworks GmbH"
    assert offer.seller.tax_id == "DE123456789"
    assert offer.seller.address == Address(
        street="Werkstr. 1", street2="Tor 3", city="Berlin", region="BE", postcode="10115", country="DE"
    )
    assert (offer.seller.contact.name, offer.seller.contact.phone) == ("Rolf Rep", "+49 30 1")
    assert quote.seller_contact_email == "rolf@pressworks.example"
    assert (offer.buyer.name, offer.buyer.tax_id, offer.buyer.address.city) == (
        "Nordlicht Druck", "ATU12345678", "Wien",
    )  # fmt: skip
    assert offer.delivery == Address(street="Lager 4", city="Linz", country="AT")
    assert quote.contacts == (
        NewContact(name="Anna Berg", email="anna@nordlicht.example", role="negotiator"),
        NewContact(name="Sven Sund", email="sven@nordlicht.example", role="signer"),
    )
    assert quote.warnings == ()


def test_every_field_of_a_line_arrives() -> None:
    press = read(COMPLETE).offer.line("press")

    assert press is not None
    assert (press.sku, press.name, press.description) == ("PA3", "Press A3", "Offset press")
    assert (press.section, press.unit, press.fulfilment) == ("Machines", "EA", "factory")
    assert (press.quantity, press.unit_price, press.price_base_quantity) == (100, Decimal("9.80"), 10)
    assert (press.list_price, press.discount_percent) == (12, Decimal("2.5"))
    assert (press.billing, press.periods, press.lead_time_days) == ("once", 1, 21)
    assert press.tax == Tax(category="S", rate=Decimal(20))
    assert press.why == (
        WhyStep(label="List", amount=Decimal(12)),
        WhyStep(label="Contract", amount=Decimal("-2.445")),
    )
    assert press.explanation == "A hundred at once."
    assert press.includes == ("Assembly", "Manual")
    assert (press.optional, press.selected, press.choice_group) == (False, True, None)
    assert press.negotiable == ("quantity", "unit_price", "discount_percent", "delivery_date")
    assert press.bounds == Bounds(min_quantity=Decimal(10), max_quantity=Decimal(500), step=Decimal(10))
    assert press.price_breaks[1] == PriceBreak(start=Decimal(100), unit_price=Decimal("9.80"))
    assert press.price_source == "break"


def test_private_figures_are_kept_apart_from_the_offer() -> None:
    quote = read(COMPLETE)
    assert quote.private.lines == {
        "press": LinePrivate(
            unit_cost=Decimal(6), floor_unit_price=Decimal(8), auto_accept_unit_price=Decimal(9)
        )
    }
    assert not hasattr(quote.offer.lines[0], "private")


def test_terms_and_adjustments_arrive() -> None:
    offer = read(COMPLETE).offer
    payment, warranty = offer.terms
    # What is offered is among what can be chosen, and a term with options is there to be chosen from.
    assert payment.options == ("30 days", "14 days", "60 days")
    assert payment.negotiable
    assert (warranty.key, warranty.value, warranty.negotiable) == ("term-2", "2 years", True)
    fair, freight = offer.adjustments
    assert (fair.key, fair.kind, fair.percent, fair.amount, fair.tax) == ("fair", "discount", 1, None, None)
    assert (freight.key, freight.kind, freight.amount) == ("adjustment-2", "charge", 40)
    assert freight.tax == Tax(category="S", rate=Decimal(20))


def test_a_term_may_say_what_it_is_about() -> None:
    terms = [{"name": "Settlement", "value": "30 days", "kind": "payment"}, {"name": "Other", "value": "x"}]
    assert [term.kind for term in read({**COMPLETE, "terms": terms}).offer.terms] == ["payment", None]


def test_the_smallest_quote_takes_defaults() -> None:
    quote = read({"title": "T", "currency": "JPY", "buyer": {"company": "C"}, "lines": [
        {"name": "N", "quantity": "1", "unit_price": "1"}]})  # fmt: skip

    only = quote.offer.lines[0]
    assert (only.key, only.unit, only.billing, only.periods) == ("line-1", "C62", "once", 1)
    assert (only.optional, only.selected, only.price_source) == (False, True, "list")
    assert only.tax == Tax(category="Z")
    assert quote.offer.language == "en"
    assert quote.offer.valid_until == date(2030, 3, 31)
    assert quote.external_id.startswith("content-")
    assert quote.number == ""
    assert [each.place for each in quote.warnings] == [
        "/valid_until",
        "/buyer/contacts",
        "/seller/name",
        "/lines/0/tax",
    ]


def test_null_counts_as_not_given() -> None:
    quote = read(changed("/lines/0/list_price", None, changed("/language", None)))
    assert quote.offer.lines[0].list_price is None
    assert quote.offer.language == "en"


def test_derived_keys_go_around_stated_ones() -> None:
    lines = [line(), line(key="line-1"), line(key="line-3"), line()]
    assert [each.key for each in read({**SMALLEST, "lines": lines}).offer.lines] == [
        "line-2",
        "line-1",
        "line-3",
        "line-4",
    ]


@pytest.mark.parametrize(
    ("stated", "selected"),
    [
        ([None, None], [True, False]),
        ([None, True], [False, True]),
        ([True, None], [True, False]),
        ([False, True], [False, True]),
    ],
)
def test_a_choice_group_has_one_selected_line(stated: list[bool | None], selected: list[bool]) -> None:
    lines = [line(choice_group="ink", selected=each) for each in stated]
    assert [each.selected for each in read({**SMALLEST, "lines": lines}).offer.lines] == selected


@pytest.mark.parametrize(
    ("stated", "optional", "selected"),
    [
        ({}, False, True),
        ({"optional": True}, True, False),
        ({"optional": True, "selected": True}, True, True),
        ({"selected": False}, True, False),
    ],
)
def test_an_optional_line_is_left_out_unless_selected(
    stated: dict[str, bool], optional: bool, selected: bool
) -> None:
    only = read({**SMALLEST, "lines": [line(**stated)]}).offer.lines[0]
    assert (only.optional, only.selected) == (optional, selected)


@pytest.mark.parametrize(
    ("quantity", "unit_price", "source"),
    [("9", "7", "list"), ("10", "6", "break"), ("99", "5", "negotiated"), ("100", "5", "break")],
)
def test_a_price_that_its_break_does_not_name_was_agreed_on(
    quantity: str, unit_price: str, source: str
) -> None:
    breaks = [{"from": "10", "unit_price": "6"}, {"from": "100", "unit_price": "5"}]
    quote = read({**SMALLEST, "lines": [line(quantity=quantity, unit_price=unit_price, price_breaks=breaks)]})
    assert quote.offer.lines[0].price_source == source
    assert [each.place for each in quote.warnings] == ["/lines/0/unit_price"] * (source == "negotiated")


@pytest.mark.parametrize(
    ("stated", "category", "rate"),
    [
        ({"rate": "7"}, "S", 7),
        ({"rate": "0"}, "Z", 0),
        ({"category": "AE", "reason": "Reverse charge"}, "AE", 0),
        ({"category": "L", "rate": "3"}, "L", 3),
    ],
)
def test_category_and_rate_complete_each_other(stated: dict[str, str], category: str, rate: int) -> None:
    quote = read(changed("/lines/0/tax", stated))
    assert quote.offer.lines[0].tax.category == category
    assert quote.offer.lines[0].tax.rate == rate
    assert quote.warnings == ()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        (changed("/lines/0/tax", {"category": "E"}), "/lines/0/tax"),
        (changed("/lines/0/tax", {"category": "S", "rate": "0"}), "/lines/0/tax"),
        (changed("/lines/0/private/floor_unit_price", "13"), "/lines/0/private/floor_unit_price"),
        (
            changed("/lines/0/private", {"floor_unit_price": "9", "auto_accept_unit_price": "8"}),
            "/lines/0/private/auto_accept_unit_price",
        ),
    ],
)
def test_what_is_doubtful_is_read_with_a_warning(fields: dict[str, object], place: str) -> None:
    (warning,) = read(fields).warnings
    assert warning.place == place
    assert warning.hint


def test_a_warning_that_many_lines_share_is_told_once() -> None:
    silent = {"name": "Ink", "quantity": "1", "unit_price": "5"}
    (warning,) = read({**SMALLEST, "lines": [silent] * 40}).warnings
    assert "39 more" in warning.message


def test_another_end_replaces_one_that_has_passed() -> None:
    past = changed("/valid_until", "2030-02-28")
    (problem,) = problems(past)
    assert problem.place == "/valid_until"
    assert "--valid-until" in problem.hint
    assert read(past, valid_until=date(2030, 5, 1)).offer.valid_until == date(2030, 5, 1)
    assert [each.place for each in problems(past, valid_until=date(2030, 2, 1))] == ["--valid-until"]


def test_the_last_day_counts() -> None:
    assert read(changed("/valid_until", "2030-03-01")).offer.valid_until_instant == datetime(
        2030, 3, 1, 23, tzinfo=UTC
    )


def test_given_contacts_win_over_those_of_the_document() -> None:
    given = [
        NewContact(email="Anna@nordlicht.example", name="Anna", role="signer"),
        NewContact(email="b@c.example"),
    ]
    assert read(SMALLEST, contacts=given).contacts == tuple(given)


def test_currencies_without_and_with_three_places_are_read() -> None:
    for currency, price in (("JPY", "1250"), ("KWD", "1.125")):
        offer = read(
            {**SMALLEST, "currency": currency, "lines": [line(unit_price=price, quantity="3")]}
        ).offer
        assert totals(offer).once.net == 3 * Decimal(price)
