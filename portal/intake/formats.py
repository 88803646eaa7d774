"""The formats of a quote: detect the format of a file and read it."""

from portal.errors import Sentence
from portal.intake.document import Document
from portal.intake.field_errors import format_value
from portal.intake.json_document import read_json
from portal.intake.sheet import xlsx_file
from portal.intake.sheet.csv_file import read_csv
from portal.intake.sheet.header import is_header
from portal.intake.sheet.quote import read_sheet
from portal.intake.ubl.quotation import read_quotation
from portal.intake.unreadable import unreadable

MAX_BYTES = 10 * 1024 * 1024
FORMATS = (
    "Parley reads quotes as JSON quote documents, as CSV and XLSX, and as UBL 2.0 to 2.4 Quotations (XML)."
)


def read_document(data: bytes, filename: str) -> Document:
    """Read the document in the format that its first bytes show. The filename decides only between JSON and CSV."""
    check_size(data)
    if data.startswith(xlsx_file.XLSX_MAGIC):
        return read_sheet(xlsx_file.read_xlsx(data))
    if data.startswith(xlsx_file.OLE_MAGIC):
        raise unreadable(
            "", "It is an old Excel file, or one with a password.", "Save it as .xlsx, without a password."
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        raise unreadable("", "It is not in UTF-8 (it looks like UTF-16).", "Save it again as UTF-8.")
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if not start:
        raise unreadable("", "The file is empty.", FORMATS)
    if start == b"<":
        return read_quotation(data)
    if start in (b"{", b"[") or filename.lower().endswith(".json"):
        fields, problems = read_json(data)
        return Document(fields, problems)
    if filename.lower().endswith((".csv", ".tsv")) or is_header(_first_line(data)):
        return read_sheet(read_csv(data))
    raise unreadable(
        "",
        Sentence("%(filename)s is in none of the formats that are read.", filename=format_value(filename)),
        FORMATS,
    )


def check_size(data: bytes) -> None:
    """Raise Invalid when these are more bytes than are read."""
    if len(data) > MAX_BYTES:
        raise unreadable(
            "",
            Sentence(
                "It has %(size)s MB, and at most %(limit)s MB are read.",
                size=len(data) >> 20,
                limit=MAX_BYTES >> 20,
            ),
            "Split the quote.",
        )


def _first_line(data: bytes) -> str:
    return data[:8192].removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0].decode("cp1252", "replace")
