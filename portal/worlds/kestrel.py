"""The demo world: Kestrel Machines sells presses. Rita answers, Mia approves; at Oakum Foods Bea negotiates and Sol signs.

It has three deals, made by the real intake and commands: the presses in the middle of a negotiation, the packing cell just
sent to Havn ApS (whose contact Ravn must not see Oakum's deals), and the bench press accepted. Everything is written in one
transaction, with a different time for each step.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from portal.access import BuyerSession, DeskSession, System, deal_for, token_hash
from portal.commands.deal.send_proposal import send_proposal
from portal.commands.order.configure_receiver import add_receiver
from portal.commands.people.add_rep import add_rep
from portal.commands.people.issue_link import issue_link
from portal.commands.people.join import join
from portal.commands.people.name_seller import name_seller
from portal.commands.people.sign_in import issue_sign_in_link, sign_in
from portal.commands.revision.import_quote import import_quote
from portal.database.database import Database
from portal.database.unit_of_work import UnitOfWork
from portal.errors import NotFound
from portal.intake.incoming import read_quote
from portal.reading.desk import contacts
from portal.reading.operator import deals
from portal.settings import Settings
from portal.worlds import kestrel_story

QUOTES = Path(__file__).parent / "quotes"
SELLER, HUE = "Kestrel Machines", 255
RITA, MIA = "rita@kestrel.example", "mia@kestrel.example"
BEA, SOL, VIC, RAVN = "bea@oakum.example", "sol@oakum.example", "vic@oakum.example", "ravn@havn.example"
# Names of the deals, which are also the file names of their quotes.
PRESSES, CELL, BENCH = "presses", "packing-cell", "bench-press"
EXTERNAL_IDS = {PRESSES: "KES-Q-1047", CELL: "KES-Q-1052", BENCH: "KES-Q-1031"}
VALID_FOR = {PRESSES: timedelta(days=21), CELL: timedelta(days=30), BENCH: timedelta(days=14)}
_OPERATOR = System("demo")


@dataclass(frozen=True)
class Link:
    """A person's link. A rep's works once, for 15 minutes."""

    who: str
    email: str
    url: str


@dataclass(frozen=True)
class World:
    """The ids of the deals by the names above, and links, which are new each time the world is loaded."""

    deals: dict[str, str]
    reps: tuple[Link, ...]
    buyers: tuple[Link, ...]

    def link(self, email: str) -> str:
        """Return the URL of this person's link; KeyError for an unknown address."""
        return {each.email: each.url for each in (*self.reps, *self.buyers)}[email]


def load(database: Database, settings: Settings) -> World:
    """Return the world. The first call writes it."""
    return database.write_now(lambda work: _load(work, settings))


def _load(work: UnitOfWork, settings: Settings) -> World:
    try:
        deal_ids = {name: deals.identify(work, external_id) for name, external_id in EXTERNAL_IDS.items()}
    except NotFound:
        deal_ids = _write(work, settings)
    return World(
        deals=deal_ids,
        reps=(
            Link("Rita Holm, rep", RITA, issue_sign_in_link(work, RITA).url),
            Link("Mia Dahl, manager", MIA, issue_sign_in_link(work, MIA).url),
        ),
        buyers=(
            Link("Bea Lund, negotiator at Oakum Foods", BEA, magic_link(work, deal_ids[PRESSES], BEA)),
            Link("Sol Iversen, signer at Oakum Foods", SOL, magic_link(work, deal_ids[PRESSES], SOL)),
            Link("Ravn Friis, signer at Havn ApS", RAVN, magic_link(work, deal_ids[CELL], RAVN)),
        ),
    )


def _write(work: UnitOfWork, settings: Settings) -> dict[str, str]:
    name_seller(work, _OPERATOR, name=SELLER, hue=HUE)
    add_rep(work, email=RITA, name="Rita Holm", role="rep")
    add_rep(work, email=MIA, name="Mia Dahl", role="manager")
    for kind, format_name in (("operations", "json"), ("accounting", "csv"), ("analysis", "csv")):
        add_receiver(
            work, _OPERATOR, kind=kind, transport="folder", target=f"orders/{kind}", format=format_name
        )
    start = replace(work, now=work.now - timedelta(days=4))
    deal_ids = {name: send(start, settings, name) for name in (BENCH, PRESSES)}
    deal_ids[CELL] = send(replace(work, now=work.now - timedelta(hours=3)), settings, CELL)
    rita = desk(start, RITA)
    kestrel_story.accept_bench_press(work, deal_ids[BENCH], rita, buyer(start, deal_ids[BENCH], SOL))
    kestrel_story.negotiate_presses(work, deal_ids[PRESSES], rita, buyer(start, deal_ids[PRESSES], BEA))
    return deal_ids


def send(work: UnitOfWork, settings: Settings, name: str) -> str:
    """Import a quote of this world, send it, and return the deal's id."""
    path = QUOTES / f"{name}.json"
    today = work.now.astimezone(settings.zone).date()
    quote = read_quote(
        path.read_bytes(),
        path.name,
        today=today,
        zone=settings.timezone,
        valid_until=today + VALID_FOR[name],
    )
    deal_id = import_quote(work, _OPERATOR, quote).deal
    send_proposal(work, _OPERATOR, deal_id)
    return deal_id


def magic_link(work: UnitOfWork, deal_id: str, email: str) -> str:
    """Return a new link for a contact of the deal; NotFound for an unknown address."""
    deal = deal_for(work, _OPERATOR, deal_id)
    for person in contacts.load(work, deal):
        if person.email == email:
            return issue_link(work, _OPERATOR, deal_id, person.id, channel="shown").url
    raise NotFound("%(email)s is not a contact of this deal.", email=email)


def buyer(work: UnitOfWork, deal_id: str, email: str) -> BuyerSession:
    """Return the session of a contact who opened a magic link."""
    joined = join(work, _token(magic_link(work, deal_id, email)), session_id=None)
    return BuyerSession(token_hash(joined.cookie))


def desk(work: UnitOfWork, email: str) -> DeskSession:
    """Return the session of a rep who signed in with a link."""
    return DeskSession(token_hash(sign_in(work, _token(issue_sign_in_link(work, email).url)).cookie))


def _token(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]
