"""Rows of a group of events into the database, in few statements.

On SQLite each step of a statement lets go of the interpreter and has to get it back from a loop that is busy. A group of 128
events, a step each, would wait for its turn 256 times; so many rows go into one statement.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, Table, Text, Update, bindparam, column, func, insert, update

from portal.storage import tables

# Rows in one statement: old builds of SQLite take 999 values.
SIZES = (32, 8, 2, 1)
HEAD = (
    *("seq", "buyer_seq", "buyer_digest", "seller_seq", "seller_digest"),
    *("buyer_waits_since", "last_event_at"),
)
_deal, _event = tables.deal.c, tables.event.c


def insert_events(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Every row has every column of the ledger."""
    if connection.dialect.name != "sqlite":
        connection.execute(insert(tables.event), rows)
        return
    kept, done = _kept_as(connection.dialect, tables.event), 0
    for size in SIZES:
        while len(rows) - done >= size:
            part = rows[done : done + size]
            values = tuple(
                keep(row[name]) if keep else row[name] for row in part for name, keep in kept.items()
            )
            connection.exec_driver_sql(_inserting(size), values)
            done += size


def move_heads(connection: Connection, heads: Sequence[Mapping[str, Any]]) -> None:
    """Each deal's head (`deal` is its id, with every name of HEAD) to where its newest event has brought it."""
    if connection.dialect.name != "sqlite":
        connection.execute(_MOVE, heads)
        return
    kept = _kept_as(connection.dialect, tables.deal)
    moved = {
        head["deal"]: {name: keep(head[name]) if (keep := kept[name]) else head[name] for name in HEAD}
        for head in heads
    }
    connection.execute(_MOVE_ALL, {"moved": msgspec.json.encode(moved).decode()})


@lru_cache(maxsize=16)
def _kept_as(dialect: Dialect, table: Table) -> Mapping[str, Callable[[Any], Any] | None]:
    """For each column, in order, what makes the value that is stored, where that is another than the program's."""
    return {each.name: each.type.dialect_impl(dialect).bind_processor(dialect) for each in table.c}


@cache
def _inserting(size: int) -> str:
    row = f"({', '.join('?' for _ in _event)})"
    names = ", ".join(f'"{each.name}"' for each in _event)
    return f"INSERT INTO event ({names}) VALUES {', '.join([row] * size)}"  # noqa: S608 - our own names


_MOVE = (
    update(tables.deal)
    .where(_deal.id == bindparam("deal"))
    .values({name: bindparam(name, type_=_deal[name].type) for name in HEAD})
)


def _move_all() -> Update:
    moved = func.json_each(bindparam("moved", type_=Text)).table_valued(
        column("key", Text), column("value", Text), name="moved"
    )
    values = {name: func.json_extract(moved.c.value, f"$.{name}") for name in HEAD}
    return update(tables.deal).where(_deal.id == moved.c.key).values(values)


_MOVE_ALL = _move_all()
