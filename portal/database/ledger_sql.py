"""Write the rows of a group of events in few statements.

On SQLite each step of a statement releases the GIL and has to acquire it again from a busy event loop. A group of 128 events
with a step each would wait for the GIL 256 times, so many rows go into one statement.
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
    """Insert rows that each have every column of the ledger."""
    if connection.dialect.name != "sqlite":
        connection.execute(insert(tables.event), rows)
        return
    processors, done = _bind_processors(connection.dialect, tables.event), 0
    for size in SIZES:
        while len(rows) - done >= size:
            part = rows[done : done + size]
            values = tuple(
                bind(row[name]) if bind else row[name] for row in part for name, bind in processors.items()
            )
            connection.exec_driver_sql(_inserting(size), values)
            done += size


def move_heads(connection: Connection, heads: Sequence[Mapping[str, Any]]) -> None:
    """Update each deal's head; `deal` is its id, beside a value for every name of HEAD."""
    if connection.dialect.name != "sqlite":
        connection.execute(_MOVE, heads)
        return
    processors = _bind_processors(connection.dialect, tables.deal)
    moved = {
        head["deal"]: {name: bind(head[name]) if (bind := processors[name]) else head[name] for name in HEAD}
        for head in heads
    }
    connection.execute(_MOVE_ALL, {"moved": msgspec.json.encode(moved).decode()})


@lru_cache(maxsize=16)
def _bind_processors(dialect: Dialect, table: Table) -> Mapping[str, Callable[[Any], Any] | None]:
    """Return, for each column in order, the function that makes the stored value; None where it is stored as it is."""
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
