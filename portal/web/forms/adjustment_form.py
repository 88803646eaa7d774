"""The inputs of a discount or a charge on the whole deal."""

from collections.abc import Mapping

from portal.domain.change import part_codec
from portal.domain.change.items import Item
from portal.domain.offer import spelling
from portal.domain.offer.revision import Adjustment, Offer
from portal.rendering import formats
from portal.web.forms.typed_number import decimal

INPUTS = (
    "adjustment_label",
    "adjustment_kind",
    "adjustment_measure",
    "adjustment_value",
    "adjustment_remove",
)


def composed(typed: Mapping[str, str], _offer: Offer, about: Item) -> str:
    if typed["adjustment_remove"]:
        return ""
    value = decimal(typed["adjustment_value"])
    by_percent = typed["adjustment_measure"] != "amount"
    before = getattr(about, "part", None)
    return part_codec.text_of(
        Adjustment(
            key=about.key,
            label=spelling.wording(typed["adjustment_label"]),
            kind="charge" if typed["adjustment_kind"] == "charge" else "discount",
            percent=value if by_percent else None,
            amount=None if by_percent else value,
            tax=before.tax if before else None,
        )
    )


def inputs(spelled: str, offer: Offer) -> dict[str, str]:
    part = part_codec.read(Adjustment, spelled)
    return {
        "adjustment_label": part.label if part else "",
        "adjustment_kind": part.kind if part else "discount",
        "adjustment_measure": "amount" if part and part.amount is not None else "percent",
        "adjustment_value": _figure(part, offer.currency) if part else "",
        "adjustment_remove": "",
    }


def _figure(part: Adjustment, currency: str) -> str:
    if part.amount is not None:
        return formats.amount(part.amount, currency)
    return "" if part.percent is None else formats.number(part.percent)
