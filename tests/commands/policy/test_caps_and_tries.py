"""What policies may give in one deal, and how often a secret may be tried, on every road that leads there."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from portal.commands.deal import give_more_time
from portal.commands.policy import set_guard_rail
from portal.commands.revision import take_back_revision
from portal.database.database import Database
from portal.domain.policy.policy import Caps, Policy
from portal.storage import tables
from tests.cast import Table
from tests.quotes import quote


@pytest.fixture
def open_table(database: Database) -> Table:
    """Everything has a price that can be negotiated, and a policy gives ten percent off it."""
    document = quote()
    for line in document["lines"]:
        line["negotiable"] = ["quantity", "unit_price"]
        line["private"] = {"unit_cost": "1"}
    table = Table(database, document)
    rule = Policy(name="Ten", discount_percent=Decimal(10), uses=50, concession_percent=Decimal(100))
    row = {
        "id": "ten",
        "name": rule.name,
        "active": True,
        "document": msgspec.json.encode(rule),
        "changed_by": "system:test",
        "changed_at": database.clock(),
    }
    database.write_now(lambda work: work.connection.execute(insert(tables.policy).values(**row)))
    return table


def capped(table: Table, percent: str) -> None:
    caps = Caps(uses=50, concession_percent=Decimal(percent))
    table.database.write_now(partial(set_guard_rail.set_caps, actor=table.mia.actor, caps=caps))


def answered(table: Table, line: str, **asked: str) -> bool:
    return bool(table.bea.proposes(line, **asked).revision)


def price(table: Table, line: str, percent: str) -> dict[str, str]:
    """This much less than the line costs."""
    now = table.bea.offer.line(line)
    assert now is not None
    return {"unit_price": str(round(now.net_unit_price * (100 - Decimal(percent)) / 100, 2))}


def test_what_was_given_before_counts(open_table: Table) -> None:
    capped(open_table, "3.5")
    assert answered(open_table, "press", **price(open_table, "press", "4"))
    assert not answered(open_table, "install", **price(open_table, "install", "9"))


def test_what_was_given_before_a_person_published_counts_too(open_table: Table) -> None:
    capped(open_table, "3.5")
    assert answered(open_table, "press", **price(open_table, "press", "4"))
    open_table.rita.edits("install", quantity="41")
    open_table.rita.publishes()
    assert not answered(open_table, "install", **price(open_table, "install", "9"))


def test_an_option_that_is_not_ticked_counts_as_if_it_were(open_table: Table) -> None:
    capped(open_table, "0.2")
    assert not open_table.bea.offer.line("training").selected
    assert not answered(open_table, "training", **price(open_table, "training", "9"))


def test_ticking_a_large_option_first_makes_no_room(open_table: Table) -> None:
    capped(open_table, "1")
    open_table.bea.ticks("training")
    net = open_table.bea.offer.line("press").net_unit_price * 2
    # One percent of the contract with the training, and more than that without it.
    whole = Decimal("0.0102") * net
    given = str(round(whole / net * 100, 4))
    assert not answered(open_table, "press", **price(open_table, "press", str(Decimal(given) + 1)))


def test_three_failed_tries_of_a_line_are_enough(open_table: Table) -> None:
    for _ in range(3):
        assert not answered(open_table, "press", **price(open_table, "press", "30"))
        open_table.rita.publishes("decline")
    assert not answered(open_table, "press", **price(open_table, "press", "1"))


def test_five_failed_tries_switch_a_policy_off_for_the_buyers_mail_domain(open_table: Table) -> None:
    for line in ("press", "press", "press", "install", "install"):
        assert not answered(open_table, line, **price(open_table, line, "30"))
        open_table.rita.publishes("decline")
    assert not answered(open_table, "training", **price(open_table, "training", "1"))


@pytest.mark.parametrize("act", ["more time", "another line", "taken back"])
def test_nothing_gives_a_line_a_new_try_but_an_answer_or_an_edit_of_it(open_table: Table, act: str) -> None:
    assert not answered(open_table, "press", **price(open_table, "press", "30"))
    rita: Any = open_table.rita
    open_table.database.clock.advance(minutes=1)
    if act == "more time":
        rita.does(give_more_time.give_more_time, valid_until=open_table.last_day + timedelta(days=9))
    else:
        open_table.mia.edits("install", quantity="41")
        open_table.mia.publishes("decline" if act == "taken back" else {"line:press:unit_price": "decline"})
    if act == "taken back":
        rita.does(take_back_revision.take_back_revision, revision=open_table.rita.deal.revision)
    if act != "another line":
        assert not answered(open_table, "press", **price(open_table, "press", "1"))
    else:
        # It was answered, so it may be tried anew.
        assert answered(open_table, "press", **price(open_table, "press", "1"))
