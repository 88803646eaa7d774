"""A deal as its rep sees it, and what every form on it has in common."""

from collections.abc import Mapping
from typing import Any, Protocol

from litestar import Response, get

from portal import access
from portal.access import DeskSession
from portal.commands.unit_of_work import UnitOfWork
from portal.errors import Refused
from portal.reading import desk_deal
from portal.reading.desk import Frame
from portal.storage.session import Transaction
from portal.web.desk_request import UNSENT, Desk, Refusal, see
from portal.web.forms import FormFields


class Command(Protocol):
    """A verb of negotiation with its facts filled in."""

    def __call__(self, work: UnitOfWork, *, actor: DeskSession, deal_id: str) -> Any: ...


@get("/desk/deals/{deal_id:str}")
async def show_deal(desk: Desk, deal_id: str) -> Response[str]:
    return await show(desk, deal_id)


@get("/desk/deals/{deal_id:str}/answers")
async def show_answers(desk: Desk, deal_id: str) -> Response[str]:
    """The region where the rep answers, for a page that hears that something was asked; typed text survives the morph."""
    return await show(desk, deal_id, template="desk/_answers.html")


async def show(
    desk: Desk,
    deal_id: str,
    refused: Refusal = UNSENT,
    *,
    link: tuple[str, str] | None = None,
    template: str = "desk/deal.html",
) -> Response[str]:
    """The page; `link` is a contact and the address that was just issued to be shown, once."""

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        page = desk_deal.load(transaction, desk.actor, deal_id)
        return {"page": page, "deal": page.deal, "table": page.table, "link": link, "key": access.new_id()}

    return await desk.page(template, read, refused)


async def act(  # noqa: PLR0917
    desk: Desk, deal_id: str, name: str, form: FormFields, command: Command, at: str = ""
) -> Response[Any]:
    """Run a command: on to the page (at the part `at`), or the page with the refusal beside the form `name`."""
    try:
        await desk.write(lambda work: command(work, actor=desk.actor, deal_id=deal_id))
    except Refused as error:
        return await show(desk, deal_id, Refusal.of(error, name, form))
    return see(f"/desk/deals/{deal_id}" + (f"#{at}" if at else ""))


routes = [show_deal, show_answers]
