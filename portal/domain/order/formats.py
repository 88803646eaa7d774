"""The one table of formats in which an order and its parts are written.

A new format is a row here, its writer in a file of `portal/outbound`, and the writer's name in `export.WRITERS`. The command
line, the desk's settings, the rules for receivers and the exports follow from them.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from portal.domain.order.work_order import KINDS
from portal.errors import Invalid, Sentence, either

# The whole order, or what one kind of receiver gets of it.
Part = Literal["order", "operations", "accounting", "analysis"]
_ALL: tuple[Part, ...] = ("order", *KINDS)


class OrderFormat(msgspec.Struct, frozen=True, kw_only=True):
    """`parts`: what it can hold. `written` is False for one that is named in the contract and has no writer yet."""

    name: str
    label: str
    media_type: str
    extension: str
    parts: tuple[Part, ...] = _ALL
    written: bool = True


FORMATS: Mapping[str, OrderFormat] = {
    each.name: each
    for each in (
        OrderFormat(name="json", label="JSON", media_type="application/json", extension="json"),
        OrderFormat(name="csv", label="CSV", media_type="text/csv; charset=utf-8", extension="csv"),
        OrderFormat(
            name="ubl",
            label="UBL 2.1",
            media_type="application/xml",
            extension="xml",
            parts=("order",),
            written=False,
        ),
        OrderFormat(
            name="facturx",
            label="Factur-X",
            media_type="application/pdf",
            extension="pdf",
            parts=("order", "accounting"),
            written=False,
        ),
        OrderFormat(
            name="parquet",
            label="Parquet",
            media_type="application/vnd.apache.parquet",
            extension="parquet",
            parts=("order", "analysis"),
            written=False,
        ),
    )
}
WRITTEN = tuple(name for name, each in FORMATS.items() if each.written)


def format_for(name: str, part: str) -> OrderFormat:
    """Return the format; Invalid at `format`, naming those that are written, when this part can't be had in it."""
    found = FORMATS.get(name)
    if found is None or not found.written:
        raise Invalid.field(
            "format",
            "“%(value)s” is not a format that Parley knows.",
            Sentence("Use %(names)s.", names=either(WRITTEN)),
            value=name,
        )
    if part not in found.parts:
        able = [each.label for each in FORMATS.values() if each.written and part in each.parts]
        raise Invalid.field(
            "format",
            "%(format)s can't hold this part of an order.",
            Sentence("Use %(names)s.", names=either(able)),
            format=found.label,
        )
    return found
