"""Who may make whom a rep, a manager or an admin."""

from functools import partial

import pytest
from sqlalchemy import select

from portal.commands.people.add_rep import add_rep
from portal.errors import Invalid, NotAllowed
from portal.storage import tables
from tests.cast import Seat, Table


def adds(table: Table, who: Seat | None, name: str, role: str) -> None:
    actor = who.actor if who else None
    table.database.write_now(
        partial(add_rep, email=f"{name}@kestrel.example", name=name.capitalize(), role=role, actor=actor)
    )


def role_of(table: Table, name: str) -> str:
    query = select(tables.rep.c.role).where(tables.rep.c.email == f"{name}@kestrel.example")
    return table.database.read_now(lambda transaction: transaction.connection.execute(query).scalar_one())


def test_the_operator_makes_anybody_anything(table: Table) -> None:
    adds(table, None, "ada", "admin")
    adds(table, None, "rita", "manager")
    assert (role_of(table, "ada"), role_of(table, "rita")) == ("admin", "manager")


def test_a_manager_adds_reps_and_nobody_above(table: Table) -> None:
    adds(table, table.mia, "new", "rep")
    for role in ("manager", "admin"):
        with pytest.raises(NotAllowed):
            adds(table, table.mia, "new", role)
    assert role_of(table, "new") == "rep"


def test_a_manager_takes_no_admins_role(table: Table) -> None:
    adds(table, None, "ada", "admin")
    with pytest.raises(NotAllowed):
        adds(table, table.mia, "ada", "rep")
    assert role_of(table, "ada") == "admin"


def test_a_rep_adds_nobody(table: Table) -> None:
    with pytest.raises(NotAllowed):
        adds(table, table.rita, "new", "rep")


@pytest.mark.parametrize(("name", "role"), [("new", "signer"), ("not an address", "rep")])
def test_what_is_no_role_or_no_address_is_refused(table: Table, name: str, role: str) -> None:
    with pytest.raises(Invalid):
        adds(table, None, name, role)
