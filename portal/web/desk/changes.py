"""The forms on one line or term: the seller's own change of it, and a comment on it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from litestar import Response, get, post

from portal.commands.negotiation import carry_target
from portal.commands.revision import draft_revision
from portal.domain.change import part_codec
from portal.domain.change.change import Change
from portal.domain.change.items import Item, find_item
from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Line
from portal.errors import Invalid, NotFound, Refused
from portal.reading.desk import deal
from portal.reading.desk.deal import DeskDeal
from portal.rendering.addresses import KINDS
from portal.rendering.language import speaking
from portal.request import is_partial
from portal.web.desk.deal import act, show
from portal.web.desk.request import UNSENT, Desk, Refusal, see
from portal.web.forms import change_form, part_form, typed_change
from portal.web.forms.form_fields import FormFields
from portal.web.forms.typed_change import Typed

ON_THE_OFFER = ("lines", "terms")
EVERYWHERE = (*ON_THE_OFFER, "wishes", "adjustments", "offers")


def addresses(place: str, kinds: Sequence[str] = EVERYWHERE) -> list[str]:
    """Those of one form, on each kind of thing it can be about."""
    return [f"/desk/deals/{{deal_id:str}}/{kind}/{{item:str}}/{place}" for kind in kinds]


@get("/desk/deals/{deal_id:str}")
async def show_deal(desk: Desk, deal_id: str, change: str = "", comment: str = "") -> Response[str]:
    """The deal; `change` and `comment` open the form of a line or term where no script does."""

    def more(page: DeskDeal) -> Mapping[str, Any]:
        form = {"form": _form(page, change), "open_change": change} if change else {}
        return form | ({"open_comment": comment} if comment else {})

    return await show(desk, deal_id, more=more)


@get(addresses("change"))
async def open_change(desk: Desk, deal_id: str, item: str) -> Response[Any]:
    return await _show_form(desk, deal_id, _subject(desk, item))


@get(addresses("comment", ON_THE_OFFER))
async def open_comment(desk: Desk, deal_id: str, item: str) -> Response[Any]:
    subject = _subject(desk, item)
    if not is_partial(desk.request):
        return see(f"/desk/deals/{deal_id}?comment={subject}#comment-{subject.replace(':', '-')}")
    return await show(
        desk, deal_id, more=lambda page: _placed(page, subject), template="table/_comment_form.html"
    )


@post(addresses("preview"))
async def preview(desk: Desk, deal_id: str, item: str, form: FormFields) -> Response[str]:
    """What the change would come to together with the other own edits; nothing is kept."""

    def more(page: DeskDeal) -> Mapping[str, Any]:
        wanted = _item(page, _subject(desk, item))
        typed = typed_change.read(form, page.table.offer, wanted, seller=True)
        shown = typed_change.preview_of(page.table.offer, wanted, _edits(page), typed, seller=True)
        places = typed_change.places_of(wanted)
        return {"preview": shown, "problems": typed.problems, "fields": places}

    return await show(desk, deal_id, more=more, template="table/_preview_reply.html")


@post(addresses("change"))
async def keep_change(desk: Desk, deal_id: str, item: str, form: FormFields) -> Response[Any]:
    """What differs from the offer goes into the draft of the next revision."""
    subject = _subject(desk, item)
    page = await desk.read(partial(deal.load, actor=desk.actor, deal_id=deal_id))
    with speaking(desk.language):
        typed = typed_change.read(form, page.table.offer, _item(page, subject), seller=True)
    try:
        if typed.problems:
            raise Invalid("This can't be offered.", typed.problems)
        put = partial(draft_revision.put_changes, actor=desk.actor, deal_id=deal_id)
        await desk.write(partial(put, changes=part_form.named(typed.changes, _used_keys(page))))
    except Refused as error:
        return await _show_form(desk, deal_id, subject, typed, error)
    if is_partial(desk.request):
        return await show(
            desk, deal_id, more=lambda page: _placed(page, subject), template="desk/_draft_saved.html"
        )
    return see(f"/desk/deals/{deal_id}#counteroffer")


@post("/desk/deals/{deal_id:str}/edits/remove")
async def drop_change(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    drop = partial(draft_revision.drop_change, change_id=form.one("change"))
    return await act(desk, deal_id, "edits", form, drop, at="counteroffer")


@post("/desk/deals/{deal_id:str}/offers/{item:str}/remove")
async def remove_offer(desk: Desk, deal_id: str, item: str, form: FormFields) -> Response[Any]:
    """The next revision is without this standing offer."""
    gone = Change(subject=f"standing:{item}", field="standing_offer", value="")
    drop = partial(draft_revision.put_changes, changes=[gone])
    return await act(desk, deal_id, "edits", form, drop, at="counteroffer")


@post("/desk/deals/{deal_id:str}/edits/carry")
async def carry(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """The proposed spread of an overall price becomes the seller's own edits."""
    return await act(desk, deal_id, "edits", form, carry_target.carry_target, at="counteroffer")


