"""One change of one field, the unit of counteroffers, answers and a rep's own edits.

A change names what it is about (see `items`), the field, and the value in its one spelling. Its `id`, `line:KEY:quantity`,
is what answers refer to. The rules of each field are in `fields`.
"""

import msgspec

from portal.domain.change.fields import TABLE, Field, fields_of, spec
from portal.domain.change.items import Item, find_item
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Sentence


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`choice` is set on the line that is chosen; `value` is a term's. `selected` and `choice` spell "true"/"false".

    `target` (of `deal:total`) is the contract's net that is wanted, at most; `wish` (of `new:KEY`) what and how many. Both
    are met by a revision, not made by `apply`. `line`, `adjustment` and `standing_offer` spell a whole part, "" for none.
    """

    subject: str
    field: Field
    value: str

    @property
    def id(self) -> str:
        return f"{self.subject}:{self.field}"

    @property
    def key(self) -> str:
        """The key of the line, the term or the part."""
        return self.subject.partition(":")[2]


def spell(offer: Offer, subject: str, field: str, text: str) -> Change:
    """The change that `text` asks for, in the field's one spelling; numbers as plain decimal strings, days in ISO 8601.

    Invalid, at the change's id, when there is no such line, term or field, or when the text says nothing readable.
    """
    place = f"{subject}:{field}"
    found = _existing(offer, subject, place)
    if not _has(found, field):
        raise Invalid.field(place, _no_such_field(found, field))
    try:
        value = spec(field).read(text, offer, found.key)
    except ValueError as error:
        raise Invalid.field(place, *error.args) from None
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]  # the item has it


def current(offer: Offer, change: Change) -> str:
    """What the offer says today where `change` would change it, in the same spelling; "" for what is not stated.

    Invalid when the line or the term is gone.
    """
    return _said(_existing(offer, change.subject, change.id), change.field)


def stated(offer: Offer, change: Change) -> str | None:
    """As `current`; None when the line, the term or the field is gone."""
    found = find_item(offer, change.subject)
    return None if found is None or not _has(found, change.field) else _said(found, change.field)


def met(offer: Offer, change: Change) -> bool:
    """Whether the offer gives what is asked: the same value or a better one; a line that answers a wish."""
    found, row = find_item(offer, change.subject), spec(change.field)
    if row.met is not None:
        return row.of is type(found) and row.met(found, change.value)
    now = stated(offer, change)
    return now == change.value or (now is not None and row.is_better(now, change.value))


def seller_fields(item: Item) -> tuple[Field, ...]:
    """What the seller may change."""
    return tuple(row.key for row in fields_of(type(item)) if row.seller_may(item))  # type: ignore[misc]


def buyer_fields(item: Item) -> tuple[Field, ...]:
    """What a buyer may ask for: what is negotiable, what the offer leaves open, and what is not in it yet."""
    return tuple(row.key for row in fields_of(type(item)) if row.buyer_may(item))  # type: ignore[misc]


def _has(item: Item, field: str) -> bool:
    row = TABLE.get(field)
    return row is not None and row.of is type(item) and (row.seller_may(item) or row.buyer_may(item))


def _said(item: Item, field: Field) -> str:
    row = spec(field)
    return row.current(item) if row.of is type(item) else ""


def _existing(offer: Offer, subject: str, place: str) -> Item:
    found = find_item(offer, subject)
    if found is None:
        kind, _, key = subject.partition(":")
        missing = {
            "line": Sentence("This proposal has no line “%(key)s”.", key=key),
            "term": Sentence("This proposal has no term “%(key)s”.", key=key),
        }
        message = missing.get(kind, Sentence("This proposal has no “%(subject)s”.", subject=subject))
        raise Invalid.field(place, message, "It may have been removed; leave this out.")
    return found


def _no_such_field(item: Item, field: str) -> str:
    row = TABLE.get(field)
    if row is not None and row.missing and row.of is type(item):
        return row.missing(item)
    name = row.name if row and row.name else field
    return Sentence("%(name)s has no %(field)s.", name=item.name, field=name)
