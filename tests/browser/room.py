"""A deal of a test's own on the running server, and its people, each with a browser.

bea, rita = room.buyer("bea"), room.rep("rita")        # pages, open and signed in
room.at_desk("rita").says("Hello")                     # somebody else's screen, which no test looks at
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import httpx
from playwright.sync_api import BrowserContext

from portal import access
from portal.access import BuyerSession, DeskSession, System, token_hash
from portal.commands.deal.send_proposal import send_proposal
from portal.commands.negotiation import open_asks
from portal.commands.people.issue_link import issue_link
from portal.commands.people.join import join
from portal.commands.people.sign_in import issue_sign_in_link, sign_in
from portal.commands.revision.import_quote import import_quote
from portal.database.database import Database
from portal.database.unit_of_work import UnitOfWork
from portal.intake.incoming import IncomingQuote, read_quote
from portal.reading.desk import contacts
from tests.browser.pages import BuyerPage, DealPage, Inbox
from tests.cast import Seat
from tests.conftest import NewContext
from tests.quotes import quote
from tests.server import PortalServer

OPERATOR = System("cli")
PHONE: dict[str, Any] = {"viewport": {"width": 375, "height": 720}, "is_mobile": True, "has_touch": True}
_numbers = count(1)


@dataclass(frozen=True)
class House:
    """The running server, a database beside it, and one session for each rep that all tests share."""

    server: PortalServer
    database: Database
    reps: dict[str, str]

    @classmethod
    def of(cls, server: PortalServer, database: Database) -> House:
        house = cls(server, database, {})
        for name in ("rita", "mia"):
            url = house.sign_in_link(name)
            token = url.rpartition("/")[2]
            house.reps[name] = database.write_now(lambda work, token=token: sign_in(work, token)).cookie
        return house

    def sign_in_link(self, name: str) -> str:
        """Works once."""
        return self.database.write_now(lambda work: issue_sign_in_link(work, f"{name}@kestrel.example")).url


class Room:
    """One deal. `ago` puts its beginning into the past, so that a short validity has ended."""

    def __init__(
        self, house: House, new_context: NewContext, *, ago: timedelta = timedelta(0), **changes: Any
    ) -> None:
        self.house, self._new_context = house, new_context
        self.began, number = datetime.now(UTC) - ago, next(_numbers)
        self.title, self.company = f"Two presses for hall {number}", f"Oakum Foods {number}"
        document = quote(
            external_id=f"BROWSER-{number}",
            title=self.title,
            valid_until=(self.began + timedelta(days=14)).date().isoformat(),
        )
        document["buyer"] = document["buyer"] | {"company": self.company}
        incoming = read_quote(
            json.dumps(document | changes).encode(),
            "quote.json",
            today=self.began.date(),
            zone="Europe/Copenhagen",
        )
        self.deal_id: str = house.database.write_now(partial(_sent, incoming=incoming, at=self.began))

    @property
    def name(self) -> str:
        """Of the deal's row in the inbox."""
        return f"{self.title}, {self.company}"

    def link(self, who: str) -> str:
        """A fresh magic link."""
        people = self.house.database.read_now(
            lambda transaction: contacts.load(
                transaction, access.deal_for(transaction, OPERATOR, self.deal_id)
            )
        )
        contact = next(person.id for person in people if person.email.startswith(f"{who}@"))
        issue = partial(issue_link, actor=OPERATOR, deal_id=self.deal_id, contact_id=contact, channel="shown")
        return self.house.database.write_now(issue).url

    def browser(self, who: str = "", **options: Any) -> BrowserContext:
        """Somebody's browser: joined or signed in already when they are named."""
        context = self._new_context(**options)
        if who:
            name, value = self._cookie(who)
            context.add_cookies([{"name": name, "value": value, "url": self.house.server.url}])
        return context

    def buyer(self, who: str, **options: Any) -> BuyerPage:
        """Their page of the deal. Without scripts it is loaded again before each look."""
        scripts = options.get("java_script_enabled", True)
        page = BuyerPage(self.browser(who, **options).new_page(), scripts=scripts)
        page.open(self.address)
        return page

    def rep(self, who: str, **options: Any) -> DealPage:
        scripts = options.get("java_script_enabled", True)
        page = DealPage(self.browser(who, **options).new_page(), scripts=scripts)
        page.open(self.desk_address)
        return page

    def inbox(self, who: str, **options: Any) -> Inbox:
        page = Inbox(self.browser(who, **options).new_page())
        page.open(f"{self.house.server.url}/desk")
        return page

    @property
    def address(self) -> str:
        return f"{self.house.server.url}/deals/{self.deal_id}"

    @property
    def desk_address(self) -> str:
        return f"{self.house.server.url}/desk/deals/{self.deal_id}"

    def elsewhere(self, who: str) -> Elsewhere:
        return Elsewhere(self, *self._cookie(who))

    def _cookie(self, who: str) -> tuple[str, str]:
        if who in self.house.reps:
            return "parley_desk", self.house.reps[who]
        token = self.link(who).rpartition("/")[2]
        joined = self.house.database.write_now(lambda work: join(work, token, session_id=None))
        return "parley_buyer", joined.cookie


def _sent(work: UnitOfWork, incoming: IncomingQuote, at: datetime) -> str:
    then = replace(work, now=at)
    deal_id = import_quote(then, OPERATOR, incoming).deal
    send_proposal(then, OPERATOR, deal_id)
    return deal_id


class Elsewhere(Seat):
    """Somebody at another screen: what they do goes through the server, as forms, so that it rings at once."""

    def __init__(self, room: Room, cookie: str, value: str) -> None:
        desk = cookie == "parley_desk"
        actor = DeskSession(token_hash(value)) if desk else BuyerSession(token_hash(value))
        super().__init__(room.house.database, actor, room.deal_id)
        self._base = f"{room.house.server.url}{'/desk' if desk else ''}/deals/{room.deal_id}"
        self._cookies = {cookie: value}
        self._csrf = self.database.read_now(lambda transaction: access.csrf_for(transaction, actor))

    def says(self, body: str, anchor: str | None = None, key: str | None = None) -> None:
        self._post("messages", {"body": body, "anchor": anchor or "", "key": key or access.new_id()})

    def asks_for(self, line: str, **fields: str) -> None:
        self._post(f"lines/{line}/change", fields)
        revision = str(self.deal.revision)
        self._post("counteroffer", {"key": access.new_id(), "revision": revision})

    def ticks_box(self, line: str) -> None:
        """As a buyer: take an option."""
        fields = {"choice": f"line:{line}:selected:true", "revision": str(self.deal.revision)}
        self._post("composition", fields)

    def offers(self, line: str, **fields: str) -> None:
        """As a rep: a revision with other values for one line, and all that is asked accepted."""
        self.edits(line, **fields)
        asked = self.database.read_now(partial(open_asks.open_asks, deal_id=self.deal_id))
        answers = {f"verdict:{change.id}": "accept" for ask in asked for change in ask.changes}
        self._post("publish", {"base": str(self.deal.revision), "key": access.new_id()} | answers)

    def _post(self, path: str, fields: dict[str, str]) -> None:
        answer = httpx.post(
            f"{self._base}/{path}", data={"csrf": self._csrf} | fields, cookies=self._cookies, timeout=60
        )
        assert answer.status_code == 303, f"{path} answered {answer.status_code}: {answer.text[:300]}"
