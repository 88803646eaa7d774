"""The columns of a proposal sheet, for writing it and for reading it when a buyer returns it."""

from portal.domain.change.fields import fields_of
from portal.domain.offer.revision import Line, Term
from portal.intake.sheet.columns import READ

# Options and choices share one yes/no column.
INCLUDE, COMMENT = "include", "comment"
# Fields with their own column.
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
