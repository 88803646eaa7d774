"""Changes: how text is spelled, what an offer says today, who may change what, and what applying them does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from portal.domain.change.apply import apply, contradictions
from portal.domain.change.change import Change, buyer_fields, current, seller_fields, spell
from portal.domain.change.fields import FIELDS, field_name
from portal.domain.change.items import find_item, find_line_or_term
from portal.errors import Invalid
from tests.domain.offers import kestrel_offer, line

PRESS, TRAINING, GLASS, PAYMENT = "line:press", "line:training", "line:glass", "term:payment"


def change(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


def refused(error: pytest.ExceptionInfo[Invalid]) -> tuple[str, str]:
    [problem] = error.value.problems
    return problem.place, str(problem)


@pytest.mark.parametrize(
    ("subject", "field", "text", "spelled"),
    [
        (PRESS, "quantity", "3", "3.000000"),
        (PRESS, "quantity", " 2.50 ", "2.500000"),
        (PRESS, "unit_price", "17200", "17200.000000"),
        (PRESS, "unit_price", "-0", "0.000000"),
        (PRESS, "discount_percent", "7.5", "7.500000"),
        (PRESS, "discount_percent", "100", "100.000000"),
        (PRESS, "delivery_date", "2026-04-01", "2026-04-01"),
        (PRESS, "warranty_months", " 36.0 ", "36"),
        (TRAINING, "selected", "true", "true"),
        (GLASS, "choice", "true", "true"),
        (PAYMENT, "value", "  net\n 45 ", "net 45"),
        (PAYMENT, "value", "x" * 500, "x" * 500),
        (PAYMENT, "value", "Cafe\u0301", "Caf\u00e9"),
    ],
)
def test_each_field_has_one_spelling(subject, field, text, spelled):
    found = spell(kestrel_offer(), subject, field, text)
    assert (found.id, found.value) == (f"{subject}:{field}", spelled)
    assert spell(kestrel_offer(), subject, field, spelled) == found


@pytest.mark.parametrize(
    ("subject", "field", "text", "sentence"),
    [
        (PRESS, "quantity", "two", "not a number"),
        (PRESS, "quantity", "NaN", "not a number"),
        (PRESS, "quantity", "1e3", "not a number"),
        (PRESS, "quantity", "1,5", "not a number"),
        (PRESS, "quantity", "0", "more than zero"),
        (PRESS, "quantity", "0.0000004", "6 after the point"),
        (PRESS, "unit_price", "-0.01", "can't be negative"),
        (PRESS, "discount_percent", "100.01", "between 0 and 100"),
        (PRESS, "discount_percent", "-1", "between 0 and 100"),
        (PRESS, "delivery_date", "1 April", "not a day"),
        (PRESS, "delivery_date", "2026-02-30", "not a day"),
        (PRESS, "warranty_months", "36.5", "whole number from 0 to 600"),
        (PRESS, "warranty_months", "601", "whole number from 0 to 600"),
        (PRESS, "selected", "false", "can't be left out"),
        (PRESS, "choice", "true", "no alternatives"),
        (PRESS, "value", "x", "has no value"),
        (PRESS, "unit_cost", "1", "has no unit_cost"),
        (TRAINING, "selected", "yes", 'Say "true"'),
        (GLASS, "choice", "false", 'made with "true"'),
        (GLASS, "selected", "true", "choose another line"),
        (PAYMENT, "quantity", "1", "has no quantity"),
        (PAYMENT, "value", "  ", "Say what"),
        (PAYMENT, "value", "x" * 501, "At most 500"),
        (PAYMENT, "value", "a\x00b", "can't be shown"),
        (PAYMENT, "value", "a\ud800b", "can't be shown"),
        ("line:ghost", "quantity", "1", "no line “ghost”"),
        ("term:ghost", "value", "1", "no term “ghost”"),
        ("offer:title", "value", "1", "no “offer:title”"),
        ("", "value", "1", "no “”"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_at_its_place(subject, field, text, sentence):
    with pytest.raises(Invalid) as error:
        spell(kestrel_offer(), subject, field, text)
    place, said = refused(error)
    assert place == f"{subject}:{field}"
    assert sentence in said


@given(
    st.text(max_size=20),
    st.sampled_from([(PRESS, name) for name in FIELDS[:3]] + [(PRESS, "delivery_date"), (PAYMENT, "value")]),
)
def test_any_text_is_spelled_or_refused(text, place):
    try:
        spelled = spell(kestrel_offer(), *place, text)
    except Invalid:
        return
    changed = apply(kestrel_offer(), [spelled], concession=False)
    assert current(changed, spelled) == spelled.value


@pytest.mark.parametrize(
    ("subject", "field", "says"),
    [
        (PRESS, "quantity", "2.000000"),
        (PRESS, "unit_price", "18450.000000"),
        (PRESS, "discount_percent", "0.000000"),
        (PRESS, "delivery_date", "2026-03-02"),
        ("line:care", "delivery_date", ""),
        ("line:care", "warranty_months", ""),
        (TRAINING, "selected", "false"),
        (GLASS, "choice", "false"),
        ("line:steel", "choice", "true"),
        (PAYMENT, "value", "net 30"),
    ],
)
def test_what_the_offer_says_today(subject, field, says):
    assert current(kestrel_offer(), change(subject, field, "")) == says


def test_what_is_gone_says_nothing_today():
    with pytest.raises(Invalid, match="no line “ghost”"):
        current(kestrel_offer(), change("line:ghost", "quantity", "1"))
    assert find_line_or_term(kestrel_offer(), "line:ghost") is None


OF_LINES = {*FIELDS[: FIELDS.index("value")]}


@pytest.mark.parametrize(
    ("subject", "seller", "buyer"),
    [
        (
            PRESS,
            OF_LINES - {"selected", "choice"},
            {"quantity", "unit_price", "discount_percent", "delivery_date"},
        ),
        ("line:installation", OF_LINES - {"selected", "choice"}, set()),
        ("line:care", OF_LINES - {"selected", "choice"}, {"quantity"}),
        (TRAINING, OF_LINES - {"choice"}, {"selected"}),
        (GLASS, OF_LINES - {"selected"}, {"choice"}),
        (PAYMENT, {"value"}, {"value"}),
        ("term:warranty", {"value"}, set()),
        ("deal:total", set(), {"target"}),
        ("new:filters", {"line"}, {"wish"}),
        ("adjustment:loyalty", {"adjustment"}, set()),
        ("standing:volume", {"standing_offer"}, set()),
    ],
)
def test_who_may_change_what(subject, seller, buyer):
    found = find_item(kestrel_offer(), subject)
    assert found is not None
    assert (set(seller_fields(found)), set(buyer_fields(found))) == (seller, buyer)


def test_every_field_has_a_name_for_people():
    assert len({field_name(field) for field in FIELDS}) == len(FIELDS)


def test_ticking_choosing_delivering_and_wording():
    found = apply(
        kestrel_offer(),
        [
            change(TRAINING, "selected", "true"),
            change(GLASS, "choice", "true"),
            change(PRESS, "delivery_date", "2026-04-01"),
            change(PAYMENT, "value", "net 45"),
        ],
        concession=False,
    )
    assert {each.key for each in found.lines if each.selected} == {
        "press",
        "installation",
        "care",
        "training",
        "glass",
    }
    assert found.line("press").delivery_date.isoformat() == "2026-04-01"
    assert found.term("payment").value == "net 45"
    assert found.term("delivery") == kestrel_offer().term("delivery")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([change(PRESS, "quantity", "3"), change(PRESS, "quantity", "4")], "changed twice"),
        ([change(GLASS, "choice", "true"), change("line:steel", "choice", "true")], "exclude each other"),
        ([change("line:ghost", "quantity", "3")], "no line"),
        ([change(PRESS, "selected", "false")], "can't be left out"),
        ([change(PRESS, "choice", "true")], "no alternatives"),
        ([change(PAYMENT, "quantity", "3")], "has no quantity"),
        ([change(PRESS, "quantity", "many")], "not a number"),
    ],
)
def test_what_cannot_be_applied_is_refused(changes, sentence):
    with pytest.raises(Invalid) as error:
        apply(kestrel_offer(), changes, concession=False)
    assert sentence in refused(error)[1]


def test_choices_of_two_groups_do_not_contradict():
    asked = kestrel_offer()
    more = replace(asked, lines=(*asked.lines, line("red", choice_group="colour")))
    assert contradictions(more, [change(GLASS, "choice", "true"), change("line:red", "choice", "true")]) == []
