"""Compare the totals that a UBL Quotation states with the computed ones. A difference is refused, with both figures."""

from collections.abc import Callable
from decimal import Decimal

from lxml import etree

from portal.domain.offer import money
from portal.domain.offer.revision import Totals
from portal.errors import Problem, Sentence
from portal.intake.document import Comparison
from portal.intake.ubl.draft import Draft
from portal.intake.ubl.xml import every, find

Figure = tuple[etree._Element, Decimal]


def comparer(draft: Draft, root: etree._Element, currency: str) -> Callable[[Totals], Comparison]:
    """Read the stated totals, and return a function that compares them with the computed totals.

    They are read at once, so that invalid figures are reported together with all other problems.
    """
    total = find(root, "cac:QuotedMonetaryTotal")
    figures = {} if total is None else _read_figures(draft, total)
    taxes = [
        (element, amount)
        for element in every(root, "cac:TaxTotal/cbc:TaxAmount")
        if element.get("currencyID", currency) == currency and (amount := draft.number(element)) is not None
    ]

    def compare(totals: Totals) -> Comparison:
        problems, warnings = [], []
        for name, expected in _expected(totals, figures).items():
            if name not in figures:
                continue
            element, stated = figures[name]
            if stated == expected:
                continue
            if name == "TaxExclusiveAmount" and stated == totals.once.tax:
                warnings.append(_problem_of_oioubl_tax(draft.place(element)))
            else:
                problems.append(_problem_of_difference(draft, name, (element, stated), expected))
        if taxes and (stated := money.add(amount for _, amount in taxes)) != totals.once.tax:
            problems.append(
                _problem_of_difference(draft, "TaxAmount", (taxes[0][0], stated), totals.once.tax)
            )
        return Comparison(problems, warnings)

    return compare


def _read_figures(draft: Draft, total: etree._Element) -> dict[str, Figure]:
    figures = {}
    for element in total:
        amount = draft.number(element)
        if amount is not None:
            figures[etree.QName(element).localname] = (element, amount)
    if prepaid := figures.get("PrepaidAmount"):
        draft.warn(
            prepaid[0],
            Sentence("Prepaid %(prepaid)s are not carried on.", prepaid=prepaid[1]),
            "Settle them with the bill.",
        )
    return figures


def _expected(totals: Totals, figures: dict[str, Figure]) -> dict[str, Decimal]:
    """Return the expected figures by EN 16931 BR-CO-10 to BR-CO-16; payable is less prepaid, plus rounding."""
    signed = [each.net for each in totals.adjustments]
    prepaid = figures["PrepaidAmount"][1] if "PrepaidAmount" in figures else money.ZERO
    rounding = figures["PayableRoundingAmount"][1] if "PayableRoundingAmount" in figures else money.ZERO
    return {
        "LineExtensionAmount": money.add(line.net for line in totals.lines),
        "AllowanceTotalAmount": -money.add(net for net in signed if net < 0),
        "ChargeTotalAmount": money.add(net for net in signed if net > 0),
        "TaxExclusiveAmount": totals.once.net,
        "TaxInclusiveAmount": totals.once.total,
        "PayableAmount": money.add([totals.once.total, -prepaid, rounding]),
    }


def _problem_of_oioubl_tax(place: str) -> Problem:
    return Problem(
        place,
        "TaxExclusiveAmount holds the tax, as OIOUBL has it; it was not read as the total without tax.",
        "The totals are computed from the lines.",
    )


def _problem_of_difference(draft: Draft, name: str, figure: Figure, expected: Decimal) -> Problem:
    element, stated = figure
    return Problem(
        draft.place(element),
        Sentence(
            "%(name)s states %(stated)s, and the lines come to %(expected)s.",
            name=name,
            stated=stated,
            expected=expected,
        ),
        "Correct the document: it must not promise two sums.",
    )
