"""Fields of the change form that take several inputs: a wish, an added line, a discount or charge, an if-you-then offer.

`composed` turns the inputs into the text that the domain spells; `inputs` turns what is spelled back into inputs. Numbers
are those of the reader's language.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from secrets import token_hex
from typing import NamedTuple

from msgspec.structs import replace

from portal.domain.change import items, part_codec
from portal.domain.change.change import Change
from portal.domain.change.fields import Field, parse_value
from portal.domain.change.items import Item
from portal.domain.offer import spelling
from portal.domain.offer.revision import Adjustment, Line, Offer, StandingOffer
from portal.rendering import formats
from portal.web.forms import adjustment_form, line_form, standing_offer_form
from portal.web.forms.form_fields import FormFields
from portal.web.forms.typed_number import plain_number

Typed = Mapping[str, str]


class PartForm(NamedTuple):
    """The names of the inputs, all beginning with the field's; text from what was typed, and inputs from a spelling."""

    names: tuple[str, ...]
    composed: Callable[[Typed, Offer, Item], str]
    inputs: Callable[[str, Offer], dict[str, str]]
    tidy: Callable[[Typed], dict[str, str]] = dict


def _wish(typed: Typed, _offer: Offer, _about: Item) -> str:
    return f"{plain_number(typed['wish_quantity'])} x {typed['wish_words']}"


def _of_wish(spelled: str, _offer: Offer) -> dict[str, str]:
    wish = spelling.wished(spelled) if spelled else spelling.Wish(Decimal(1), "")
    return {"wish_quantity": formats.number(wish.quantity), "wish_words": wish.words}


_FORMS: Mapping[Field, PartForm] = {
    "wish": PartForm(("wish_quantity", "wish_words"), _wish, _of_wish),
    "line": PartForm(line_form.INPUTS, line_form.composed, line_form.inputs),
    "adjustment": PartForm(adjustment_form.INPUTS, adjustment_form.composed, adjustment_form.inputs),
    "standing_offer": PartForm(
        standing_offer_form.INPUTS,
        standing_offer_form.composed,
        standing_offer_form.inputs,
        standing_offer_form.closed_up,
    ),
}


def texts(name: Field, form: FormFields) -> dict[str, str]:
    """What was typed, as it is shown again."""
    part = _FORMS[name]
    return part.tidy({each: form.one(each) for each in part.names})


def composed(name: Field, typed: Typed, offer: Offer, about: Item) -> str:
    """ValueError, or Invalid at the change's id, with a sentence when an input can't be read."""
    return _FORMS[name].composed(typed, offer, about)


def inputs(name: Field, spelled: str, offer: Offer) -> dict[str, str]:
    """What stands in the inputs for a value as it is spelled; "" is a part that is not there yet."""
    return _FORMS[name].inputs(spelled, offer)


def named(changes: Iterable[Change], taken: Collection[str]) -> list[Change]:
    """What is added has the key "_" in its form; it gets one by its words that is not taken."""
    return [_named(change, taken) if change.key == "_" and change.value else change for change in changes]


def _named(change: Change, taken: Collection[str]) -> Change:
    kind, part = change.subject.partition(":")[0], parse_value(change.field, change.value)
    words = getattr(part, "words", "") or getattr(part, "name", "") or getattr(part, "label", "")
    key = items.slug(words, taken)
    if isinstance(part, Line | Adjustment | StandingOffer):
        return Change(
            subject=f"{kind}:{key}", field=change.field, value=part_codec.text_of(replace(part, key=key))
        )
    # Another buyer's wish in the same words must not take its place.
    return replace(change, subject=f"{kind}:{key}-{token_hex(3)}")
