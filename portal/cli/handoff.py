"""`portal handoff …`: deliveries of orders to whoever works on them."""

import argparse
from functools import partial

from portal.cli.console import CLI, Answer, Commands, noun, opened, table, verb, with_json
from portal.commands.outbox.retry_delivery import retry_delivery
from portal.reading.operator.deliveries import deliveries


def add_to(commands: Commands) -> None:
    handoffs = noun(commands, "handoff", "Deliveries of orders to operations, accounting and analysis.")
    listed = with_json(verb(handoffs, "list", run_list, "Hand-offs, failed ones first."))
    listed.add_argument("--mail", action="store_true", help="mails too")
    retry = with_json(verb(handoffs, "retry", run_retry, "Deliver once more."))
    retry.add_argument("id", metavar="ID")


def run_list(arguments: argparse.Namespace) -> Answer:
    query = partial(deliveries, actor=CLI, mail=arguments.mail)
    with opened() as (_, database):
        found = database.read_now(query)
    rows = [
        (each.id, each.state, each.order, each.what, each.transport, each.to, each.error) for each in found
    ]
    return Answer({"handoffs": found}, table(rows) or ["No hand-offs yet."])


def run_retry(arguments: argparse.Namespace) -> Answer:
    with opened() as (_, database):
        retried = database.write_now(partial(retry_delivery, actor=CLI, delivery_id=arguments.id))
    return Answer({"id": retried.id, "state": retried.state}, ["It is delivered again."])
