"""The columns of a proposal's sheet, on its way to a buyer and back: what names a row, its fields, what they come to."""

from portal.domain.change.fields import fields_of
from portal.domain.offer.revision import Line, Term
from portal.intake.sheet.columns import READ

# Options and choices share one column that says yes or no.
INCLUDE, COMMENT = "include", "comment"
# Fields with a column of their own.
FIELDS = tuple(row for row in (*fields_of(Line), *fields_of(Term)) if row.kind in READ and row.kind != "flag")
_OF_LINES = tuple(
    INCLUDE if row.kind == "flag" else row.key for row in fields_of(Line) if row.kind != "choice"
)
COLUMNS = (
    *("key", "name", "unit"),
    *_OF_LINES,
    *(row.key for row in fields_of(Term)),
    *("net", "billing", COMMENT),
)
