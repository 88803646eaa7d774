"""The form in which a line or a term is changed: what stands in its fields, and what was typed read back as changes.

Both sides fill it in; which fields it has is for the domain to say. Numbers are written and read in the reader's language.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from portal.domain.change import change as changing
from portal.domain.change import limits, standing_offer
from portal.domain.change.change import Change, Field
from portal.domain.change.items import Item
from portal.domain.change.items import subject as subject_of
from portal.domain.offer.revision import Line, Offer, Tax, Term
from portal.domain.offer.totals import revise
from portal.errors import Invalid, Problem
from portal.reading.deal_page.asks import Shown, shown
from portal.reading.deal_page.deal_level_items import whole
from portal.reading.deal_page.preview import Preview, PriceSteps, preview, price_steps
from portal.rendering import formats
from portal.rendering.decimal_input import plain_decimal
from portal.rendering.language import current as language
from portal.rendering.language import gettext as _
from portal.web.forms import part_form, standing_offer_form
from portal.web.forms.form_fields import FormFields

Kind = Literal["decimal", "text", "select", "tick", "day", "several"]
_KINDS: Mapping[Field, Kind] = {
    "quantity": "decimal",
    "unit_price": "decimal",
    "discount_percent": "decimal",
    "selected": "tick",
    "choice": "tick",
    "delivery_date": "day",
    "value": "text",
    "target": "decimal",
    **dict.fromkeys(part_form.INPUTS, "several"),
}


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """One field: what is offered, and the text that stands in it; `inputs` where it takes several, by their names."""

    name: Field
    kind: Kind
    offered: Shown
    text: str
    hint: str = ""
    options: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangeForm:
    """`problems` have a field's name for their place. `reasoned`: whether a reason can be given."""

    fields: tuple[FieldView, ...]
    reason: str = ""
    reasoned: bool = True
    sentence: str = ""
    problems: tuple[Problem, ...] = ()
    preview: Preview | None = None
    steps: PriceSteps | None = None

    def at(self, place: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.place == place]


@dataclass(frozen=True)
class Typed:
    """What was typed into the form of one line or term, as changes and as problems at its fields."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def asking(self, offer: Offer) -> tuple[Change, ...]:
        """Those that differ from what is offered."""
        return tuple(each for each in self.changes if changing.current(offer, each) != each.value)


def fields_of(item: Item, *, seller: bool = False) -> tuple[Field, ...]:
    """The fields of the form. What a choice group has chosen already can only be left by choosing another."""
    fields = changing.seller_fields(item) if seller else changing.buyer_fields(item)
    return tuple(each for each in fields if each != "choice" or not getattr(item, "selected", False))


def places_of(item: Item) -> tuple[str, ...]:
    """Where the seller's form tells problems: at its fields, and at the rows of one that has rows."""
    fields = fields_of(item, seller=True)
    return (*fields, *standing_offer_form.PLACES) if "standing_offer" in fields else fields


def read(form: FormFields, offer: Offer, item: Item, *, seller: bool = False) -> Typed:
    """What was typed. A field that was not sent is left as it is; a box that was shown and not ticked says no."""
    subject, ticks = subject_of(item), form.all("shown")
    texts: dict[str, str] = {}
    changes, problems = [], []
    for name in fields_of(item, seller=seller):
        if _KINDS[name] == "several":
            texts |= part_form.texts(name, form)
            try:
                text = part_form.composed(name, form, offer, item)
                change = changing.spell(offer, subject, name, text)
                problems += at_fields(standing_offer.unfit(offer, [change]))
                changes.append(change)
            except ValueError as error:
                problems.append(Problem(name, error.args[0]))
            except Invalid as error:
                problems += at_fields(error.problems)
            continue
        if name not in form.fields and name not in ticks:
            continue
        text = form.one(name, "false" if _KINDS[name] == "tick" else "")
        texts[name] = text
        # An unticked choice asks for nothing, and so does a day that is left open.
        if (name == "choice" and text != "true") or (name == "delivery_date" and not text):
            continue
        if _KINDS[name] == "decimal":
            text = plain_decimal(text, language.get())
        try:
            changes.append(changing.spell(offer, subject, name, text))
        except Invalid as error:
            problems += at_fields(error.problems)
    return Typed(tuple(changes), tuple(problems), texts, form.one("reason"))


def check(offer: Offer, typed: Typed, *, today: date, seller: bool = False) -> tuple[Problem, ...]:
    """What keeps it from being asked, at the fields: unreadable, outside published limits. The seller has no limits."""
    if seller:
        return typed.problems
    found = [problem for each in typed.asking(offer) for problem in limits.problems(offer, each, today=today)]
    return (*typed.problems, *at_fields(found))


