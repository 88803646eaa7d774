"""Fields of the change form that take several inputs: a wish, an added line, a discount or charge on the whole deal.

`composed` turns the inputs into the text that the domain spells; `inputs` turns what is spelled back into inputs. Numbers
are those of the reader's language.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from secrets import token_hex
from typing import get_args

from msgspec.structs import replace

from portal.domain.change import items, part_codec
from portal.domain.change.change import Change, Field
from portal.domain.change.items import Item
from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Adjustment, Billing, Line, Offer, StandingOffer, Tax
from portal.errors import Sentence
from portal.reading.deal_page.asks import shown
from portal.rendering import formats
from portal.rendering.decimal_input import plain_decimal
from portal.rendering.language import current as language
from portal.web.forms import standing_offer_form
from portal.web.forms.form_fields import FormFields

# The inputs of each field, all beginning with its name.
INPUTS: Mapping[Field, tuple[str, ...]] = {
    "wish": ("wish_quantity", "wish_words"),
    "adjustment": (
        "adjustment_label",
        "adjustment_kind",
        "adjustment_measure",
        "adjustment_value",
        "adjustment_remove",
    ),
    "line": (
        "line_name",
        "line_quantity",
        "line_unit_price",
        "line_billing",
        "line_periods",
        "line_tax",
        "line_fulfilment",
        "line_description",
    ),
    "standing_offer": standing_offer_form.INPUTS,
}


def texts(name: Field, form: FormFields) -> dict[str, str]:
    """What was typed, as it is shown again."""
    typed = {each: form.one(each) for each in INPUTS[name]}
    return standing_offer_form.closed_up(typed) if name == "standing_offer" else typed


def composed(name: Field, form: FormFields, offer: Offer, about: Item) -> str:
    """ValueError, or Invalid at the change's id, with a sentence when an input can't be read."""
    typed = texts(name, form)
    if name == "standing_offer":
        return standing_offer_form.composed(typed, about.key)
    if name == "wish":
        return f"{_number(typed['wish_quantity'])} x {typed['wish_words']}"
    if name == "adjustment":
        return _adjustment(typed, about)
    return _line(typed, offer, about)


def inputs(name: Field, spelled: str, offer: Offer) -> dict[str, str]:
    """What stands in the inputs for a value as it is spelled; "" is a part that is not there yet."""
    if name == "wish":
        wish = spelling.wished(spelled) if spelled else spelling.Wish(Decimal(1), "")
        return {"wish_quantity": formats.number(wish.quantity), "wish_words": wish.words}
    if name == "adjustment":
        return _of_adjustment(part_codec.read(Adjustment, spelled), offer.currency)
    if name == "standing_offer":
        return standing_offer_form.inputs(part_codec.read(StandingOffer, spelled), offer)
    return _of_line(part_codec.read(Line, spelled), offer)


def named(changes: Iterable[Change], taken: Collection[str]) -> list[Change]:
    """What is added has the key "_" in its form; it gets one by its words that is not taken."""
    return [_named(change, taken) if change.key == "_" and change.value else change for change in changes]


def _named(change: Change, taken: Collection[str]) -> Change:
    kind, part = change.subject.partition(":")[0], shown(change.field, change.value)
    words = getattr(part, "words", "") or getattr(part, "name", "") or getattr(part, "label", "")
    key = items.slug(words, taken)
    if isinstance(part, Line | Adjustment | StandingOffer):
        return Change(
            subject=f"{kind}:{key}", field=change.field, value=part_codec.text_of(replace(part, key=key))
        )
    # Another buyer's wish in the same words must not take its place.
    return replace(change, subject=f"{kind}:{key}-{token_hex(3)}")


def taxes(offer: Offer) -> list[Tax]:
    """The taxes that the offer's lines have: an added line has one of them."""
    return list(dict.fromkeys(line.tax for line in offer.lines))


def _number(text: str) -> str:
    return plain_decimal(text, language.get()) or "0"


def _decimal(text: str) -> Decimal:
    try:
        return money.six(money.parse(_number(text)))
    except (ValueError, InvalidOperation):
        raise ValueError(
            Sentence("“%(text)s” is not a number that can be used here.", text=text.strip())
        ) from None


def _adjustment(typed: Mapping[str, str], about: Item) -> str:
    if typed["adjustment_remove"]:
        return ""
    value = _decimal(typed["adjustment_value"])
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


def _of_adjustment(part: Adjustment | None, currency: str) -> dict[str, str]:
    by_amount = part is not None and part.amount is not None
    figure = (part.amount if by_amount else part.percent) if part else None
    written = formats.amount(figure, currency) if by_amount and figure is not None else _shown(figure)
    return {
        "adjustment_label": part.label if part else "",
        "adjustment_kind": part.kind if part else "discount",
        "adjustment_measure": "amount" if by_amount else "percent",
        "adjustment_value": written,
        "adjustment_remove": "",
    }


def _line(typed: Mapping[str, str], offer: Offer, about: Item) -> str:
    billing: Billing = next((each for each in get_args(Billing) if each == typed["line_billing"]), "once")
    periods, known = typed["line_periods"] or "1", taxes(offer)
    number = int(typed["line_tax"]) if typed["line_tax"].isdecimal() else 0
    if not periods.isdecimal() or len(periods) > 4:
        raise ValueError(Sentence("“%(periods)s” is not a number of months or years.", periods=periods))
    return part_codec.text_of(
        Line(
            key=about.key,
            name=spelling.wording(typed["line_name"]),
            description=spelling.plain(typed["line_description"])[:2_000],
            quantity=_decimal(typed["line_quantity"]),
            unit_price=_decimal(typed["line_unit_price"]),
            billing=billing,
            periods=1 if billing == "once" else int(periods),
            tax=known[number] if number < len(known) else known[0],
            fulfilment=spelling.plain(typed["line_fulfilment"])[:64],
            negotiable=("quantity", "unit_price"),
        )
    )


def _of_line(part: Line | None, offer: Offer) -> dict[str, str]:
    known = taxes(offer)
    return {
        "line_name": part.name if part else "",
        "line_quantity": formats.number(part.quantity if part else Decimal(1)),
        "line_unit_price": formats.amount(part.unit_price, offer.currency) if part else "",
        "line_billing": part.billing if part else "once",
        "line_periods": str(part.periods if part else 1),
        "line_tax": str(known.index(part.tax)) if part and part.tax in known else "0",
        "line_fulfilment": part.fulfilment if part else "",
        "line_description": part.description if part else "",
    }


def _shown(figure: Decimal | None) -> str:
    return "" if figure is None else formats.number(figure)