async def _show_form(
    desk: Desk, deal_id: str, subject: str, typed: Typed | None = None, error: Refused | None = None
) -> Response[Any]:
    """The form with what was typed and what is wrong with it: alone for htmx, in its place on the page otherwise."""

    def more(page: DeskDeal) -> Mapping[str, Any]:
        return _placed(page, subject) | {"form": _form(page, subject, typed, error), "open_change": subject}

    template = "table/_change_form.html" if is_partial(desk.request) else "desk/deal.html"
    refused = Refusal(status=error.status) if error else UNSENT
    return await show(desk, deal_id, refused, more=more, template=template)


def _form(
    page: DeskDeal, subject: str, typed: Typed | None = None, error: Refused | None = None
) -> change_form.ChangeForm:
    drafted = _wished(page, subject) | {change.id: change.value for change in _edits(page)}
    problems = typed_change.at_fields(error.problems) if isinstance(error, Invalid) else []
    return change_form.change_form(
        page.table.offer,
        _item(page, subject),
        drafted=drafted.get,
        typed=typed,
        seller=True,
        refused=(error.sentence if error else "", problems),
    )


def _subject(desk: Desk, key: str) -> str:
    return f"{KINDS[desk.request.scope['path'].split('/')[4]]}:{key}"


def _placed(page: DeskDeal, subject: str) -> dict[str, Any]:
    """What the templates of a line, a term or a part find beside the page's own."""
    view = page.table.item(subject) or {"subject": subject, "name": _item(page, subject).name}
    return {"view": view, "id": subject.replace(":", "-")}


def _item(page: DeskDeal, subject: str) -> Item:
    found = find_item(page.table.offer, subject)
    if found is None:
        raise NotFound("The line or term is not part of the proposal any more.")
    return found


def _used_keys(page: DeskDeal) -> set[str]:
    """Keys that something added can't have."""
    offer, edits = page.table.offer, _edits(page)
    there = {line.key for line in offer.lines} | {each.key for each in offer.adjustments}
    return there | {each.key for each in offer.standing_offers} | {each.key for each in edits}


def _wished(page: DeskDeal, subject: str) -> dict[str, str]:
    """The line that a buyer wants, as far as their words tell it, for a form that adds it."""
    counteroffers = page.answering.counteroffers if page.answering else ()
    for ask in (ask for each in counteroffers for ask in each.asks if ask.change.subject == subject):
        wish = ask.asked
        if isinstance(wish, spelling.Wish):
            line = Line(
                key=ask.change.key, name=wish.words[:200], quantity=wish.quantity, unit_price=money.ZERO
            )
            return {f"{subject}:line": part_codec.text_of(line)}
    return {}


def _edits(page: DeskDeal) -> list[Change]:
    return [edit.change for edit in page.answering.edits] if page.answering else []


routes = [show_deal, open_change, open_comment, preview, keep_change, drop_change, carry, remove_offer]
