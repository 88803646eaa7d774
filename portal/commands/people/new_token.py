"""Make a token with which a program may use the API."""

import msgspec
from sqlalchemy import insert, select

from portal import access
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Invalid
from portal.storage import tables


class TokenMade(msgspec.Struct, frozen=True, kw_only=True):
    """`token` is shown once; the database keeps its hash."""

    id: str
    name: str
    token: str


@command("new_token")
def new_token(work: UnitOfWork, actor: access.Actor, *, name: str) -> TokenMade:
    """For an admin; Invalid when a living token has this name, so that a list tells them apart."""
    access.require(work, actor, "make_tokens")
    label, known = written(name, "name", longest=100), tables.api_token
    if work.connection.execute(
        select(known.c.id).where(known.c.name == label, known.c.revoked_at.is_(None))
    ).first():
        raise Invalid.field(
            "name", "There is a token named %(label)s already.", "Choose another name.", label=label
        )
    made = TokenMade(id=access.new_id(), name=label, token=f"parley_{access.new_token()}")
    work.connection.execute(
        insert(known).values(
            id=made.id, name=label, token_hash=access.token_hash(made.token), created_at=work.now
        )
    )
    return made
