"""The differences between two revisions as plain strings, for a mail that is written later and in another language."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import msgspec

from portal.domain.change.fields import spec
from portal.domain.difference.compare import Value
from portal.domain.difference.difference_sentences import DifferenceSentence, Kind
from portal.domain.offer.revision import Line


class PlainDifference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence in strings: numbers plain, days in ISO 8601, flags "true" or "". `what` is a verdict where it tells an
    answer: then `before` was asked, `after` is offered now, and `reason` is the seller's. `base` and `unit` say how many of
    what a price is for, where it is not for one."""

    name: str
    what: str
    field: str = ""
    kind: Kind = "text"
    before: str = ""
    after: str = ""
    percent: str = ""
    reason: str = ""
    base: str = ""
    unit: str = ""


def plain_differences(those: Iterable[DifferenceSentence]) -> tuple[PlainDifference, ...]:
    return tuple(
        PlainDifference(
            name=each.name,
            what=each.what,
            field=each.field,
            kind=each.kind,
            before=_text(each.before) if each.kind != "seen" else "",
            after=_text(each.after) if each.kind != "seen" else "",
            percent="" if each.percent is None else str(each.percent),
            **price_base(each.field, each.line),
        )
        for each in those
    )


def price_base(field: str, line: Line | None) -> dict[str, str]:
    """`base` and `unit` of the line's price; nothing for other fields, and where it is for one."""
    if line is None or not field or not spec(field).per_base or line.price_base_quantity == 1:
        return {}
    return {"base": str(line.price_base_quantity), "unit": line.unit}


def _text(value: Value) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "true"
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return ", ".join(str(each) for each in value)
    return str(value)
