"""No contract, tax group or amount due is negative, whatever the buyer chooses."""

from collections.abc import Iterator
from decimal import Decimal

from portal.domain.offer import money
from portal.domain.offer.revision import Adjustment, Line, Tax
from portal.domain.offer.totals import BILLINGS
from portal.domain.policy.line_reach import HUNDRED
from portal.domain.policy.reach import Reach
from portal.errors import Amount, Problem


def impossible(reach: Reach) -> list[Problem]:
    """Whole-deal discounts that could come to more than what they are taken from; places are the adjustments' ids."""
    discounts = [each for each in reach.offer.adjustments if each.kind == "discount"]
    return [*_whole(reach, discounts)] or [*_groups(reach, discounts)]


def _whole(reach: Reach, discounts: list[Adjustment]) -> Iterator[Problem]:
    currency = reach.offer.currency
    if reach.percent > HUNDRED:
        yield Problem.of(
            _place(next(each for each in discounts if each.percent)),
            "The discounts on the whole deal come to %(percent)s %% together.",
            "Lower them to a hundred percent or less.",
            percent=reach.percent,
        )
        return
    room = money.amount(money.times(reach.once_base, HUNDRED - reach.percent).scaleb(-2), currency)
    if reach.amount > room:
        yield Problem.of(
            _place(next(each for each in discounts if each.amount)),
            "A discount of %(amount)s is more than the one-off lines can come to without their options, %(base)s.",
            "State a percentage, or a lower amount.",
            amount=Amount(money.amount(reach.amount, currency), currency),
            base=Amount(room, currency),
        )


def _groups(reach: Reach, discounts: list[Adjustment]) -> Iterator[Problem]:
    """Discounts with a tax of their own belong to that tax's group, and it may hold less than they take."""
    shared = money.add(each.percent for each in discounts if each.percent and not each.tax)
    own = {
        each.tax: [other for other in discounts if other.tax == each.tax] for each in discounts if each.tax
    }
    for tax, taking in own.items():
        percent = money.add(each.percent for each in taking if each.percent)
        amount = money.add(each.amount for each in taking if each.amount)
        for billing in BILLINGS:
            lines = [line for line in reach.offer.lines if line.billing == billing]
            least = reach.least(lines, lambda line, own=percent, of=tax: _part(line, of, shared, own))  # type: ignore[misc]  # bound at once
            if least - (amount if billing == "once" else money.ZERO) < 0:
                yield Problem.of(
                    _place(taking[0]),
                    "%(label)s is taxed at %(rate)s %%, and the lines with this tax can come to less than it.",
                    "Leave its tax out, or lower it.",
                    label=taking[0].label,
                    rate=tax.rate,
                )
                return


def _part(line: Line, tax: Tax, shared: Decimal, own: Decimal) -> Decimal:
    """What one unit of the line's net adds to the group of `tax`."""
    same = (line.tax.category, line.tax.rate) == (tax.category, tax.rate)
    return ((HUNDRED - shared if same else money.ZERO) - own).scaleb(-2)


def _place(adjustment: Adjustment) -> str:
    return f"adjustment:{adjustment.key}:adjustment"
