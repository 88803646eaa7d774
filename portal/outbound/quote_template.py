"""A spreadsheet template for a quote: all columns that are read, two example lines, and a help page."""

from collections.abc import Mapping
from typing import get_args

from portal.domain.offer.revision import Negotiable
from portal.intake.sheet.columns import COLUMNS
from portal.outbound.export import Export, write_csv
from portal.outbound.spreadsheet import MEDIA_TYPE, Page, plain_rows, write_xlsx

_FIRST: Mapping[str, str] = {
    "title": "Two presses for the Odense line",
    "currency": "EUR",
    "language": "en",
    "seller.name": "Kestrel Machines",
    "buyer.company": "Oakum Foods",
    "buyer.contacts": "Anna Berg <anna@example.com>:signer; Bo Lund <bo@example.com>",
    "buyer.address.country": "DK",
    "terms": "Payment: 30 days net | 14 days net",
    "adjustments": "discount: Frame contract: 2%",
    "key": "press",
    "name": "Hydraulic press HP-40",
    "section": "Machines",
    "quantity": "2",
    "unit": "C62",
    "unit_price": "18450.00",
    "list_price": "19900.00",
    "billing": "once",
    "tax.category": "S",
    "tax.rate": "25",
    "why": "List price:19900; Project price:-1450",
    "includes": "Commissioning; Spare parts",
    "negotiable": "quantity; unit_price",
    "bounds.min_quantity": "1",
    "price_breaks": "5:17900; 10:17500",
    "lead_time_days": "30",
    "private.unit_cost": "12000.00",
    "private.floor_unit_price": "16500.00",
}
_SECOND: Mapping[str, str] = {
    "terms": "Warranty: 24 months",
    "key": "care",
    "name": "Care plan",
    "section": "Service",
    "quantity": "1",
    "unit": "MON",
    "unit_price": "250.00",
    "billing": "month",
    "periods": "36",
    "tax.category": "S",
    "tax.rate": "25",
    "optional": "yes",
    "selected": "no",
    "negotiable": "none",
}
_HELP = (
    ("One row is one line of the quote. name, quantity and unit_price are needed on each.", ""),
    ("title, currency and buyer.company are needed once; write them in the first row, or in every row.", ""),
    ("Columns that you do not need may be left empty or deleted. Values only: formulas are refused.", ""),
    ("", ""),
    ("valid_until", "A date; 30 days from now when it is empty."),
    ("buyer.contacts", "Name <address>:role, parted by semicolons; viewer, commenter, negotiator or signer."),
    (
        "terms",
        "Name: value, one on each row (or line of the cell). With | and other values the buyer may choose.",
    ),
    ("adjustments", "discount or charge: label: amount, or a percentage with %."),
    ("unit", "A code of UN/ECE Rec 20: C62 (one), HUR (hour), MON (month), KGM (kilogram)."),
    ("billing, periods", "once, month or year, and for how many months or years."),
    ("why", "Label:amount; label:amount. The steps sum to the net unit price."),
    ("negotiable", f"{', '.join(get_args(Negotiable))}; none for nothing."),
    ("price_breaks", "From quantity:unit price, parted by semicolons."),
    ("optional, selected", "yes or no."),
    ("private.…", "Only the seller ever sees these."),
)


def quote_template(format: str) -> Export:  # noqa: A002
    """Return the template as "csv" or "xlsx". Its example quote can be imported as it is."""
    rows = [{name: row.get(name, "") for name in COLUMNS} for row in (_FIRST, _SECOND)]
    if format == "csv":
        # Spreadsheet programs recognise UTF-8 by the byte order mark.
        content = b"\xef\xbb\xbf" + write_csv(rows)
        return Export(content=content, media_type="text/csv; charset=utf-8", name="quote-template.csv")
    cells = [list(COLUMNS), *(list(row.values()) for row in rows)]
    pages = [
        Page("Quote", plain_rows(cells), [16] * min(len(COLUMNS), 26)),
        Page("Help", plain_rows(_HELP), [28, 90], head=frozenset()),
    ]
    return Export(content=write_xlsx(pages), media_type=MEDIA_TYPE, name="quote-template.xlsx")
