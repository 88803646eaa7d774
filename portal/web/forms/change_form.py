"""The form in which a line or a term is changed: its fields, and what stands in them. `typed_change` reads it back.

Both sides fill it in; which fields it has is for the domain to say. Numbers are written in the reader's language.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import Field, parse_value
from portal.domain.change.items import Item
from portal.domain.change.items import subject as subject_of
from portal.domain.offer.revision import Line, Offer, Tax, Term
from portal.errors import Problem
from portal.reading.deal_page.preview import Preview, PriceSteps, price_steps
from portal.rendering import formats
from portal.rendering.field_inputs import InputKind, input_kind, written
from portal.rendering.field_values import field_bounds, quantity, unit_price
from portal.rendering.language import gettext as _
from portal.web.forms import line_form, part_form
from portal.web.forms.typed_change import Typed, fields_of


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """One field: what is offered, and the text that stands in it; `inputs` where it takes several, by their names."""

    name: Field
    kind: InputKind
    offered: Value
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
        fields=tuple(
            _field(offer, item, name, texts, drafted, seller=seller)
            for name in fields_of(item, seller=seller)
        ),
        reason=typed.reason if typed else reason,
        reasoned=not seller,
        sentence=refused[0],
        problems=tuple(refused[1]),
        preview=effect,
        steps=price_steps(item, offer) if isinstance(item, Line) else None,
    )


def _field(
    offer: Offer,
    item: Item,
    name: Field,
    texts: Mapping[str, str],
    drafted: Callable[[str], str | None],
    *,
    seller: bool,
) -> FieldView:
    offered = changing.current(offer, Change(subject=subject_of(item), field=name, value=""))
    draft, kind = drafted(f"{subject_of(item)}:{name}"), input_kind(name)
    spelled = offered if draft is None else draft
    if kind == "several":
        inputs = part_form.inputs(name, spelled, offer)
        return FieldView(
            name=name,
            kind=kind,
            offered=parse_value(name, offered),
            text=spelled,
            inputs={each: texts.get(each, inputs[each]) for each in inputs},
            taxes=tuple(line_form.taxes(offer)) if name == "line" else (),
        )
    typed = texts.get(name)
    options = item.options if isinstance(item, Term) else ()
    return FieldView(
        name=name,
        kind="select" if options else kind,
        offered=parse_value(name, offered),
        text=written(name, spelled, offer.currency) if typed is None else typed,
        hint=_hint(item, name, offer.currency, seller=seller),
        options=tuple(dict.fromkeys([item.value, *options])) if isinstance(item, Term) and options else (),
    )


def _hint(item: Item, name: Field, currency: str, *, seller: bool) -> str:
    """The limits of a field, told before somebody runs into them."""
    if not isinstance(item, Line):
        return ""
    hints = (_HINTS if seller else _HINTS_FOR_BUYERS).get(name)
    return " ".join([*_bounds(name, item), *(hints(item, currency) if hints else ())])


def _bounds(name: Field, line: Line) -> list[str]:
    bounds = field_bounds(name, line)
    low, high, step = (
        formats.number(each) if each is not None else ""
        for each in (bounds.min_quantity, bounds.max_quantity, bounds.step)
    )
    told = []
    if low and high:
        told.append(_("From %(low)s to %(high)s.") % {"low": low, "high": high})
    elif low:
        told.append(_("At least %(low)s.") % {"low": low})
    elif high:
        told.append(_("At most %(high)s.") % {"high": high})
    return told + ([_("In steps of %(step)s.") % {"step": step}] if step and bounds.step != 1 else [])


def _breaks(line: Line, currency: str) -> list[str]:
    return [
        _("From %(count)s: %(price)s.")
        % {"count": quantity(each.start, line.unit), "price": unit_price(each.unit_price, line, currency)}
        for each in line.price_breaks
    ]


def _before_discount(line: Line, _currency: str) -> list[str]:
    if not line.discount_percent:
        return []
    return [_("Before the discount of %(discount)s.") % {"discount": formats.percent(line.discount_percent)}]


def _instead_of_discount(line: Line, currency: str) -> list[str]:
    if not line.discount_percent:
        return []
    return [
        _("Net, in place of the discount of %(discount)s (%(price)s net today).")
        % {
            "discount": formats.percent(line.discount_percent),
            "price": formats.amount(line.net_unit_price, currency),
        }
    ]


# What there is to say of a field beside its bounds.
_HINTS: Mapping[Field, Callable[[Line, str], list[str]]] = {
    "quantity": _breaks,
    "unit_price": _before_discount,
}
# A unit price that a buyer asks for is net: see `price_ask`.
_HINTS_FOR_BUYERS = {**_HINTS, "unit_price": _instead_of_discount}
