"""A revision's lines and terms as a spreadsheet that a buyer can fill in and send back.

Made from the offer alone, so nothing that only the seller knows can be in it. The digest ties what comes back to the
bytes that were downloaded. What may be changed is marked and unlocked; comments become reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.domain.change.change import buyer_fields
from portal.domain.offer.revision import Line, Revision, Term
from portal.outbound.export import Export, guarded, written_table
from portal.outbound.spreadsheet import MEDIA_TYPE, Page, Written, written_xlsx

COLUMNS = (
    *("key", "name", "unit", "quantity", "unit_price", "discount_percent", "include"),
    *("delivery_date", "value", "net", "billing", "comment"),
)
_WIDTHS = (18, 44, 12, 12, 16, 12, 12, 16, 32, 16, 12, 44)
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
        facts.words["sheet"][:31], rows, widths=_WIDTHS, head=frozenset({1, HEAD_ROWS}), protected=True
    )
    return Export(content=written_xlsx([page]), media_type=MEDIA_TYPE, name=name)


def _plain(cell: Written) -> str:
    value = cell.value
    return f"{value:f}" if isinstance(value, Decimal) else guarded(value)


def _head(facts: Facts, revision: Revision) -> list[list[Written]]:
    words, offer = facts.words, revision.offer
    priced = {"unit_price", "net"}
    header = [
        words[name]
        + (f" ({offer.currency})" if name in priced else "")
        + (" %" if name == "discount_percent" else "")
        for name in COLUMNS
    ]
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


def _ordered(cells: Mapping[str, Written]) -> list[Written]:
    return [cells.get(name, Written()) for name in COLUMNS]


def _line(line: Line, net: Decimal | None, words: Mapping[str, str]) -> dict[str, Written]:
    fields = frozenset(buyer_fields(line))
    cells = {
        "key": Written(f"line:{line.key}"),
        "name": Written(line.name, bold=True),
        "unit": Written(line.unit),
        "quantity": Written(_short(line.quantity), open="quantity" in fields),
        "unit_price": Written(_short(line.unit_price), open="unit_price" in fields),
        "discount_percent": Written(_short(line.discount_percent), open="discount_percent" in fields),
        "delivery_date": Written(line.delivery_date, open="delivery_date" in fields),
        "net": Written(net),
        "billing": Written(words[line.billing]),
        "comment": Written(open=bool(fields)),
    }
    if fields & {"selected", "choice"}:
        said = words["yes" if line.selected else "no"]
        cells["include"] = Written(said, open=True, among=(words["yes"], words["no"]))
    return cells


def _term(term: Term) -> dict[str, Written]:
    negotiable = bool(buyer_fields(term))
    return {
        "key": Written(f"term:{term.key}"),
        "name": Written(term.name, bold=True),
        "value": Written(term.value, open=negotiable, among=_listed(term.options)),
        "comment": Written(open=negotiable),
    }


def _listed(options: Sequence[str]) -> tuple[str, ...]:
    """Options that a spreadsheet can offer as a list; it has no way to write a comma, and little room."""
    listed = ",".join(options)
    return tuple(options) if options and len(listed) <= 250 and "," not in "".join(options) else ()


def _short(value: Decimal) -> Decimal:
    """Without idle zeros, never with an exponent."""
    return Decimal(f"{value.normalize():f}")
