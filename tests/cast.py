"""The cast, at a table of their own: Bea negotiates for Oakum Foods and Sol signs; Rita answers for Kestrel Machines and
Mia, her manager, approves; Ravn of Havn ApS has a deal of his own and must see nothing of theirs.

    table = Table(database)
    table.bea.proposes("press", unit_price="17200")
    table.rita.publishes(accept="all")
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from portal.access import Actor, BuyerSession, Deal, DeskSession, System, deal_for, token_hash
from portal.commands.conversation import keep_note, post_message
from portal.commands.deal import decline, send_proposal, withdraw
from portal.commands.negotiation import agree_to, compose, draft_counteroffer, make_counteroffer
from portal.commands.negotiation import open_asks as asks
from portal.commands.order import accept
from portal.commands.people import add_rep, issue_link, join, sign_in
from portal.commands.revision import draft_revision, import_quote, publish_revision
from portal.database.database import Database, utc_now
from portal.domain.change import change as changing
from portal.domain.change.cautions import cautions
from portal.domain.change.counteroffer import Answer
from portal.domain.offer.revision import Offer, Revision
from portal.domain.order.acceptance import AcceptanceForm
from portal.intake.incoming import read_quote
from portal.storage import documents, migrate, tables
from portal.storage.session import Store
from tests.quotes import VALID_UNTIL, quote

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


class Seat:
    """One person at one deal. Verbs are the trade's; each is one command, as an edge would call it."""

    def __init__(self, database: Database, actor: Actor, deal_id: str, contact_id: str = "") -> None:
        self.database, self.actor, self.deal_id, self.contact_id = database, actor, deal_id, contact_id

    def does(self, command: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        def run(work: Any) -> Any:
            return command(work, self.actor, self.deal_id, *arguments, **options)

        return self.database.write_now(run)

    @property
    def deal(self) -> Deal:
        return self.database.read_now(lambda transaction: deal_for(transaction, self.actor, self.deal_id))

    @property
    def revision(self) -> Revision:
        number = self.deal.revision
        return self.database.read_now(
            lambda transaction: documents.read_revision(transaction, self.deal_id, number)
        )

    @property
    def offer(self) -> Offer:
        return self.revision.offer

    def change(self, key: str, field: str, value: str) -> changing.Change:
        subject = f"term:{key}" if field == "value" else f"line:{key}"
        return changing.spell(self.offer, subject, field, value)

    def says(self, body: str, anchor: str | None = None, key: str | None = None) -> Any:
        return self.does(post_message.post_message, body=body, anchor=anchor, key=key)

    def notes(self, body: str) -> Any:
        return self.does(keep_note.keep_note, body=body)

    def proposes(self, line: str, *, package: bool = False, key: str | None = None, **fields: str) -> Any:
        changes = [self.change(line, field, value) for field, value in fields.items()]
        return self.asks(*changes, package=package, key=key)

    def asks(self, *changes: changing.Change, **options: Any) -> Any:
        """Of the revision that stands, and sure of it, unless `options` say otherwise."""
        options = {"revision": self.deal.revision, "confirmed": self.sure_of(changes)} | options
        return self.does(make_counteroffer.make_counteroffer, changes=changes, **options)

    def sends_draft(self, **options: Any) -> Any:
        drafted = self.database.read_now(lambda t: draft_counteroffer.draft_of(t, self.deal)).changes
        options = {"revision": self.deal.revision, "confirmed": self.sure_of(drafted)} | options
        return self.does(make_counteroffer.make_counteroffer, **options)

    def sure_of(self, changes: Sequence[changing.Change]) -> list[str]:
        """What they would be asked about before sending, confirmed."""
        return [each.token for each in cautions(self.offer, changes)]

    def composes(self, *changes: changing.Change, **options: Any) -> Any:
        """Options, choices and if-you-then offers, sent once."""
        return self.does(compose.compose, changes=changes, **({"revision": self.deal.revision} | options))

    def agrees(self, *subjects: str, revision: int | None = None) -> Any:
        seen = self.deal.revision if revision is None else revision
        return self.does(agree_to.agree_to, subjects=subjects, revision=seen)

    def ticks(self, line: str, value: str = "true", field: str = "selected") -> Any:
        return self.composes(self.change(line, field, value))

    def edits(self, key: str, **fields: str) -> Any:
        changes = [self.change(key, field, value) for field, value in fields.items()]
        return self.does(draft_revision.put_changes, changes=changes)

    def publishes(
        self,
        answers: dict[str, str] | str = "",
        note: str = "",
        key: str | None = None,
        ended: dict[str, str] | None = None,
    ) -> Any:
        """`answers` by change id: "accept", "decline" or a counter value; one word answers everything.

        `ended`: what becomes of used if-you-then offers by key; without it they are kept.
        """
        open_asks = self.database.read_now(partial(asks.open_asks, deal_id=self.deal_id))
        ids = [change.id for ask in open_asks for change in ask.changes]
        given = dict.fromkeys(ids, answers) if isinstance(answers, str) else answers
        verdicts = tuple(
            Answer(change_id=each, verdict=word)
            if word in ("accept", "decline")
            else Answer(change_id=each, verdict="counter", value=word)
            for each, word in given.items()
            if word
        )
        used = [each.key for each in self.offer.standing_offers if each.taken]
        decisions: Any = dict.fromkeys(used, "keep") if ended is None else ended
        publication = publish_revision.Publication(
            base_revision=self.deal.revision, answers=verdicts, note=note, ended_offers=decisions
        )
        return self.does(publish_revision.publish_revision, publication, key=key)

    def form(self, **changes: Any) -> AcceptanceForm:
        deal = self.deal
        facts = {
            "revision": deal.revision,
            "digest": deal.digest,
            "name": "Sol Iversen",
            "title": "Head of purchasing",
            "authority": True,
            "statement": "I accept this proposal.",
            "language": "en",
        }
        return AcceptanceForm(**(facts | changes))

    def accepts(self, form: AcceptanceForm | None = None, key: str | None = None) -> Any:
        return self.does(accept.accept, form or self.form(), key=key, address="192.0.2.7", agent="test")

    def declines(self, reason: str = "Too dear.") -> Any:
        return self.does(decline.decline, reason=reason)

    def withdraws(self, reason: str = "") -> Any:
        return self.does(withdraw.withdraw, reason=reason)


class Table:
    """A sent deal with its people. `cookies` and `desk_cookies` open the same sessions in a browser."""

    def __init__(self, database: Database, document: dict[str, Any] | None = None) -> None:
        self.database = database
        self.cookies: dict[str, str] = {}
        for name, role in (("rita", "rep"), ("mia", "manager")):
            rep = partial(add_rep.add_rep, email=f"{name}@kestrel.example", name=name.capitalize(), role=role)
            database.write_now(rep)
        self.deal_id, seats = self._sent(document or quote())
        self.bea, self.sol, self.vic = seats["bea"], seats["sol"], seats["vic"]
        self.rita, self.mia = self._rep("rita"), self._rep("mia")
        rival = quote(
            external_id="CPQ-2002",
            title="One HP-20 press",
            buyer={
                "company": "Havn ApS",
                "contacts": [{"name": "Ravn Friis", "email": "ravn@havn.example", "role": "signer"}],
            },
        )
        self.rival_deal_id, rivals = self._sent(rival)
        self.ravn = rivals["ravn"]

    @property
    def last_day(self) -> date:
        """The day whose end is the end of the offer: it depends on the day on which a test runs beside a server."""
        last_moment = self.bea.deal.valid_until - timedelta(seconds=1)
        return last_moment.astimezone(ZoneInfo("Europe/Copenhagen")).date()

    def _sent(self, document: dict[str, Any], *, approved: bool = False) -> tuple[str, dict[str, Seat]]:
        today = self.database.clock().date()
        if document["valid_until"] == VALID_UNTIL:
            # As long as it has from START: beside a server the clock is the real one, and goes on.
            left = date.fromisoformat(VALID_UNTIL) - START.date()
            document = document | {"valid_until": (today + left).isoformat()}
        incoming = read_quote(
            json.dumps(document).encode(), "quote.json", today=today, zone="Europe/Copenhagen"
        )
        system = System("cli")
        deal_id = self.database.write_now(lambda work: import_quote.import_quote(work, system, incoming)).deal
        self.database.write_now(
            lambda work: send_proposal.send_proposal(work, system, deal_id, approved=approved)
        )
        return deal_id, {
            name: self._buyer(deal_id, contact) for name, contact in self._contacts(deal_id).items()
        }

    def _contacts(self, deal_id: str) -> dict[str, str]:
        contact = tables.contact
        rows = self.database.read_now(
            lambda t: t.connection.execute(contact.select().where(contact.c.deal_id == deal_id)).all()
        )
        return {row.email.partition("@")[0]: row.id for row in rows}

    def _buyer(self, deal_id: str, contact_id: str) -> Seat:
        link = self.database.write_now(
            lambda work: issue_link.issue_link(work, System("cli"), deal_id, contact_id, channel="shown")
        )
        token = link.url.rpartition("/")[2]
        joined = self.database.write_now(lambda work: join.join(work, token, session_id=None))
        self.cookies[contact_id] = joined.cookie
        return Seat(self.database, BuyerSession(token_hash(joined.cookie)), deal_id, contact_id)

    def _rep(self, name: str) -> Seat:
        link = self.database.write_now(
            lambda work: sign_in.issue_sign_in_link(work, f"{name}@kestrel.example")
        )
        token = link.url.rpartition("/")[2]
        signed_in = self.database.write_now(lambda work: sign_in.sign_in(work, token))
        self.cookies[name] = signed_in.cookie
        return Seat(self.database, DeskSession(token_hash(signed_in.cookie)), self.deal_id)


def prepare(url: str) -> None:
    """Migrate an empty database; a template for many."""
    store = Store(url)
    migrate.upgrade(store, new_epoch="test")
    store.close()


def open_database(url: str, clock: Callable[[], datetime] = utc_now, **options: Any) -> Database:
    """A migrated database of a test's own; the test closes it."""
    store = Store(url)
    if not migrate.is_current(store):
        migrate.upgrade(store, new_epoch="test")
    return Database(store, clock=clock, public_url="http://127.0.0.1:8000", **options)


def tomorrow(clock: Callable[[], datetime]) -> date:
    return clock().date() + timedelta(days=1)
