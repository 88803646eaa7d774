"""What was handed off, to whom, and how it went; and the button that sends it again."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response, get, post

from portal.commands.outbox.retry_delivery import retry_delivery
from portal.errors import Refused
from portal.reading.desk.frame import Frame
from portal.reading.operator import deliveries
from portal.storage.session import Transaction
from portal.web.desk.request import UNSENT, Desk, Refusal, see
from portal.web.forms.form_fields import FormFields

PAGE = "/desk/handoffs"


@get(PAGE)
async def list_handoffs(desk: Desk) -> Response[str]:
    """`mail=1` lists mails as well; `state` is waiting, sent or failed."""
    return await _page(desk)


@post("/desk/handoffs/{delivery_id:str}/retry")
async def send_again(desk: Desk, delivery_id: str, form: FormFields) -> Response[Any]:
    try:
        await desk.write(partial(retry_delivery, actor=desk.actor, delivery_id=delivery_id))
    except Refused as error:
        return await _page(desk, Refusal.of(error, delivery_id, form))
    return see(f"{PAGE}?mail=1" if form.one("mail") else PAGE)


async def _page(desk: Desk, refused: Refusal = UNSENT) -> Response[str]:
    asked = desk.request.query_params
    state = asked["state"] if asked.get("state") in ("waiting", "sent", "failed") else ""
    mail = asked.get("mail") == "1" or refused.value(refused.form, "mail") == "1"

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        found = deliveries.deliveries(transaction, desk.actor, state=state, mail=mail)
        return {"deliveries": found, "state": state, "mail": mail}

    return await desk.page("desk/handoffs.html", read, refused)


routes = [list_handoffs, send_again]
