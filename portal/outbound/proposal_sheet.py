"""Write the lines and terms of a revision as a spreadsheet that a buyer can fill in and return.

It is made from the offer alone, so it cannot contain private figures. The digest identifies the revision when the sheet is
returned. Cells that may be changed are marked and unlocked. Comments become reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.domain.change.change import buyer_fields
from portal.domain.change.fields import spec
from portal.domain.offer.revision import Line, Revision, Term
from portal.intake.sheet.proposal_columns import COLUMNS, COMMENT, FIELDS, INCLUDE
from portal.outbound.export import Export, guard_formula, write_table
from portal.outbound.spreadsheet import MEDIA_TYPE, OutputCell, Page, Value, write_xlsx
from portal.rendering.field_values import field_noun, per_base

_WIDTHS = {"key": 18, "name": 44, "value": 32, COMMENT: 44}
_WIDTHS_BY_KIND = {"money": 16, "day": 16}
_OF_LINES = tuple(row.key for row in FIELDS if row.of is Line)
# Rows before the table: title, revision, digest, instructions, a blank row, and the header.
HEAD_ROWS = 6


@dataclass(frozen=True)
class Facts:
    """The head of the sheet. `words` has the labels of columns and head, and the words for yes, no and billings."""

    number: str
    revision: int
    digest: str
    words: Mapping[str, str]


def proposal_sheet(facts: Facts, revision: Revision, kind: str) -> Export:
    """Return the sheet as "csv" or "xlsx"."""
    name = f"{facts.number}-revision-{facts.revision}.{kind}"
    rows = [*_head(facts, revision), *_body(facts, revision)]
    if kind == "csv":
        # Spreadsheet programs recognise UTF-8 by the byte order mark.
        content = b"\xef\xbb\xbf" + write_table([[_plain(cell) for cell in row] for row in rows])
        return Export(content=content, media_type="text/csv; charset=utf-8", name=name)
    page = Page(
        facts.words["sheet"][:31], rows, widths=_widths(), head=frozenset({1, HEAD_ROWS}), protected=True
    )
    return Export(content=write_xlsx([page]), media_type=MEDIA_TYPE, name=name)


def _plain(cell: OutputCell) -> str:
    value = cell.value
    return f"{value:f}" if isinstance(value, Decimal) else guard_formula(value)


def _head(facts: Facts, revision: Revision) -> list[list[OutputCell]]:
    words, offer = facts.words, revision.offer
    measures = {"money": f" ({offer.currency})", "percent": " %"}
    header = [words[name] + measures.get(_kind(name), "") for name in COLUMNS]
    return [
        [OutputCell(words["proposal"]), OutputCell(f"{facts.number} {offer.title}")],
        [OutputCell(words["revision"]), OutputCell(facts.revision)],
        [OutputCell(words["digest"]), OutputCell(facts.digest)],
        [OutputCell(words["how"])],
        [],
        [OutputCell(each) for each in header],
    ]


def _body(facts: Facts, revision: Revision) -> Iterator[list[OutputCell]]:
    nets = {total.key: total.net for total in revision.totals.lines}
    for line in revision.offer.lines:
        yield _in_column_order(_line(line, nets.get(line.key), facts.words))
    for term in revision.offer.terms:
        yield _in_column_order(_term(term))


def _kind(column: str) -> str:
    return "" if column in (INCLUDE, COMMENT) else spec(column).kind


def _widths() -> list[int]:
    return [_WIDTHS.get(name) or _WIDTHS_BY_KIND.get(_kind(name), 12) for name in COLUMNS]


def _in_column_order(cells: Mapping[str, OutputCell]) -> list[OutputCell]:
    return [cells.get(name, OutputCell()) for name in COLUMNS]


def _line(line: Line, net: Decimal | None, words: Mapping[str, str]) -> dict[str, OutputCell]:
    fields = frozenset(buyer_fields(line))
    cells = {
        "key": OutputCell(f"line:{line.key}"),
        "name": OutputCell(line.name, bold=True),
        "unit": OutputCell(line.unit),
        **{name: OutputCell(_cell(getattr(line, name)), open=name in fields) for name in _OF_LINES},
        "net": OutputCell(net),
        "billing": OutputCell(_billing(line, words)),
        COMMENT: OutputCell(open=bool(fields)),
    }
    if fields & {"selected", "choice"}:
        include = words["yes" if line.selected else "no"]
        cells[INCLUDE] = OutputCell(include, open=True, among=(words["yes"], words["no"]))
    return cells


def _billing(line: Line, words: Mapping[str, str]) -> str:
    """How often it is due, and what the price is for where it is not for one."""
    base = per_base(line)
    return f"{words[line.billing]}; {field_noun('unit_price')}{base}" if base else words[line.billing]


def _term(term: Term) -> dict[str, OutputCell]:
    negotiable = bool(buyer_fields(term))
    return {
        "key": OutputCell(f"term:{term.key}"),
        "name": OutputCell(term.name, bold=True),
        "value": OutputCell(term.value, open=negotiable, among=_choices(term.options)),
        COMMENT: OutputCell(open=negotiable),
    }


def _choices(options: Sequence[str]) -> tuple[str, ...]:
    """Return the options for a drop-down list; none when the list would contain a comma or be too long."""
    joined = ",".join(options)
    return tuple(options) if options and len(joined) <= 250 and "," not in "".join(options) else ()


def _cell(value: Value) -> Value:
    """Return a number without trailing zeros and exponent, and any other value unchanged."""
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value