def preview_of(offer: Offer, item: Item, others: Sequence[Change], typed: Typed) -> Preview | None:
    """What it comes to together with what is in the tray already; None while it can't be computed."""
    touched = {each.id for each in typed.changes}
    changes = [*(each for each in others if each.id not in touched), *typed.asking(offer)]
    try:
        effect = preview(offer, item.key if isinstance(item, Line) else "", changes)
    except Invalid:
        return None
    offered = [each for each in changes if each.id in touched and each.field == "standing_offer"]
    if not offered:
        return effect
    if typed.problems:
        return None
    after = revise(changing.apply(offer, changes, concession=False))
    standing = (each for each in whole(after).standing if each.key == offered[0].key)
    return replace(effect, standing=next(standing, None))


def change_form(
    offer: Offer,
    item: Item,
    *,
    drafted: Callable[[str], str | None],
    typed: Typed | None = None,
    reason: str = "",
    seller: bool = False,
    refused: tuple[str, Sequence[Problem]] = ("", ()),
    effect: Preview | None = None,
) -> ChangeForm:
    """The form with what was typed, else what the draft holds (`drafted` by change id), else what is offered."""
    texts = typed.texts if typed else {}
    return ChangeForm(
        fields=tuple(_field(offer, item, name, texts, drafted) for name in fields_of(item, seller=seller)),
        reason=typed.reason if typed else reason,
        reasoned=not seller,
        sentence=refused[0],
        problems=tuple(refused[1]),
        preview=effect,
        steps=price_steps(item, offer) if isinstance(item, Line) else None,
    )


def at_fields(problems: Sequence[Problem]) -> list[Problem]:
    """Problems at change ids ("line:press:quantity"), at the fields of a form that has one line or term. What follows a
    field's name stays: it is the row of a field that has several."""
    return [Problem(each.place.rpartition(":")[2], each.message, each.hint) for each in problems]


def _field(
    offer: Offer, item: Item, name: Field, texts: Mapping[str, str], drafted: Callable[[str], str | None]
) -> FieldView:
    offered = changing.current(offer, Change(subject=subject_of(item), field=name, value=""))
    stands = drafted(f"{subject_of(item)}:{name}")
    spelled = offered if stands is None else stands
    if _KINDS[name] == "several":
        standing = part_form.inputs(name, spelled, offer)
        return FieldView(
            name=name,
            kind="several",
            offered=shown(name, offered),
            text=spelled,
            inputs={each: texts.get(each, standing[each]) for each in standing},
            taxes=tuple(part_form.taxes(offer)) if name == "line" else (),
        )
    typed = texts.get(name)
    options = item.options if isinstance(item, Term) else ()
    return FieldView(
        name=name,
        kind="select" if options else _KINDS[name],
        offered=shown(name, offered),
        text=_written(name, spelled, offer.currency) if typed is None else typed,
        hint=_hint(item, name, offer.currency),
        options=tuple(dict.fromkeys([item.value, *options])) if isinstance(item, Term) and options else (),
    )


def _written(name: Field, spelled: str, currency: str) -> str:
    """As a person would type it."""
    if name in ("unit_price", "target"):
        return formats.amount(Decimal(spelled), currency)
    return formats.number(Decimal(spelled)) if _KINDS[name] == "decimal" else spelled


def _hint(item: Item, name: Field, currency: str) -> str:
    """The limits of a field, told before somebody runs into them."""
    if not isinstance(item, Line):
        return ""
    if name == "quantity":
        return " ".join([*_bounds(item), *_breaks(item, currency)])
    if name == "unit_price" and item.discount_percent:
        return _("Before the discount of %(discount)s.") % {
            "discount": formats.percent(item.discount_percent)
        }
    return ""


def _bounds(line: Line) -> list[str]:
    low, high, step = (
        formats.number(each) if each is not None else ""
        for each in (line.bounds.min_quantity, line.bounds.max_quantity, line.bounds.step)
    )
    told = []
    if low and high:
        told.append(_("From %(low)s to %(high)s.") % {"low": low, "high": high})
    elif low:
        told.append(_("At least %(low)s.") % {"low": low})
    elif high:
        told.append(_("At most %(high)s.") % {"high": high})
    return told + ([_("In steps of %(step)s.") % {"step": step}] if step and line.bounds.step != 1 else [])


def _breaks(line: Line, currency: str) -> list[str]:
    return [
        _("From %(count)s: %(price)s.")
        % {"count": formats.number(each.start), "price": formats.amount(each.unit_price, currency)}
        for each in line.price_breaks
    ]
