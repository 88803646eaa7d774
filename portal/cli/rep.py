"""`portal rep …`: people of the seller."""

import argparse
from functools import partial

from portal.cli.console import Answer, Commands, add_json_flag, add_noun, add_verb, open_database
from portal.commands.people.add_rep import add_rep
from portal.commands.people.sign_in import issue_sign_in_link
from portal.domain.deal.lifecycle import SELLER_ROLES


def add_to(commands: Commands) -> None:
    reps = add_noun(commands, "rep", "The seller's people.")
    add = add_json_flag(add_verb(reps, "add", run_add, "Add a rep, or change name and role of a known one."))
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True, choices=SELLER_ROLES)
    link = add_json_flag(add_verb(reps, "link", run_link, "A sign-in link: works once, for 15 minutes."))
    link.add_argument("email", metavar="EMAIL")


def run_add(arguments: argparse.Namespace) -> Answer:
    command = partial(add_rep, email=arguments.email, name=arguments.name, role=arguments.role)
    with open_database() as (_, database):
        added = database.write_now(command)
    article = "an" if arguments.role == "admin" else "a"
    return Answer({"id": added.id}, [f"{arguments.name} is {article} {arguments.role}."])


def run_link(arguments: argparse.Namespace) -> Answer:
    with open_database() as (_, database):
        issued = database.write_now(partial(issue_sign_in_link, email=arguments.email))
    return Answer({"url": issued.url}, [issued.url])
