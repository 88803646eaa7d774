"""Read a returned proposal sheet in a child process: its cells come back, and nothing else of the file."""

import msgspec

from portal.errors import Invalid
from portal.intake.isolated.answers import GridPart, RefusalPart, grid_of, grid_part, refusal_of, refusal_part
from portal.intake.sheet.csv_file import read_csv
from portal.intake.sheet.grid import Grid, Row, unreadable
from portal.intake.sheet.xlsx_file import XLSX_MAGIC, read_xlsx
from portal.sandbox.pool import Overrun, Pool, Work

POOL = Pool(
    Work("portal.intake.isolated.sheets:answer", seconds=10, processor_seconds=6, memory=400 * 1024 * 1024)
)
# Bytes that a workbook may unpack to.
UNPACKED = 12_000_000
# A proposal has at most 5,000 lines and 200 terms, and 13 columns; what stands beside them asks for nothing.
MAX_ROWS, MAX_COLUMNS = 6_000, 40


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    grid: GridPart | None = None
    refusal: RefusalPart | None = None


_answers = msgspec.msgpack.Decoder(Answer)


async def read(data: bytes) -> Grid:
    """Return the cells. Invalid when it is no sheet, is too large, or took too much to read."""
    try:
        found = _answers.decode(await POOL.run(data))
    except Overrun:
        raise _too_much() from None
    if found.refusal or found.grid is None:
        raise refusal_of(found.refusal) if found.refusal else _too_much()
    return grid_of(found.grid)


def answer(data: bytes) -> bytes:
    """Read a sheet; this is what the child does."""
    try:
        grid = read_xlsx(data, max_unpacked=UNPACKED) if data.startswith(XLSX_MAGIC) else read_csv(data)
        return msgspec.msgpack.encode(Answer(grid=grid_part(_cut(grid))))
    except Invalid as error:
        return msgspec.msgpack.encode(Answer(refusal=refusal_part(error)))


def _cut(grid: Grid) -> Grid:
    if len(grid.rows) > MAX_ROWS:
        raise unreadable("It has more rows than any proposal.", "Download the sheet again, and fill it in.")
    rows = tuple(Row(row.number, row.cells[:MAX_COLUMNS]) for row in grid.rows)
    return Grid(rows, grid.remarks, grid.loose)


def _too_much() -> Invalid:
    return unreadable(
        "It takes more time or memory than one sheet may.", "Download the sheet again, and fill it in."
    )
