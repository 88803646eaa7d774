"""What the buyer's page and each of its parts are drawn from: the table, and what is this person's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.access import BuyerSession, Deal, deal_for, new_id
from portal.domain.change.items import find_item
from portal.errors import Invalid, NotFound, ParleyError, Problem
from portal.reading.buyer import room
from portal.reading.buyer import tray as trays
from portal.reading.buyer.composition import composition
from portal.reading.buyer.tray import Tray
from portal.reading.deal_page import deal_page
from portal.reading.deal_page.deal_page import DealPage
from portal.rendering import regions
from portal.rendering.addresses import Urls
from portal.rendering.language import marked as _l
from portal.storage.session import Transaction
from portal.web.forms import acceptance, change_form, typed_change
from portal.web.forms.acceptance import Signing
from portal.web.forms.change_form import ChangeForm
from portal.web.forms.typed_change import Typed

# What opens, and the capability it needs.
_DIALOGS = {
    "accept": ("accept", "buyer/_acceptance.html"),
    "decline": ("decline", "buyer/_refusal_dialog.html"),
    "compose": ("choose", "buyer/_composition.html"),
}
GONE = _l("There is no such line or term in this proposal any more.")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What is open for this person: at most one change form, one comment form, one dialog; and a refusal.

    `problems_at` says beside what a refusal stands that belongs to no open form: a subject, "tray", or "" for the page.
    """

    change: str = ""
    comment: str = ""
    dialog: str = ""
    typed: Typed | None = None
    said: str = ""
    signing: Signing | None = None
    problems_at: str | None = None
    sentence: str = ""
    problems: Sequence[Problem] = ()
    status: int = 200

    @classmethod
    def refused(cls, error: ParleyError, **where: Any) -> "Opened":
        problems = error.problems if isinstance(error, Invalid) else ()
        return cls(sentence=error.sentence, problems=problems, status=error.status, **where)


NOTHING = Opened()


def context(transaction: Transaction, actor: BuyerSession, deal_id: str, opened: Opened) -> dict[str, Any]:
    """The context of every template; what can't be opened is left closed. NotFound as `deal_for`."""
    deal = deal_for(transaction, actor, deal_id)
    table = deal_page.load(transaction, deal)
    tray = trays.load(transaction, deal, table.offer)
    found: dict[str, Any] = {
        "deal": deal,
        "table": table,
        "tray": tray,
        "words": room.words(transaction, deal),
        "urls": Urls.buyer(deal_id),
        "message_key": new_id(),
        "tray_key": new_id(),
        "problems_at": opened.problems_at,
        "sentence": opened.sentence,
        "problems": opened.problems,
    }
    found |= _item(deal, table, tray, opened) | _dialog(transaction, deal, table, tray, opened)
    if opened.dialog and not found["dialog"]:
        # What was refused in a dialog that can't open any more stands on the page.
        found["problems_at"] = ""
    return found


def insist(found: Mapping[str, Any], opened: Opened) -> None:
    """NotAllowed or NotFound, when something should be open and is not."""
    deal: Deal = found["deal"]
    if opened.dialog and not found["dialog"]:
        deal.require(_DIALOGS[opened.dialog][0])
    for subject, capability, name in (
        (opened.change, "counter", "open_change"),
        (opened.comment, "comment", "open_comment"),
    ):
        if subject and not found[name]:
            deal.require(capability)
            raise NotFound(GONE)


def _item(deal: Deal, table: DealPage, tray: Tray, opened: Opened) -> dict[str, Any]:
    """The form that is open on a line or a term."""
    view = table.item(opened.change) if opened.change else None
    view = view or next(iter(table.items([opened.comment])), None)
    changing_it = bool(opened.change and view and view.open_fields and deal.can("counter"))
    commenting = bool(opened.comment and view and deal.can("comment"))
    found: dict[str, Any] = {
        "open_change": opened.change if changing_it else "",
        "open_comment": opened.comment if commenting else "",
        "said": opened.said,
    }
    if view:
        found |= {"view": view, "id": regions.dom_id(view.subject)}
    if changing_it:
        found["form"] = _change_form(table, tray, opened)
    return found


def _change_form(table: DealPage, tray: Tray, opened: Opened) -> ChangeForm:
    found = find_item(table.offer, opened.change)
    assert found is not None, "the table has it"
    typed = opened.typed
    return change_form.change_form(
        table.offer,
        found,
        drafted=tray.text,
        typed=typed,
        reason=tray.reason(opened.change),
        refused=(opened.sentence, typed_change.at_fields(opened.problems)),
        effect=typed_change.preview_of(table.offer, found, tray.asked, typed) if typed else None,
    )


def _dialog(
    transaction: Transaction, deal: Deal, table: DealPage, tray: Tray, opened: Opened
) -> dict[str, Any]:
    capability, template = _DIALOGS.get(opened.dialog, ("", ""))
    if not capability or not deal.can(capability):
        return {"dialog": ""}
    if opened.dialog == "compose":
        if not tray.composition and not opened.sentence:
            return {"dialog": ""}
        shown = composition(table.revision, tray.composition) if tray.composition else None
        return {"dialog": template, "composition": shown}
    if opened.dialog != "accept":
        return {"dialog": template}
    signing = opened.signing or Signing(name=deal.actor_name)
    return {"dialog": template, "acceptance": acceptance.view(transaction, deal, table, signing)}
