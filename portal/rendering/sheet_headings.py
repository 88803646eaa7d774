"""How a proposal's sheet names its columns: in the reader's language on the way out, in every language on the way in."""

from collections.abc import Mapping
from functools import cache

from portal.intake.sheet.columns import NO, YES
from portal.intake.sheet.returned_sheet import Words
from portal.rendering.language import available, speaking
from portal.rendering.language import gettext as _


def words() -> Mapping[str, str]:
    """In the present language."""
    return _columns() | {
        "yes": _("yes"),
        "no": _("no"),
        "once": _("once"),
        "month": _("per month"),
        "year": _("per year"),
        "sheet": _("Proposal"),
        "proposal": _("Proposal"),
        "revision": _("Revision"),
        "digest": _("Fingerprint (SHA-256)"),
        "how": _(
            "Change what is marked, then upload the sheet on the proposal's page. Nothing is sent by that."
        ),
    }


@cache
def every_language() -> Words:
    columns: dict[str, str] = {}
    yes, no = set(YES), set(NO)
    for tag in available():
        with speaking(tag):
            columns |= {label.casefold(): name for name, label in _columns().items()}
            yes.add(_("yes").casefold())
            no.add(_("no").casefold())
    return Words(columns=columns, yes=frozenset(yes), no=frozenset(no))


def _columns() -> dict[str, str]:
    return {
        "key": _("Key"),
        "name": _("Name"),
        "unit": _("Unit"),
        "quantity": _("Quantity"),
        "unit_price": _("Unit price"),
        "discount_percent": _("Discount"),
        "include": _("Include"),
        "delivery_date": _("Delivery date"),
        "value": _("Value"),
        "net": _("Line total"),
        "billing": _("Billing"),
        "comment": _("Comment"),
    }
