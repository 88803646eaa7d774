"""What differs between two revisions: everything that does, and nothing else."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.difference.compare import Comparison, compare
from portal.domain.offer.revision import Adjustment, Offer, Revision, Tax, Term, canonical_bytes, decode
from portal.domain.offer.totals import revise
from tests.domain.offers import VAT, kestrel_offer, line, offers


def moved(*changes: tuple[str, str, str]) -> Offer:
    asked = [Change(subject=subject, field=field, value=value) for subject, field, value in changes]  # type: ignore[arg-type]
    return apply(kestrel_offer(), asked, concession=True, round_number=1)


def told(after: Offer, before: Offer | None = None) -> Comparison:
    return compare(revise(before or kestrel_offer()), revise(after))


def fields(found: Comparison, subject: str) -> dict[str, tuple[Any, Any]]:
    changed = found.changed(subject)
    return {each.field: (each.before, each.after) for each in changed.differences} if changed else {}


def test_the_same_offer_differs_in_nothing():
    found = told(kestrel_offer())
    assert not found
    assert found.subjects == ()


def test_a_price_differs_with_its_consequences():
    found = told(moved(("line:press", "unit_price", "17200")))
    assert found.subjects == ("line:press",)
    assert fields(found, "line:press") == {
        "unit_price": (Decimal(18450), Decimal(17200)),
        "price_source": ("list", "negotiated"),
        "why": (
            kestrel_offer().line("press").why,
            moved(("line:press", "unit_price", "17200")).line("press").why,
        ),
        "net": (Decimal(36900), Decimal(34400)),
    }
    [changed] = found.lines
    assert changed.name == "Hydraulic press HP-40"
    assert [each.field for each in changed.decided] == ["unit_price"]
    assert changed.difference("net").after == Decimal(34400)
    assert changed.difference("quantity") is None
    assert [(each.field, each.before, each.after) for each in found.totals][:2] == [
        ("once.net", Decimal(43100), Decimal(40600)),
        ("once.tax", Decimal(8189), Decimal(7714)),
    ]


def test_terms_adjustments_and_the_head():
    before = kestrel_offer(
        adjustments=(Adjustment(key="d", label="Fair", kind="discount", percent=Decimal(1)),)
    )
    after = replace(
        moved(("term:payment", "value", "net 45")),
        title="Two presses",
        adjustments=(
            Adjustment(key="d", label="Fair discount", kind="discount", amount=Decimal(100), tax=VAT),
        ),
    )
    found = told(after, before)
    assert fields(found, "term:payment") == {"value": ("net 30", "net 45")}
    assert [(each.field, each.before, each.after) for each in found.head] == [
        ("title", "Two HP-40 presses for the Odense line", "Two presses")
    ]
    assert fields(found, "adjustment:d") == {
        "label": ("Fair", "Fair discount"),
        "amount": (None, Decimal(100)),
        "percent": (Decimal(1), None),
        "tax.category": (None, "S"),
        "tax.rate": (None, Decimal(19)),
        "tax.reason": (None, ""),
        "tax.reason_code": (None, ""),
    }
    assert found.subjects == ("term:payment", "adjustment:d")


def test_added_and_removed_parts():
    before = kestrel_offer()
    charge = Adjustment(key="freight", label="Freight", kind="charge", amount=Decimal(80))
    after = replace(
        before,
        lines=(*before.lines[1:], line("spares", "75")),
        terms=(*before.terms[1:], Term(key="penalty", name="Penalty", value="none")),
        adjustments=(charge,),
    )
    found = told(after)
    assert [each.key for each in found.added_lines] == ["spares"]
    assert [each.key for each in found.removed_lines] == ["press"]
    assert [each.key for each in found.added_terms] == ["penalty"]
    assert [each.key for each in found.removed_terms] == ["payment"]
    assert found.added_adjustments == (charge,)
    assert told(before, after).removed_adjustments == (charge,)
    assert set(found.subjects) == {
        "line:spares",
        "line:press",
        "term:penalty",
        "term:payment",
        "adjustment:freight",
    }


def test_the_first_month_appears_in_the_totals():
    before = replace(kestrel_offer(), lines=kestrel_offer().lines[:2])
    found = {each.field: (each.before, each.after) for each in told(kestrel_offer(), before).totals}
    assert found["month.net"] == (None, Decimal(250))


def test_only_consequences_are_better_than_nothing():
    asked = kestrel_offer()
    other_why = replace(asked.line("press"), why=asked.line("press").why[:1])
    [changed] = told(replace(asked, lines=(other_why, *asked.lines[1:]))).lines
    assert [each.field for each in changed.decided] == ["why"]


@pytest.mark.parametrize(
    "part", ["description", "explanation", "includes", "lead_time_days", "fulfilment", "section"]
)
def test_every_visible_field_counts(part):
    asked = kestrel_offer()
    value: Any = {"includes": ("spare seals",), "lead_time_days": 30}.get(part, "otherwise")
    after = replace(asked, lines=(replace(asked.lines[0], **{part: value}), *asked.lines[1:]))
    assert list(fields(told(after), "line:press")) == [part]


def test_tax_is_compared_part_by_part():
    asked = kestrel_offer()
    after = replace(asked, lines=(replace(asked.lines[0], tax=Tax(rate=Decimal(25))), *asked.lines[1:]))
    assert fields(told(after), "line:press") == {"tax.rate": (Decimal(19), Decimal(25))}


def ordered(revision: Revision) -> bytes:
    parts = {
        name: tuple(sorted(getattr(revision.offer, name), key=lambda each: each.key))
        for name in ("lines", "terms", "adjustments")
    }
    return canonical_bytes(revise(replace(revision.offer, **parts)))


@given(offers(), offers(), st.randoms(use_true_random=False))
def test_nothing_differs_exactly_when_the_bytes_are_equal_but_for_order(a, b, chance):
    one, other = (decode(canonical_bytes(revise(each))) for each in (a, b))
    assert bool(compare(one, other)) == (ordered(one) != ordered(other))
    shuffled = replace(a, lines=tuple(chance.sample(a.lines, len(a.lines))))
    assert not compare(revise(a), revise(shuffled))
