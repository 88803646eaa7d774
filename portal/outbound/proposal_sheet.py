"""A revision's lines and terms as a spreadsheet that a buyer can fill in and send back.

Made from the offer alone, so nothing that only the seller knows can be in it. The digest ties what comes back to the
bytes that were downloaded. What may be changed is marked and unlocked; comments become reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.domain.change.change import buyer_fields
from portal.domain.change.fields import spec
from portal.domain.offer.revision import Line, Revision, Term
from portal.intake.sheet.proposal_columns import COLUMNS, COMMENT, FIELDS, INCLUDE
from portal.outbound.export import Export, guarded, written_table
from portal.outbound.spreadsheet import MEDIA_TYPE, Page, Value, Written, written_xlsx

_WIDTHS = {"key": 18, "name": 44, "value": 32, COMMENT: 44}
_WIDTHS_BY_KIND = {"money": 16, "day": 16}
_OF_LINES = tuple(row.key for row in FIELDS if row.of is Line)
# Rows before the table: what this is, which revision, its digest, how to fill it in, and a blank one.
HEAD_ROWS = 6


@dataclass(frozen=True)
class Facts:
    """What the sheet says of itself. `words` names the columns, "yes", "no", billings, and the labels of the head."""

    number: str
    revision: int
    digest: str
    words: Mapping[str, str]


def proposal_sheet(facts: Facts, revision: Revision, kind: str) -> Export:
    """The sheet as "csv" or "xlsx"."""
    name = f"{facts.number}-revision-{facts.revision}.{kind}"
    rows = [*_head(facts, revision), *_body(facts, revision)]
    if kind == "csv":
        # Spreadsheets tell UTF-8 by the mark.
        content = b"\xef\xbb\xbf" + written_table([[_plain(cell) for cell in row] for row in rows])
        return Export(content=content, media_type="text/csv; charset=utf-8", name=name)
    page = Page(
        facts.words["sheet"][:31], rows, widths=_widths(), head=frozenset({1, HEAD_ROWS}), protected=True
    )
    return Export(content=written_xlsx([page]), media_type=MEDIA_TYPE, name=name)


def _plain(cell: Written) -> str:
    value = cell.value
    return f"{value:f}" if isinstance(value, Decimal) else guarded(value)


def _head(facts: Facts, revision: Revision) -> list[list[Written]]:
    words, offer = facts.words, revision.offer
    measures = {"money": f" ({offer.currency})", "percent": " %"}
    header = [words[name] + measures.get(_kind(name), "") for name in COLUMNS]
    return [
        [Written(words["proposal"]), Written(f"{facts.number} {offer.title}")],
        [Written(words["revision"]), Written(facts.revision)],
        [Written(words["digest"]), Written(facts.digest)],
        [Written(words["how"])],
        [],
        [Written(each) for each in header],
    ]


def _body(facts: Facts, revision: Revision) -> Iterator[list[Written]]:
    nets = {total.key: total.net for total in revision.totals.lines}
    for line in revision.offer.lines:
        yield _ordered(_line(line, nets.get(line.key), facts.words))
    for term in revision.offer.terms:
        yield _ordered(_term(term))


def _kind(column: str) -> str:
    return "" if column in (INCLUDE, COMMENT) else spec(column).kind


def _widths() -> list[int]:
    return [_WIDTHS.get(name) or _WIDTHS_BY_KIND.get(_kind(name), 12) for name in COLUMNS]


def _ordered(cells: Mapping[str, Written]) -> list[Written]:
    return [cells.get(name, Written()) for name in COLUMNS]


def _line(line: Line, net: Decimal | None, words: Mapping[str, str]) -> dict[str, Written]:
    fields = frozenset(buyer_fields(line))
    cells = {
        "key": Written(f"line:{line.key}"),
        "name": Written(line.name, bold=True),
        "unit": Written(line.unit),
        **{name: Written(_cell(getattr(line, name)), open=name in fields) for name in _OF_LINES},
        "net": Written(net),
        "billing": Written(words[line.billing]),
        COMMENT: Written(open=bool(fields)),
    }
    if fields & {"selected", "choice"}:
        said = words["yes" if line.selected else "no"]
        cells[INCLUDE] = Written(said, open=True, among=(words["yes"], words["no"]))
    return cells


def _term(term: Term) -> dict[str, Written]:
    negotiable = bool(buyer_fields(term))
    return {
        "key": Written(f"term:{term.key}"),
        "name": Written(term.name, bold=True),
        "value": Written(term.value, open=negotiable, among=_listed(term.options)),
        COMMENT: Written(open=negotiable),
    }


def _listed(options: Sequence[str]) -> tuple[str, ...]:
    """Options that a spreadsheet can offer as a list; it has no way to write a comma, and little room."""
    listed = ",".join(options)
    return tuple(options) if options and len(listed) <= 250 and "," not in "".join(options) else ()


def _cell(value: Value) -> Value:
    """A number without idle zeros, never with an exponent; anything else as it is."""
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value
