"""The proposal as a spreadsheet: downloaded, filled in offline, and read back into the draft of a counteroffer.

What an uploaded sheet asks is shown first, with every problem at its cell; only what the buyer then confirms is kept, in
their draft, which still has to be sent.
"""

import asyncio
import base64
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from portal.access import Actor, deal_for
from portal.commands.negotiation.draft_counteroffer import put_changes
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Invalid, Refused, Sentence
from portal.intake.isolated import sheets
from portal.intake.sheet.grid import Grid
from portal.intake.sheet.returned_table import sheet_of
from portal.outbound.export import Export
from portal.outbound.proposal_sheet import Facts, proposal_sheet
from portal.reading.buyer.returned_sheet import Asked, asked_by
from portal.reading.deal_page import deal_page
from portal.rendering.addresses import Urls
from portal.rendering.language import gettext as _
from portal.rendering.language import marked as _l
from portal.rendering.sheet_headings import every_language, words
from portal.storage import documents
from portal.storage.session import Transaction
from portal.web.buyer.visit import Visit
from portal.web.forms.form_fields import FormFields
from portal.web.http.spreadsheets import attachment, kind_of

# Bytes of an upload.
LARGEST = 2_000_000
# A file that was shown comes back in the form, a third longer.
FORM_LIMIT = 3_000_000
MOVED = _l("Revision %(revision)s arrived meanwhile. Look at what the sheet asks of it, then add it again.")
NO_FILE = _l("Choose the file that you have filled in.")


@get(["/deals/{deal_id:str}/sheet.csv", "/deals/{deal_id:str}/sheet.xlsx"])
async def download(visit: Visit, deal_id: str) -> Response[bytes]:
    def read(transaction: Transaction) -> Export:
        deal = deal_for(transaction, visit.actor, deal_id)
        revision = documents.read_revision(transaction, deal_id, deal.revision)
        facts = Facts(number=deal.number, revision=deal.revision, digest=deal.digest, words=words())
        return proposal_sheet(facts, revision, kind_of(visit.request))

    return attachment(await visit.read(read))


@get("/deals/{deal_id:str}/sheet")
async def show(visit: Visit, deal_id: str) -> Response[str]:
    return await _page(visit, deal_id)


@post("/deals/{deal_id:str}/sheet", request_max_body_size=FORM_LIMIT, status_code=200)
async def take(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """`do=add` puts what the sheet asks into the draft; anything else shows it and keeps nothing."""
    asked, held = None, ""
    try:
        # Nothing is parsed for somebody who may not ask.
        await visit.read(partial(_require, visit=visit, deal_id=deal_id))
        name, data = await _uploaded(form)
        held = base64.b64encode(data).decode()
        grid = await sheets.read(data)
        asked = await visit.read(partial(_asked, visit=visit, deal_id=deal_id, grid=grid, form=form))
        adds = form.one("do") == "add"
        moved = adds and form.integer("seen") != asked.present
        if not adds or asked.problems or moved:
            status = 422 if asked.problems else 409 if moved else 200
            sentence = Sentence(MOVED, revision=asked.present) if moved else ""
            return await _page(
                visit, deal_id, asked=asked, held=held, name=name, sentence=sentence, status=status
            )
        await visit.act(partial(_put, asked=asked), deal_id)
    except Refused as error:
        problems = error.problems if isinstance(error, Invalid) else ()
        refused = {
            "sentence": error.sentence,
            "problems": [asked.placed(each) if asked else each for each in problems],
        }
        return await _page(visit, deal_id, asked=None, held="", name="", status=error.status, **refused)
    return Redirect(f"/deals/{deal_id}#tray", status_code=303)


async def _page(visit: Visit, deal_id: str, *, status: int = 200, **more: Any) -> Response[str]:
    def read(transaction: Transaction) -> dict[str, Any]:
        deal = deal_for(transaction, visit.actor, deal_id)
        return {"deal": deal, "table": deal_page.load(transaction, deal), "urls": Urls.buyer(deal_id)}

    context = {"asked": None, "held": "", "name": "", "sentence": "", "problems": (), **more}
    context |= {"csrf": visit.request.scope.get("csrf", "")} | await visit.read(read)
    render = partial(visit.services.page, "buyer/sheet.html", visit.request, status=status)
    return await asyncio.to_thread(render, **context)


async def _uploaded(form: FormFields) -> tuple[str, bytes]:
    """The file when there is one, else the one that was shown already."""
    file: UploadFile | None = form.files.get("file")
    if file is None:
        try:
            data = base64.b64decode(form.one("held"), validate=True)
        except ValueError:
            data = b""
        name = form.one("name")
    else:
        data, name = await file.read(), file.filename
        await file.close()
    if not data or len(data) > LARGEST:
        too_large = _("The file is larger than %(most)s MB.") % {"most": LARGEST // 1_000_000}
        raise Invalid.field("file", too_large if data else _(NO_FILE))
    return name[:200], data


def _require(transaction: Transaction, visit: Visit, deal_id: str) -> None:
    deal_for(transaction, visit.actor, deal_id).require("counter")


def _asked(transaction: Transaction, visit: Visit, deal_id: str, grid: Grid, form: FormFields) -> Asked:
    deal = deal_for(transaction, visit.actor, deal_id)
    deal.require("counter")
    known = every_language()
    asked = asked_by(transaction, deal, sheet_of(grid, known), known, anyway=form.all("anyway"))
    return replace(asked, remarks=(*grid.remarks, *asked.remarks))


def _put(work: UnitOfWork, actor: Actor, deal_id: str, *, asked: Asked) -> object:
    """In one transaction; those that share a reason go together."""
    draft = None
    by_reason = sorted(asked.changes, key=lambda change: asked.reasons.get(change.id, ""))
    for reason, changes in groupby(by_reason, key=lambda change: asked.reasons.get(change.id, "")):
        draft = put_changes(
            work, actor, deal_id, changes=list(changes), reason=reason, revision=asked.present
        )
    return draft


routes = [download, show, take]
