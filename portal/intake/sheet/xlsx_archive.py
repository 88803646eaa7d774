"""Checks of an XLSX archive before it is unpacked and parsed."""

import io
import re
import zipfile
from functools import cache

from portal.errors import Invalid, Sentence
from portal.intake.sheet.grid import MAX_CELLS, unreadable

MAX_UNPACKED_BYTES, MAX_PARTS = 30 * 1024 * 1024, 500
# Tags of a part with cells or their texts: four for each, and as many again for rows and formats. Of any other part
# openpyxl builds objects; such parts have a few hundred.
MAX_CELL_TAGS, MAX_TAGS = 8 * MAX_CELLS, 30_000
# Characters of an attribute. A number format has at most 255; the ranges of a conditional format may be many.
MAX_CELL_ATTRIBUTE, MAX_ATTRIBUTE = 30_000, 2_000
# The part that openpyxl takes formats from, whatever it says that it is.
STYLES = "xl/styles.xml"
_DOCTYPE_BYTES = tuple("<!DOCTYPE".encode(coding) for coding in ("ascii", "utf-16-le", "utf-16-be"))
_DECLARATION = rb"(?:<\?xml(?P<declared>[^>]{0,300})\?>\s*)?"
_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?\s*" + _DECLARATION + rb"<(?:\w{1,40}:)?(?P<root>\w{1,40})")
_ENCODING = re.compile(rb"""encoding\s*=\s*["'](?!utf-?8|us-ascii)""", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


def check_archive(data: bytes, max_unpacked: int) -> None:
    """Refuse an archive that is too large, has macros, or declares entities. Sizes are checked before unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # zipfile never unpacks more than the size stated here.
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > max_unpacked:
                raise unreadable(
                    Sentence("The workbook unpacks to more than %(most)s MB.", most=max_unpacked >> 20),
                    "Split it.",
                )
            for part in parts:
                if part.flag_bits & 1:
                    raise unreadable("The workbook is encrypted.", "Save it without a password.")
                if "vbaproject" in part.filename.lower():
                    raise unreadable("The workbook carries macros.", "Save it as .xlsx, without macros.")
                _check_part(part.filename, archive.read(part))
    except Invalid:
        raise
    except Exception as error:
        raise unreadable("It begins like a workbook and is damaged.", "Save it again as .xlsx.") from error


def _check_part(name: str, content: bytes) -> None:
    if any(doctype in content for doctype in _DOCTYPE_BYTES):
        raise _refused(name, "%(filename)s declares entities.", "Save it again as .xlsx.")
    found = _ROOT.match(content)
    if content.startswith(_UTF_16) or (found and found["declared"] and _ENCODING.search(found["declared"])):
        raise _refused(name, "%(filename)s is not in UTF-8.", "Save it again as .xlsx.")
    has_cells = found is not None and found["root"] in (b"worksheet", b"sst") and name != STYLES
    tags, length = (MAX_CELL_TAGS, MAX_CELL_ATTRIBUTE) if has_cells else (MAX_TAGS, MAX_ATTRIBUTE)
    if content.lstrip()[:1] in (b"<", b"\xef") and content.count(b"<") > tags:
        raise _refused(name, "%(filename)s has more elements than a workbook needs.")
    if _long_attribute(length).search(content):
        raise _refused(name, "%(filename)s has an attribute that is too long.")


@cache
def _long_attribute(length: int) -> re.Pattern[bytes]:
    """Each match ends at the next quotation mark, so that this reads every byte once or twice."""
    return re.compile(rb"=\s*(?:\"[^\"<]{%(n)d}|'[^'<]{%(n)d})" % {b"n": length + 1})


def _refused(name: str, message: str, hint: str = "Copy the values to a new workbook.") -> Invalid:
    return unreadable(Sentence(message, filename=repr(name[:100])), hint)
