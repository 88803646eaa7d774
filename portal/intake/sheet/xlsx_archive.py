"""Checks of an XLSX archive before it is unpacked."""

import io
import zipfile

from portal.errors import Invalid, Sentence
from portal.intake.sheet.grid import unreadable

MAX_UNPACKED_BYTES, MAX_PARTS = 30 * 1024 * 1024, 500
_DOCTYPE_BYTES = tuple("<!DOCTYPE".encode(coding) for coding in ("ascii", "utf-16-le", "utf-16-be"))


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
                if _has_doctype(archive.read(part)):
                    raise unreadable(
                        Sentence("%(filename)s declares entities.", filename=repr(part.filename)),
                        "Save it again as .xlsx.",
                    )
    except Invalid:
        raise
    except Exception as error:
        raise unreadable("It begins like a workbook and is damaged.", "Save it again as .xlsx.") from error


def _has_doctype(xml: bytes) -> bool:
    return any(doctype in xml for doctype in _DOCTYPE_BYTES)
