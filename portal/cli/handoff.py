"""`portal handoff …`: deliveries of orders to their receivers."""

import argparse
from functools import partial

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
from portal.commands.outbox.retry_delivery import retry_delivery
from portal.reading.operator.deliveries import deliveries


def add_to(commands: Commands) -> None:
    verbs = add_noun(commands, "handoff", "Deliveries of orders to operations, accounting and analysis.")
    parser = add_json_flag(add_verb(verbs, "list", run_list, "Hand-offs, failed ones first."))
    parser.add_argument("--mail", action="store_true", help="mails too")
    retry = add_json_flag(add_verb(verbs, "retry", run_retry, "Deliver once more."))
    retry.add_argument("id", metavar="ID")


def run_list(arguments: argparse.Namespace) -> Answer:
    query = partial(deliveries, actor=CLI, mail=arguments.mail)
    with open_database() as (_, database):
        handoffs = database.read_now(query)
    rows = [
        (each.id, each.state, each.order, each.what, each.transport, each.to, each.error) for each in handoffs
    ]
    return Answer({"handoffs": handoffs}, align_columns(rows) or ["No hand-offs yet."])


def run_retry(arguments: argparse.Namespace) -> Answer:
    with open_database() as (_, database):
        retried = database.write_now(partial(retry_delivery, actor=CLI, delivery_id=arguments.id))
    return Answer({"id": retried.id, "state": retried.state}, ["It is delivered again."])
