"""Whatever is written into a field of the table, the answer is a sentence, or an offer that every column can hold."""

import msgspec
import pytest

from portal.domain.change import counteroffer
from portal.domain.change.apply import apply
from portal.domain.change.change import spell
from portal.domain.change.effect import effect_of
from portal.domain.change.fields import FIELDS, TABLE
from portal.domain.change.items import AdjustmentPlace, StandingPlace, Total, Wanted
from portal.domain.offer import acceptable, money
from portal.domain.offer.capacity import LAST_DAY
from portal.domain.offer.revision import Adjustment, Line, Term
from portal.domain.offer.totals import revise
from portal.errors import Invalid
from tests.domain.offers import kestrel_offer, line, offer
from tests.hostile import LARGEST, VALUES

COLUMN = 2**63 - 1
SUBJECTS = {
    Line: "line:press",
    Term: "term:delivery",
    Total: "deal:total",
    Wanted: "new:more",
    AdjustmentPlace: "adjustment:more",
    StandingPlace: "standing:more",
}


def open_offer():
    """Every field of the press can be asked for, without bounds, and its largest figures fit each alone."""
    found = kestrel_offer()
    negotiable = ("quantity", "unit_price", "discount_percent", "delivery_date", "warranty_months")
    press = msgspec.structs.replace(
        found.lines[0], negotiable=negotiable, bounds=type(found.lines[0].bounds)()
    )
    return msgspec.structs.replace(found, lines=(press, *found.lines[1:]))


@pytest.mark.parametrize("field", FIELDS)
def test_a_value_of_any_field_is_refused_with_a_sentence_or_fits(field):
    base, kind = open_offer(), TABLE[field].kind
    subject = SUBJECTS[TABLE[field].of] if field != "choice" else "line:glass"
    subject = "line:training" if field == "selected" else subject
    told = []
    for value in (*VALUES, *(f"{value} x Filter" for value in VALUES if kind == "wish")):
        try:
            change = spell(base, subject, field, value)
        except Invalid as refusal:
            told.append(str(refusal.problems[0]))
            continue
        if counteroffer.check(base, [change]):
            continue
        assert fits_columns(apply(base, [change], concession=True)), (field, value[:50])
        effect_of(base, [change])
    assert max(map(len, told), default=0) < 400, "a refusal repeats no more than a few words of it"


def fits_columns(changed) -> bool:
    totals = revise(changed).totals
    amounts = [totals.contract.net, totals.contract.total, *(each.net for each in totals.lines)]
    return all(0 <= money.to_minor(each, changed.currency) <= COLUMN for each in amounts)


def test_figures_that_fit_alone_are_refused_together():
    base = open_offer()
    largest = [
        spell(base, "line:press", "quantity", LARGEST),
        spell(base, "line:press", "unit_price", LARGEST),
    ]
    (problem,) = counteroffer.check(base, largest)
    assert problem.place == "line:press:unit_price"
    assert problem.message == "The line comes to more than 12 digits."
    (problem,) = counteroffer.check(base, largest[1:], beside=largest[:1])
    assert problem.place == "line:press:unit_price"


def test_what_is_wrong_already_is_not_for_the_buyer_to_mend():
    base = offer(
        line("press", "100", negotiable=("quantity",)),
        adjustments=(Adjustment(key="off", label="Off", kind="discount", amount=money.parse("120")),),
    )
    assert [each.place for each in acceptable.problems(base)] == ["/adjustments"]
    three = spell(base, "line:press", "quantity", "3")
    assert counteroffer.check(base, [three]) == []


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"lines": [line("a", LARGEST, "2")]}, "/lines/0"),
        ({"lines": [line("a", LARGEST, "2", optional=True, selected=False)]}, "/lines/0"),
        ({"lines": [line("a", "999999999", billing="month", periods=1200)]}, "/lines/0"),
        ({"lines": [line(key, "999999999999") for key in "ab"]}, "/lines"),
        ({"lines": [line("a", "999999999999.999999", "0.5", price_base_quantity=money.parse("0.000001"))]}, "/lines/0"),
        ({"lines": [line(f"l{number}") for number in range(5001)]}, "/lines"),
        ({"lines": [line("a", billing="month", periods=number) for number in range(1, 26)]}, "/lines"),
        ({"lines": [line("a", delivery_date=LAST_DAY.replace(year=3000))]}, "/lines/0/delivery_date"),
        ({"terms": [Term(key=f"t{number}", name="Term", value="1") for number in range(201)]}, "/terms"),
        ({"adjustments": [("discount", "101", None)]}, "/adjustments"),
        # Of a tax that no line has, and due once where nothing else is.
        ({"adjustments": [("discount", "10", "7")]}, "/adjustments"),
        ({"lines": [line("a", billing="month", periods=12)], "adjustments": [("discount", "1", None)]}, "/adjustments"),
        ({"adjustments": [("charge", "0.001", None)]}, "/adjustments/0/amount"),
        ({"adjustments": [("charge", "1000000000000", None)]}, "/adjustments/0/amount"),
    ],
)  # fmt: skip
def test_no_offer_may_be_like_this(facts, place):
    adjustments = [adjustment(*each) for each in facts.pop("adjustments", ())]
    lines = facts.pop("lines", [line("a", "100")])
    facts = {name: tuple(parts) for name, parts in facts.items()}
    found = acceptable.problems(offer(*lines, adjustments=tuple(adjustments), **facts))
    assert [each.place for each in found] == [place]


def adjustment(kind, amount, rate):
    tax = None if rate is None else {"category": "S", "rate": rate}
    stated = {"key": "x", "label": "X", "kind": kind, "amount": amount, "tax": tax}
    return msgspec.convert(stated, Adjustment, strict=False)


def test_an_ordinary_offer_has_no_problems():
    assert acceptable.problems(kestrel_offer()) == []
