"""What was typed into the form in which a line or a term is changed, read back as changes.

Both sides fill it in; which fields it has is for the domain to say. Numbers are read in the reader's language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from portal.domain.change import change as changing
from portal.domain.change import limits, standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.fields import Field, spec
from portal.domain.change.items import Item
from portal.domain.change.items import subject as subject_of
from portal.domain.offer.revision import Line, Offer
from portal.domain.offer.totals import revise
from portal.errors import Invalid, Problem
from portal.reading.deal_page.deal_level_items import deal_level_items
from portal.reading.deal_page.preview import Preview, preview
from portal.rendering import language
from portal.rendering.field_inputs import input_kind
from portal.rendering.field_inputs import typed as typed_value
from portal.web.forms import part_form, standing_offer_form
from portal.web.forms.form_fields import FormFields


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
    texts: dict[str, str] = {}
    changes: list[Change] = []
    problems: list[Problem] = []
    for name in fields_of(item, seller=seller):
        inputs = _inputs(form, name)
        texts |= inputs
        try:
            text = _asked(name, inputs, offer, item)
            if text is not None:
                changes.append(changing.spell(offer, subject_of(item), name, text))
                problems += at_fields(standing_offer.unfit(offer, changes[-1:]))
        except Invalid as error:
            problems += at_fields(error.problems)
        except ValueError as error:
            problems.append(Problem(name, *error.args))
    return Typed(tuple(changes), tuple(problems), texts, form.one("reason"))


def _inputs(form: FormFields, name: Field) -> dict[str, str]:
    """What was typed into the field's inputs, as it is shown again; empty when they were not sent."""
    kind = input_kind(name)
    if kind == "several":
        return part_form.texts(name, form)
    if name not in form.fields and name not in form.all("shown"):
        return {}
    return {name: form.one(name, "false" if kind == "tick" else "")}


def _asked(name: Field, inputs: Mapping[str, str], offer: Offer, item: Item) -> str | None:
    """The text that the domain spells; None where nothing is asked."""
    if input_kind(name) == "several":
        return part_form.composed(name, inputs, offer, item)
    text = inputs.get(name)
    # An unticked choice asks for nothing, and so does a field that may be left open.
    if text is None or (name == "choice" and text != "true") or (spec(name).optional and not text):
        return None
    return typed_value(name, text, language.current.get())


def check(offer: Offer, typed: Typed, *, today: date, seller: bool = False) -> tuple[Problem, ...]:
    """What keeps it from being asked, at the fields: unreadable, outside published limits. The seller has no limits."""
    if seller:
        return typed.problems
    found = [problem for each in typed.asking(offer) for problem in limits.problems(offer, each, today=today)]
    return (*typed.problems, *at_fields(found))


def preview_of(
    offer: Offer, item: Item, others: Sequence[Change], typed: Typed, *, seller: bool = False
) -> Preview | None:
    """What it comes to together with what is in the tray already; None while it can't be computed."""
    changed = {each.id for each in typed.changes}
    changes = [*(each for each in others if each.id not in changed), *typed.asking(offer)]
    try:
        effect = preview(offer, item.key if isinstance(item, Line) else "", changes, edits=seller)
    except Invalid:
        return None
    offered = [each for each in changes if each.id in changed and each.field == "standing_offer"]
    if not offered:
        return effect
    if typed.problems:
        return None
    after = revise(apply(offer, changes, concession=False))
    standing = (each for each in deal_level_items(after).standing if each.key == offered[0].key)
    return replace(effect, standing=next(standing, None))


def at_fields(problems: Sequence[Problem]) -> list[Problem]:
    """Problems at change ids ("line:press:quantity"), at the fields of a form that has one line or term. What follows a
    field's name stays: it is the row of a field that has several."""
    return [Problem(each.place.rpartition(":")[2], each.message, each.hint) for each in problems]
