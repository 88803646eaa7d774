"""One request of a buyer at a deal: how it reads, commands, and draws the page or parts of it.

The page is the table, which everybody of the party shares, and what is this person's own: the tray, and whatever is open.
Without scripts a form or dialog is open because the address says so; with them, because htmx asked for that part alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from litestar import Response
from litestar.response import Redirect

from portal.access import BuyerSession, Deal, deal_for
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Refused
from portal.reading.deal_page import event_stream
from portal.rendering import cached_parts, compressed_parts, regions
from portal.rendering.language import speaking
from portal.request import HttpRequest, is_partial, language_of
from portal.storage.session import Transaction
from portal.web.buyer import page as buyer_page
from portal.web.buyer.page import NOTHING, Opened
from portal.web.http.sessions import buyer_of
from realtime.services import HTML, Services

T = TypeVar("T")
# Events of one command; far more than any has.
MOST = 100


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a command answered, and the deal as it was before."""

    result: T
    before: Deal


@dataclass(frozen=True)
class Visit:
    """Handlers get it as `visit`."""

    request: HttpRequest
    services: Services
    actor: BuyerSession

    @property
    def partial(self) -> bool:
        return is_partial(self.request)

    @property
    def language(self) -> str:
        return language_of(self.request)

    @property
    def token(self) -> dict[str, str]:
        """What a form needs, for parts that are drawn apart from a page."""
        return {"csrf": str(self.request.scope.get("csrf", ""))}

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """A query that may format and speak in this person's language."""

        def run(transaction: Transaction) -> T:
            with speaking(self.language):
                return query(transaction)

        return await self.services.database.read(run)

    async def act(self, command: Callable[..., T], deal_id: str) -> Done[T]:
        """Run a command as this person; errors are the command's."""

        def run(work: UnitOfWork) -> Done[T]:
            before = deal_for(work, self.actor, deal_id)
            return Done(command(work, self.actor, deal_id), before)

        return await self.services.database.write(run)

    async def page(self, deal_id: str, opened: Opened = NOTHING) -> Response[Any]:
        """The whole page. What others of the role read as well comes compressed from memory."""
        if opened != NOTHING:
            return await self._own_page(deal_id, opened)
        context = await self._context(deal_id, opened, cached_parts.drawn)
        parts = context.pop("drawn")
        page = self.services.page("buyer/deal.html", self.request, **context, drawn=cached_parts.places())
        pieces = cached_parts.together(page.content, parts)
        page.headers["Vary"] = "Accept-Encoding, Cookie"
        if "gzip" not in self.request.headers.get("accept-encoding", ""):
            return Response(compressed_parts.plain(pieces), media_type=HTML, headers=page.headers)
        return Response(
            compressed_parts.gzipped(pieces),
            media_type=HTML,
            headers={**page.headers, "Content-Encoding": "gzip"},
        )

    async def _own_page(self, deal_id: str, opened: Opened) -> Response[Any]:
        """The page with something open or refused in it: this person's own, and not compressed for that reason."""
        context = await self._context(deal_id, opened, cached_parts.drawn_alone)
        return self.services.page("buyer/deal.html", self.request, status=opened.status, **context)

    async def part(self, template: str, deal_id: str, opened: Opened = NOTHING, **more: Any) -> Response[str]:
        """One template in the page's context; NotAllowed or NotFound when what it opens can't be opened."""
        context = await self._context(deal_id, opened)
        buyer_page.insist(context, opened)
        return self.services.page(template, self.request, status=opened.status, **{**context, **more})

    async def refused(self, deal_id: str, template: str, opened: Opened) -> Response[Any]:
        """The part that a refusal stands in; without scripts the whole page, with that part open."""
        return await (self.part(template, deal_id, opened) if self.partial else self.page(deal_id, opened))

    async def attempt(
        self,
        deal_id: str,
        command: Callable[..., Any],
        *,
        at: str = "",
        emptied: Iterable[str] = (),
        beside: str = "table/_problems.html",
        shown: bool = False,
        **refused: Any,
    ) -> Response[Any]:
        """Run a command and show what has changed, or its refusal: `refused` says what is open then (see Opened), and
        `beside` is the part of the page that the refusal stands in. What is `shown` already, a box as it was ticked, is
        not drawn again: whoever has the next button down just then would press nothing."""
        try:
            done = await self.act(command, deal_id)
        except Refused as error:
            return await self.refused(deal_id, beside, Opened.refused(error, **refused))
        if shown and self.partial:
            return Response("", media_type="text/html")
        return await self.done(deal_id, done, at=at, emptied=emptied)

    async def done(
        self, deal_id: str, done: Done[Any], *, at: str = "", emptied: Iterable[str] = ()
    ) -> Response[Any]:
        """After a command: with scripts what has changed for this person, without them back to the page at `at`."""
        if not self.partial:
            return Redirect(f"/deals/{deal_id}" + (f"#{at}" if at else ""), status_code=303)
        context = await self._context(deal_id, NOTHING)
        parts = [regions.emptied(slot) for slot in emptied]
        parts += await self.news(deal_id, done.before)
        tray = self.services.partial("buyer/_tray.html", self.language, **context)
        return Response("".join([*parts, regions.replaced("#tray", tray)]), media_type="text/html")

    async def news(self, deal_id: str, before: Deal) -> list[str]:
        """What frames will carry as well, since the deal was found: whichever comes second changes nothing."""
        events = await self.read(
            partial(
                event_stream.events_after, deal_id=deal_id, party="buyer", after=before.buyer_seq, limit=MOST
            )
        )
        frames = self.services.frames
        frames.forget_erased(events)
        return [await frames.content(event, "buyer", before.role, self.language) for event in events]

    async def _context(
        self, deal_id: str, opened: Opened, draw: Callable[..., Mapping[str, Any]] | None = None
    ) -> dict[str, Any]:
        def read(transaction: Transaction) -> dict[str, Any]:
            found = buyer_page.context(transaction, self.actor, deal_id, opened) | self.token
            if draw:
                # Here, in a thread of the database: a page of a thousand lines must not hold up the others.
                found["drawn"] = draw(self.services.partial, found, self.language)
            return found

        return await self.read(read)


def provide_visit(request: HttpRequest, services: Services) -> Visit:
    # One thing at a time: what depends on two would be made in a task group, at a tenth of a page's cost.
    return Visit(request, services, buyer_of(request))
