"""Publications beyond what their rep may publish alone: a manager lets them go out, changes them, or sends them back."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response, get, post

from portal.commands.revision.decide_approval import decide_approval
from portal.errors import Refused
from portal.reading.desk import approvals
from portal.reading.desk.frame import Frame
from portal.storage.session import Transaction
from portal.web.desk.answers import as_spelled
from portal.web.desk.request import UNSENT, Desk, Refusal, see
from portal.web.forms.form_fields import FormFields


@get("/desk/approvals")
async def list_approvals(desk: Desk) -> Response[str]:
    return await _page(desk)


@post("/desk/deals/{deal_id:str}/approvals/{approval_id:str}")
async def decide(desk: Desk, deal_id: str, approval_id: str, form: FormFields) -> Response[Any]:
    """`decision` is "approve" or "refuse"; the note is read by the seller's side alone. `value:` and the change's id hold
    what is answered, `buyers_note` what buyers read: as the rep wrote them, or otherwise."""
    verdict = partial(
        decide_approval,
        granted=form.one("decision") == "approve",
        note=form.one("note"),
        values={
            change_id: as_spelled(desk, change_id, text)
            for change_id, text in form.beginning("value:").items()
        },
        buyers_note=form.one("buyers_note") if "buyers_note" in form.fields else None,
    )
    try:
        await desk.write(partial(verdict, actor=desk.actor, deal_id=deal_id, approval_id=approval_id))
    except Refused as error:
        return await _page(desk, Refusal.of(error, approval_id, form))
    return see("/desk/approvals")


async def _page(desk: Desk, refused: Refusal = UNSENT) -> Response[str]:
    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        return {
            "approvals": approvals.waiting(transaction, desk.actor),
            "decided": approvals.decided(transaction),
        }

    return await desk.page("desk/approvals.html", read, refused)


routes = [list_approvals, decide]
