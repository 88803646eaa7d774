"""A revision is published and taken back, as its tests do it."""

from typing import Any

from portal.commands.revision import take_back_revision
from portal.reading.desk import take_back_rules
from tests.cast import Clock, Table


def publish(table: Table, clock: Clock, **fields: str) -> None:
    clock.advance(minutes=5)
    table.rita.edits("press", **(fields or {"unit_price": "18000"}))
    table.rita.publishes("accept")


def take_back(table: Table, revision: int | None = None, **options: Any) -> Any:
    number = revision or table.rita.deal.revision
    return table.rita.does(take_back_revision.take_back_revision, revision=number, **options)


def why_not(table: Table) -> str:
    deal = table.rita.deal
    return table.database.read_now(lambda transaction: take_back_rules.obstacle(transaction, deal))
