"""Bodies of every kind of event, with every combination of what their fields may hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from portal.domain.ledger.event_body import Body

_PLAIN: dict[Any, tuple[Any, ...]] = {
    str: ("something",),
    int: (3,),
    bool: (False, True),
    Decimal: (Decimal("12.50"),),
    date: (date(2026, 11, 23),),
    datetime: (datetime(2026, 11, 23, 9, 0, tzinfo=UTC),),
    NoneType: (None,),
}
# Texts that the words read as more than a text.
_TEXTS = {"currency": "EUR", "change": "line:press:unit_price"}


def samples(kind: type[Body]) -> Iterator[Body]:
    """One body for each combination: every word of a literal, both flags, something and the default."""
    yield from _structs(kind)


def _structs(kind: type[Any]) -> Iterator[Any]:
    hints = get_type_hints(kind)
    fields = msgspec.structs.fields(kind)
    choices = [list(_choices(field, hints[field.name])) for field in fields]
    for values in product(*choices):
        yield kind(**dict(zip((field.name for field in fields), values, strict=True)))


def _choices(field: msgspec.structs.FieldInfo, hint: Any) -> Iterator[Any]:
    values = [_TEXTS[field.name]] if field.name in _TEXTS and hint is str else _values(hint)
    yield from values
    if field.default is not msgspec.NODEFAULT and field.default not in values:
        yield field.default


def _values(hint: Any) -> list[Any]:
    if hint in _PLAIN:
        return list(_PLAIN[hint])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return list(arguments)
    if origin in (Union, UnionType):
        return [value for argument in arguments for value in _values(argument)]
    if origin is tuple:
        return [tuple(_values(arguments[0])[:4]), ()]
    if origin is dict:
        key, value = (_values(argument)[0] for argument in arguments)
        return [{key: value}]
    return list(_structs(hint))
