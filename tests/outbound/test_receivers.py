"""Who may set up receivers, and what may be set up."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from portal.access import System
from portal.commands.order import configure_receiver
from portal.commands.order.configure_receiver import (
    Configured,
    add_receiver,
    remove_receiver,
    switch_receiver,
)
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.storage import tables
from tests.cast import Table
from tests.outbound.house import House

HOOK = {"kind": "operations", "transport": "webhook", "target": "https://erp.kestrel.example/orders"}


def add(house: House, actor: Any, **facts: Any) -> Configured:
    return house.database.write_now(partial(add_receiver, actor=actor, **(HOOK | facts)))


def test_a_manager_sets_up_a_webhook_and_sees_its_secret_once(house: House) -> None:
    table = Table(house.database)
    added = add(house, table.mia.actor)
    assert added.secret.startswith("whsec_")
    assert len(added.secret) == len("whsec_") + 44
    switched = house.database.write_now(
        partial(switch_receiver, actor=table.mia.actor, receiver_id=added.id, active=False)
    )
    assert (switched.secret, switched.active) == ("", False)


def test_others_do_not(house: House) -> None:
    table = Table(house.database)
    with pytest.raises(NotAllowed):
        add(house, table.rita.actor)
    with pytest.raises(NotFound):
        add(house, table.sol.actor)
    added = add(house, System("cli"))
    for verb in (
        partial(switch_receiver, active=False),
        remove_receiver,
        configure_receiver.replace_secret,
    ):
        with pytest.raises(NotAllowed):
            house.database.write_now(partial(verb, actor=table.rita.actor, receiver_id=added.id))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "marketing"}, "kind"),
        ({"transport": "pigeon"}, "transport"),
        ({"format": "parquet"}, "format"),
        ({"target": ""}, "target"),
        ({"target": "erp.kestrel.example"}, "target"),
        ({"target": "ftp://erp.kestrel.example"}, "target"),
        ({"target": "http://erp.kestrel.example"}, "target"),
        ({"target": "https://user:pass@erp.kestrel.example"}, "target"),
        ({"target": "https://erp.kestrel.example:99999"}, "target"),
        ({"target": "https://erp.kestrel.example/a b"}, "target"),
        ({"target": "https://127.0.0.1/"}, "target"),
        ({"target": "https://[::1]/"}, "target"),
        ({"target": "https://localhost/"}, "target"),
        ({"target": "https://10.1.2.3/"}, "target"),
        ({"target": "https://169.254.169.254/latest"}, "target"),
        ({"target": "https://[::ffff:10.1.2.3]/"}, "target"),
        ({"transport": "folder", "target": ""}, "target"),
        ({"transport": "folder", "target": "../outside"}, "target"),
        ({"transport": "folder", "target": "in/../../outside"}, "target"),
        ({"transport": "folder", "target": "/etc"}, "target"),
        ({"transport": "folder", "target": "C:\\in"}, "target"),
        ({"transport": "folder", "target": "in\x00"}, "target"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(house: House, facts: dict[str, str], field: str) -> None:
    table = Table(house.database)
    with pytest.raises(Invalid) as refused:
        add(house, table.mia.actor, **facts)
    assert [problem.place for problem in refused.value.problems] == [field]


def test_only_the_operator_names_a_folder_anywhere(house: House) -> None:
    added = add(house, System("cli"), transport="folder", target="/srv/share/in")
    assert (added.target, added.secret) == ("/srv/share/in", "")


def test_the_demo_may_post_to_this_machine(house: House) -> None:
    assert add(house, System("cli"), target="http://127.0.0.1:9000/in", demo=True).active
    with pytest.raises(Invalid):
        add(house, System("cli"), target="http://127.0.0.1:9001/in")


def test_the_same_receiver_twice_is_refused(house: House) -> None:
    add(house, System("cli"))
    with pytest.raises(Conflict, match="already"):
        add(house, System("cli"))


@pytest.mark.anyio
async def test_what_waits_for_a_receiver_that_is_off_goes_out_when_it_is_on_again(house: House) -> None:
    receiver = house.receives("accounting", "folder", "bills")
    table = house.places_an_order()
    switch = partial(switch_receiver, actor=table.mia.actor, receiver_id=receiver.id)
    house.database.write_now(partial(switch, active=False))
    await house.worker.deliver_due()
    (row,) = house.rows(receiver_id=receiver.id)
    assert (row.state, row.attempts) == ("waiting", 0)
    house.database.write_now(partial(switch, active=True))
    await house.worker.deliver_due()
    assert house.row(row.id).state == "sent"


def test_a_receiver_with_deliveries_stays_on_record(house: House) -> None:
    receiver = house.receives("accounting", "folder", "bills")
    unused = house.receives("analysis", "folder", "rows")
    remove = partial(remove_receiver, actor=System("cli"))
    house.database.write_now(partial(remove, receiver_id=unused.id))
    house.places_an_order()
    with pytest.raises(Conflict, match="Switch it off"):
        house.database.write_now(partial(remove, receiver_id=receiver.id))
    with pytest.raises(NotFound):
        house.database.write_now(partial(remove, receiver_id=unused.id))
    ids = house.database.read_now(lambda t: t.connection.scalars(select(tables.receiver.c.id)).all())
    assert ids == [receiver.id]
