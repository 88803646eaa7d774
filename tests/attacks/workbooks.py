"""Small files that are large work."""

from __future__ import annotations

import io
import zipfile

from openpyxl import Workbook


def edited(name: str, old: bytes, new: bytes) -> bytes:
    """A workbook with something else in one of its parts."""
    book, plain, made = Workbook(), io.BytesIO(), io.BytesIO()
    book.worksheets[0].append(["key", "name", 1.5])
    book.worksheets[0]["C1"].number_format = "0.00x"
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            assert part != name or old in content
            target.writestr(part, content.replace(old, new) if part == name else content)
    return made.getvalue()


STYLES, BOOK, SHEET = "xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"
FILES = {
    "a number format of brackets": edited(STYLES, b"0.00x", b"[" * 1_000_000),
    "formats without end": edited(STYLES, b"</cellXfs>", b"<xf/>" * 2_000_000 + b"</cellXfs>"),
    "names without end": edited(
        BOOK, b"</workbook>", b"<definedNames>" + b"<definedName/>" * 700_000 + b"</definedNames></workbook>"
    ),
    "cells without end": edited(
        SHEET, b"</sheetData>", b"<row>" + b"<c/>" * 2_500_000 + b"</row></sheetData>"
    ),
    "a cell at the right end of every row": edited(
        SHEET, b"</sheetData>", b'<row><c r="XFD1"><v>1</v></c></row>' * 300_000 + b"</sheetData>"
    ),
    "a formula of brackets": edited(
        SHEET, b"</sheetData>", b"<row><c><f>" + b"(" * 2_000_000 + b"</f></c></row></sheetData>"
    ),
    "an encoding in which tags hide": edited(
        STYLES, b"<styleSheet", b'<?xml version="1.0" encoding="utf-7"?><styleSheet'
    ),
}
JSON = {
    "brackets": b"[" * 5_000_000,
    "objects without end": b'{"lines":[' + b"{}," * 3_000_000 + b"{}]}",
    "names twice": b"{" + b'"a":1,' * 1_500_000 + b'"a":1}',
    "digits": b'{"a":' + b"9" * 9_000_000 + b"}",
}
_UBL = b'<Quotation xmlns="urn:oasis:names:specification:ubl:schema:xsd:Quotation-2">%b</Quotation>'
XML = {
    "elements without end": _UBL % (b"<a/>" * 2_000_000),
    "depth": b"<a>" * 2_000_000,
    "attributes": b"<a " + b" ".join(b'a%d="1"' % n for n in range(600_000)) + b"/>",
    "comments": b"<!--" * 2_000_000,
}
