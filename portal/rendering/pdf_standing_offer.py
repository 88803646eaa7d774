"""An if-you-then offer on paper: its conditions, its prices, and what the whole would come to."""

from portal.domain.offer.revision import Line
from portal.reading.deal_page.deal_level_items import ConditionView, ConsequenceView, StandingView
from portal.rendering.field_values import quantity, unit_price
from portal.rendering.formats import amount, money
from portal.rendering.language import gettext as _


def standing_offer(standing: StandingView, currency: str) -> dict[str, object]:
    """Of what was taken, the prices stand in the lines already; of what is open, what they would be."""
    if_so = f" {_('and')} ".join(_condition(each) for each in standing.when)
    prices = "; ".join(_price(each, currency, taken=standing.offer.taken) for each in standing.then)
    return {
        "label": standing.offer.label,
        "taken": _("Used") if standing.offer.taken else "",
        "when": f"{_('If')} {if_so}",
        "then": f"{_('then')} {prices}",
        "whole": "" if standing.offer.taken else _outcome(standing, currency),
    }


def _outcome(standing: StandingView, currency: str) -> str:
    gap, total = standing.gap, money(standing.after.contract.total, currency)
    if not gap:
        change = _("The price stays as it is.")
    else:
        sentence = _("Adds %(amount)s net.") if gap > 0 else _("Saves %(amount)s net.")
        change = sentence % {"amount": amount(abs(gap), currency)}
    return f"{change} {_('New total %(total)s with tax.') % {'total': total}}"


def _condition(view: ConditionView) -> str:
    condition = view.condition
    if condition.term:
        return _("%(name)s is %(value)s") % {"name": view.item.name, "value": condition.value}
    if condition.min_quantity is None or not isinstance(view.item, Line):
        return _("%(name)s is included") % {"name": view.item.name}
    counted = quantity(condition.min_quantity, view.item.unit)
    return _("%(name)s: %(count)s or more") % {"name": view.item.name, "count": counted}


def _price(view: ConsequenceView, currency: str, *, taken: bool) -> str:
    before, after = (unit_price(price, view.line, currency) for price in (view.before, view.after))
    instead = "" if taken or view.before == view.after else f" ({_('instead of')} {before})"
    return f"{view.line.name}: {after}{instead}"
