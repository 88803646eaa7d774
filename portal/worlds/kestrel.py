"""Kestrel Machines sells presses. Rita answers, Mia approves; at Oakum Foods Bea negotiates and Sol signs.

Three deals, through the real intake and the real commands: the presses in the middle of a negotiation, the packing cell
of Havn ApS (Ravn, who must see nothing of Oakum's) just sent, and the bench press accepted. The whole story is written in
one transaction, each chapter at an instant of its own.
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
# Name of the deal here: the file of its quote, and its external id.
PRESSES, CELL, BENCH = "presses", "packing-cell", "bench-press"
EXTERNAL_IDS = {PRESSES: "KES-Q-1047", CELL: "KES-Q-1052", BENCH: "KES-Q-1031"}
VALID_FOR = {PRESSES: timedelta(days=21), CELL: timedelta(days=30), BENCH: timedelta(days=14)}
_OPERATOR = System("demo")


@dataclass(frozen=True)
class Link:
    """A way in: whose, and the address. A rep's works once, for 15 minutes."""

    who: str
    email: str
    url: str


@dataclass(frozen=True)
class World:
    """`deals` has the deals' ids by the names above; links are fresh each time the world is loaded."""

    deals: dict[str, str]
    reps: tuple[Link, ...]
    buyers: tuple[Link, ...]

    def link(self, email: str) -> str:
        """The address with which this person gets in; KeyError for a stranger."""
        return {each.email: each.url for each in (*self.reps, *self.buyers)}[email]


def load(database: Database, settings: Settings) -> World:
    """The world, written at the first call and found at every further one."""
    return database.write_now(lambda work: _load(work, settings))


def _load(work: UnitOfWork, settings: Settings) -> World:
    try:
        found = {name: deals.identify(work, external_id) for name, external_id in EXTERNAL_IDS.items()}
    except NotFound:
        found = _write(work, settings)
    return World(
        deals=found,
        reps=(
            Link("Rita Holm, rep", RITA, issue_sign_in_link(work, RITA).url),
            Link("Mia Dahl, manager", MIA, issue_sign_in_link(work, MIA).url),
        ),
        buyers=(
            Link("Bea Lund, negotiator at Oakum Foods", BEA, magic_link(work, found[PRESSES], BEA)),
            Link("Sol Iversen, signer at Oakum Foods", SOL, magic_link(work, found[PRESSES], SOL)),
            Link("Ravn Friis, signer at Havn ApS", RAVN, magic_link(work, found[CELL], RAVN)),
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
    begun = replace(work, now=work.now - timedelta(days=4))
    found = {name: send(begun, settings, name) for name in (BENCH, PRESSES)}
    found[CELL] = send(replace(work, now=work.now - timedelta(hours=3)), settings, CELL)
    rita = desk(begun, RITA)
    kestrel_story.bench_press_is_accepted(work, found[BENCH], rita, buyer(begun, found[BENCH], SOL))
    kestrel_story.presses_are_negotiated(work, found[PRESSES], rita, buyer(begun, found[PRESSES], BEA))
    return found


def send(work: UnitOfWork, settings: Settings, name: str) -> str:
    """Take a quote of this world in and send it; the deal's id."""
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
    """A fresh link for a contact of the deal; NotFound for a stranger."""
    deal = deal_for(work, _OPERATOR, deal_id)
    for person in contacts.load(work, deal):
        if person.email == email:
            return issue_link(work, _OPERATOR, deal_id, person.id, channel="shown").url
    raise NotFound("%(email)s is not a contact of this deal.", email=email)


def buyer(work: UnitOfWork, deal_id: str, email: str) -> BuyerSession:
    """Somebody of the buyer's at the table, by a link as anybody else."""
    joined = join(work, _token(magic_link(work, deal_id, email)), session_id=None)
    return BuyerSession(token_hash(joined.cookie))


def desk(work: UnitOfWork, email: str) -> DeskSession:
    """Somebody of the seller's, signed in by a link."""
    return DeskSession(token_hash(sign_in(work, _token(issue_sign_in_link(work, email).url)).cookie))


def _token(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]
