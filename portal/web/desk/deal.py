"""A deal as its rep sees it, and what every form on it has in common."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from litestar import Response, get

from portal import access
from portal.access import DeskSession
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Refused
from portal.reading.desk import deal
from portal.reading.desk.deal import ALL_PARTS, DeskDeal
from portal.reading.desk.frame import Frame
from portal.rendering.addresses import Urls
from portal.request import HttpRequest
from portal.storage.session import Transaction
from portal.web.desk.request import UNSENT, Desk, Refusal, see
from portal.web.forms.form_fields import FormFields

More = Callable[[DeskDeal], Mapping[str, Any]]


class Command(Protocol):
    """A verb of negotiation with its facts filled in."""

    def __call__(self, work: UnitOfWork, *, actor: DeskSession, deal_id: str) -> Any: ...


# The parts of the page that ask to be drawn again after an event, and what each is drawn from.
REGIONS: Mapping[str, tuple[str, ...]] = {
    "answers": ("answering", "contacts", "figures", "so_far"),
    "activity": ("activity",),
    "moves": ("colleagues", "stays"),
}


@get([f"/desk/deals/{{deal_id:str}}/{name}" for name in REGIONS])
async def show_region(request: HttpRequest, desk: Desk, deal_id: str) -> Response[str]:
    """One region, read and drawn by itself; a morph keeps what is typed in it."""
    name = request.url.path.rpartition("/")[2]
    return await show(desk, deal_id, template=f"desk/_{name}.html", parts=REGIONS[name])


async def show(
    desk: Desk,
    deal_id: str,
    refused: Refusal = UNSENT,
    *,
    more: More = lambda page: {},
    template: str = "desk/deal.html",
    parts: Collection[str] = ALL_PARTS,
) -> Response[str]:
    """The page, or a part of it; `more` adds what one address shows besides."""

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        page = deal.load(transaction, desk.actor, deal_id, parts)
        return context(page) | dict(more(page))

    return await desk.page(template, read, refused)


def context(page: DeskDeal) -> dict[str, Any]:
    """What the templates of a deal find; the names of templates/table are shared with the buyer's page."""
    return {
        "page": page,
        "deal": page.deal,
        "table": page.table,
        "figures": page.figures,
        "urls": Urls.desk(page.deal.id),
        "key": access.new_id(),
        "message_key": access.new_id(),
        "line_template": "desk/_line.html",
        "open_change": "",
        "open_comment": "",
        "said": "",
        "problems_at": None,
    }


async def act(  # noqa: PLR0917
    desk: Desk, deal_id: str, name: str, form: FormFields, command: Command, at: str = ""
) -> Response[Any]:
    """Run a command: on to the page (at the part `at`), or the page with the refusal beside the form `name`."""
    try:
        await desk.write(lambda work: command(work, actor=desk.actor, deal_id=deal_id))
    except Refused as error:
        return await show(desk, deal_id, Refusal.of(error, name, form))
    return see(f"/desk/deals/{deal_id}" + (f"#{at}" if at else ""))


routes = [show_region]
