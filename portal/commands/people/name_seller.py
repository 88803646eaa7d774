"""Say what the seller is called, and which hue its pages have; buyers see both from their next look."""

import msgspec
from sqlalchemy import update

from portal import access
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Invalid
from portal.storage import tables


class Named(msgspec.Struct, frozen=True, kw_only=True):
    seller_name: str
    hue: int


@command("name_seller")
def name_seller(work: UnitOfWork, actor: access.Actor, *, name: str, hue: int) -> Named:
    """`hue` in degrees, 0 to 359 (oklch). A quote that names its seller is read with that name all the same."""
    access.require(work, actor, "name_seller")
    if not 0 <= hue < 360:
        raise Invalid.field("hue", "%(hue)s is not a hue.", "Choose a number from 0 to 359.", hue=hue)
    named = Named(seller_name=written(name, "name", longest=200), hue=hue)
    work.connection.execute(update(tables.installation).values(seller_name=named.seller_name, hue=named.hue))
    return named
