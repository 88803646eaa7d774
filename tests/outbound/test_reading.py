"""Orders and hand-offs as the seller's side reads them, and as nobody else does."""

from functools import partial
from typing import Any

import pytest

from portal.access import System
from portal.domain.order.bill import Bill
from portal.domain.order.work_order import WorkOrder
from portal.errors import Conflict, NotFound, SignInNeeded
from portal.reading.operator import deliveries, orders
from tests.cast import Table
from tests.outbound.house import House
from tests.services.mail import SmtpSink

CLI = System("cli")


def read(house: House, query: Any, **options: Any) -> Any:
    return house.database.read_now(partial(query, **options))


def test_orders_come_in_the_order_they_were_placed_and_go_on_behind_a_cursor(house: House) -> None:
    table = house.places_an_order()
    table.ravn.accepts()
    first, second = read(house, orders.orders, actor=CLI)
    year = house.clock.now.year
    assert [first.number, second.number] == [f"O-{year}-0001", f"O-{year}-0002"]
    assert (first.deal, first.company, first.currency) == (table.deal_id, "Oakum Foods", "EUR")
    assert first.total == table.bea.revision.totals.contract.total
    assert read(house, orders.orders, actor=CLI, after=first.id) == (second,)
    assert read(house, orders.orders, actor=CLI, after=second.id) == ()
    assert read(house, orders.orders, actor=CLI, limit=1) == (first,)
    with pytest.raises(Conflict):
        read(house, orders.orders, actor=CLI, after="elsewhere")


def test_an_order_is_found_by_number_or_id_and_so_are_its_parts(house: House) -> None:
    table = house.places_an_order()
    (placed,) = read(house, orders.orders, actor=table.rita.actor)
    for name in (placed.id, placed.number):
        assert read(house, orders.placed_order, actor=CLI, name=name) == placed
        assert read(house, orders.document, actor=CLI, name=name).number == placed.number
    machines = read(house, orders.part, actor=CLI, name=placed.number, kind="operations", group="machines")
    assert isinstance(machines, WorkOrder)
    assert [task.key for task in machines.lines] == ["press", "panel-plain"]
    assert isinstance(read(house, orders.part, actor=CLI, name=placed.id, kind="accounting"), Bill)
    with pytest.raises(NotFound, match="machines, service"):
        read(house, orders.part, actor=CLI, name=placed.id, kind="operations", group="paint")
    with pytest.raises(NotFound, match="O-1"):
        read(house, orders.document, actor=CLI, name="O-1")


def test_no_buyer_reads_orders_or_deliveries(house: House) -> None:
    table = house.places_an_order()
    (placed,) = read(house, orders.orders, actor=CLI)
    for seat in (table.sol, table.ravn):
        for query in (
            orders.orders,
            deliveries.deliveries,
            partial(orders.document, name=placed.id),
            partial(orders.placed_order, name=placed.id),
            partial(orders.part, name=placed.id, kind="accounting"),
        ):
            with pytest.raises(NotFound):
                read(house, query, actor=seat.actor)
    assert read(house, orders.of_deal, deal=table.sol.deal) == placed
    assert read(house, orders.of_deal, deal=table.ravn.deal) is None


def test_a_session_that_has_ended_reads_nothing(house: House) -> None:
    table = house.places_an_order()
    house.clock.advance(days=400)
    with pytest.raises(SignInNeeded):
        read(house, deliveries.deliveries, actor=table.rita.actor)


@pytest.mark.anyio
async def test_the_list_of_hand_offs_tells_what_went_where_and_what_failed(
    house: House, smtp_sink: SmtpSink
) -> None:
    house.receives("operations", "folder", "warehouse")
    house.receives("accounting", "webhook", "https://erp.invalid/secret-path")
    table = house.places_an_order()
    await house.worker.deliver_due()
    listed = read(house, deliveries.deliveries, actor=table.rita.actor)
    assert {(each.what, each.to, each.state) for each in listed} == {
        ("machines", "warehouse", "sent"),
        ("service", "warehouse", "sent"),
        ("accounting", "erp.invalid", "waiting"),
    }
    waiting = next(each for each in listed if each.state == "waiting")
    assert "secret-path" not in waiting.error
    assert waiting.company == "Oakum Foods"
    assert waiting.can_retry
    assert len(read(house, deliveries.deliveries, actor=CLI, state="waiting")) == 1
    with_mail = read(house, deliveries.deliveries, actor=CLI, mail=True)
    assert {each.to for each in with_mail} >= {"sol@oakum.example", "warehouse"}
    assert not any(each.can_retry for each in with_mail if each.transport == "mail" and each.state == "sent")


def test_before_any_order_there_is_nothing_to_list(house: House) -> None:
    table = Table(house.database)
    assert read(house, orders.orders, actor=table.rita.actor) == ()
    assert read(house, deliveries.deliveries, actor=table.rita.actor) == ()
