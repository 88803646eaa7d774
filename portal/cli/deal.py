"""`portal deal …` and `portal link`."""

import argparse
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec

from portal.access import Deal, deal_for
from portal.cli.console import (
    CLI,
    Answer,
    Commands,
    add_json_flag,
    add_noun,
    add_verb,
    align_columns,
    open_database,
)
from portal.cli.quote import day
from portal.commands.deal.offer_again import offer_again
from portal.commands.deal.reopen import reopen
from portal.commands.deal.send_proposal import send_proposal
from portal.commands.deal.withdraw import withdraw
from portal.commands.people.issue_link import issue_link
from portal.database.unit_of_work import UnitOfWork
from portal.errors import NotFound
from portal.reading.desk import contacts
from portal.reading.operator import deals
from portal.storage.session import Transaction

# The default validity of a reopened proposal.
REOPENED_FOR = timedelta(days=30)
# The facts of a deal that `portal deal show` prints.
SHOWN = (
    *("number", "external_id", "state", "title", "company"),
    *("currency", "revision", "digest", "valid_until"),
)


def add_to(commands: Commands) -> None:
    nouns = add_noun(commands, "deal", "Deals.")
    add_json_flag(add_verb(nouns, "list", run_list, "All deals, newest first."))
    for name, run, about in (
        ("show", run_show, "One deal with its people."),
        ("send", run_send, "Send a draft to its contacts."),
        ("withdraw", run_withdraw, "Withdraw an open proposal."),
        ("reopen", run_reopen, "Reopen a closed proposal as a new revision."),
    ):
        parser = add_json_flag(add_verb(nouns, name, run, about))
        parser.add_argument("deal", metavar="DEAL", help="its id, number or external id")
        if name == "withdraw":
            parser.add_argument("--reason", default="", help="the reason that buyers read")
        if name == "reopen":
            parser.add_argument(
                "--valid-until", type=day, metavar="DATE", help="last day of validity (30 days from today)"
            )
            parser.add_argument(
                "--revision",
                type=int,
                metavar="N",
                help="offer this earlier revision again, of a closed or an open proposal",
            )
    link = add_json_flag(add_verb(commands, "link", run_link, "A magic link for a contact of a deal."))
    link.add_argument("deal", metavar="DEAL")
    link.add_argument("email", metavar="EMAIL")


def run_list(arguments: argparse.Namespace) -> Answer:
    with open_database() as (_, database):
        found = database.read_now(deals.every)
    rows = [
        (each.number, each.state, f"{each.total} {each.currency}", each.deal, f"{each.title}, {each.company}")
        for each in found
    ]
    return Answer({"deals": found}, align_columns(rows) or ["No deals yet."])


def run_show(arguments: argparse.Namespace) -> Answer:
    def read(transaction: Transaction) -> tuple[Deal, tuple[contacts.DealContact, ...]]:
        deal = deal_for(transaction, CLI, deals.identify(transaction, arguments.deal))
        return deal, contacts.load(transaction, deal)

    with open_database() as (configured, database):
        deal, people = database.read_now(read)
    url = f"{configured.public_url}/deals/{deal.id}"
    document = {"deal": deal.id, "url": url} | {name: getattr(deal, name) for name in SHOWN}
    lines = align_columns([(name.replace("_", " "), value) for name, value in document.items()])
    lines += ["", *align_columns([(person.role, person.name, person.email) for person in people])]
    return Answer(document | {"contacts": people}, lines)


def run_send(arguments: argparse.Namespace) -> Answer:
    return _run(arguments, send_proposal, "Sent.")


def run_withdraw(arguments: argparse.Namespace) -> Answer:
    return _run(arguments, withdraw, "Withdrawn.", reason=arguments.reason)


def run_reopen(arguments: argparse.Namespace) -> Answer:
    def open_again(work: UnitOfWork, actor: Any, deal_id: str) -> msgspec.Struct:
        last_day: date = arguments.valid_until or (work.now + REOPENED_FOR).date()
        if arguments.revision:
            return offer_again(work, actor, deal_id, revision=arguments.revision, valid_until=last_day)
        return reopen(work, actor, deal_id, valid_until=last_day)

    return _run(arguments, open_again, "Reopened.")


def run_link(arguments: argparse.Namespace) -> Answer:
    def issue(work: UnitOfWork) -> str:
        deal = deal_for(work, CLI, deals.identify(work, arguments.deal))
        email = arguments.email.strip().lower()
        person = next((each for each in contacts.load(work, deal) if each.email == email), None)
        if person is None:
            raise NotFound(
                "%(email)s is not a contact of deal %(number)s.", email=arguments.email, number=deal.number
            )
        return issue_link(work, CLI, deal.id, person.id, channel="shown").url

    with open_database() as (_, database):
        url = database.write_now(issue)
    return Answer({"url": url}, [url])


def _run(
    arguments: argparse.Namespace, command: Callable[..., msgspec.Struct], done: str, **more: Any
) -> Answer:
    def run(work: UnitOfWork) -> tuple[str, msgspec.Struct]:
        deal_id = deals.identify(work, arguments.deal)
        return deal_id, command(work, CLI, deal_id, **more)

    with open_database() as (_, database):
        deal_id, result = database.write_now(run)
    if getattr(result, "approval", None):
        done = "A manager has to approve the prices first: see /desk/approvals."
    return Answer({"deal": deal_id} | msgspec.to_builtins(result), [done])
