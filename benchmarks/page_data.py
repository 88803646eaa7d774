"""The deal of the page peers: as many lines and messages as ours, with equally long texts."""

from __future__ import annotations

import hashlib
import sqlite3
from decimal import Decimal
from pathlib import Path

SCHEMA = Path(__file__).parent / "peers" / "page.sql"
DEAL, TOKEN = "kq3vJ1x0T0mXn9bXWm8hVg", "of-a-benchmark-on-this-machine"
LINES = MESSAGES = 50
SAID = "Could we have the panels in week 12, and keep the price of the second press as it was in your first offer?"
DESCRIPTION = (
    "Frame of welded steel, 40 t, with light curtain and two-hand control; manuals in English and Danish."
)
INTRODUCTION = (
    "As discussed in Odense: the presses, their panels, installation and a care plan for three years."
)
# Every response must contain these: the last line and the newest message.
WANTS = [f"Position of the offer {LINES}", f"Message {MESSAGES}:"]


def write(path: Path) -> None:
    """Write a database with the schema of peers/page.sql. `path` must not exist."""
    database = sqlite3.connect(path)
    database.executescript(SCHEMA.read_text())
    people = (DEAL, "Two presses for the Odense line", "Oakum Foods", "Kestrel Machines", "EUR")
    database.execute("INSERT INTO deal VALUES (?,?,?,?,?,?,?,?)", (*people, INTRODUCTION, 3, "2027-12-10"))
    database.execute("INSERT INTO contact VALUES (1, ?, 'Bea Lund', 'negotiator')", (DEAL,))
    held = hashlib.sha256(TOKEN.encode()).hexdigest()
    database.execute("INSERT INTO session VALUES (?, 1)", (held,))
    database.executemany(f"INSERT INTO line VALUES ({','.join('?' * 13)})", map(_line, range(1, LINES + 1)))
    database.executemany("INSERT INTO message VALUES (?,?,?,?,?)", map(_message, range(1, MESSAGES + 1)))
    database.commit()
    database.close()


def price(number: int) -> Decimal:
    return Decimal(1_840 + 17 * number) + Decimal("0.50")


def _line(number: int) -> tuple[object, ...]:
    name = f"Position of the offer {number}"
    amounts = (str(price(number)), str(price(number) + 100), "5", "19")
    return (
        number,
        DEAL,
        number,
        "Machines",
        f"HP-{number}",
        name,
        DESCRIPTION,
        str(1 + number % 7),
        "pcs",
        *amounts,
    )


def _message(number: int) -> tuple[object, ...]:
    author = "Bea Lund" if number % 2 else "Rita Holm"
    at = f"2026-11-{1 + number // 24:02d} {number % 24:02d}:15:00.000000"
    return number, DEAL, author, f"Message {number}: {SAID}", at
