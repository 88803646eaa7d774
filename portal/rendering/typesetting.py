"""Set a proposal as a PDF/A-3b with typst; this runs in a child process (`portal.sandbox`).

PDF/A refuses a character that no font has. Each is replaced by a mark, so that the reader sees that something is missing
there, and gets the rest.
"""

import json
import re
import struct
import unicodedata
from pathlib import Path
from typing import Any

import typst

import portal

MARK = "\N{REPLACEMENT CHARACTER}"
# Each names every character that is missing; a character may be missing in one more font than in the first.
ATTEMPTS = 4
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))")
_TIMESTAMP = struct.Struct(">q")


def request(document: dict[str, Any], timestamp: int) -> bytes:
    """Return what `answer` is asked with: the document's texts, and seconds since 1970 that it is dated with."""
    return _TIMESTAMP.pack(timestamp) + json.dumps(document, ensure_ascii=False).encode()


def answer(packed: bytes) -> bytes:
    """Return the PDF; this is what the child does."""
    (timestamp,), data = _TIMESTAMP.unpack_from(packed), packed[_TIMESTAMP.size :].decode()
    for _ in range(ATTEMPTS):
        try:
            return _compile(data, timestamp)
        except typst.TypstError as error:
            missing = {_spelled(each) for each in _MISSING.findall(str(error.diagnostic))}
            if not missing:
                break
            data = _replace(data, missing)
    return _compile(_only_common(data), timestamp)


def _compile(data: str, timestamp: int) -> bytes:
    folder = _templates() / "pdf"
    made = typst.compile(
        str(folder / "proposal.typ"),
        root=str(folder),
        sys_inputs={"data": data},
        pdf_standards="a-3b",
        timestamp=timestamp,
    )
    assert isinstance(made, bytes)
    return made


def _templates() -> Path:
    """Inside the package once installed, beside it in the repository."""
    package = Path(portal.__file__).parent
    return next(each for each in (package / "templates", package.parent / "templates") if each.is_dir())


def _spelled(quoted: str) -> str:
    """The characters that typst writes escaped."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted)


def _replace(data: str, missing: set[str]) -> str:
    # The longest first: what belongs together is one mark. What nobody would have seen needs none.
    pattern = "|".join(re.escape(each) for each in sorted(missing, key=len, reverse=True))
    return re.sub(pattern, lambda found: MARK if any(map(_is_visible, found[0])) else "", data)


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf")


def _only_common(data: str) -> str:
    """The text with a mark for everything but Latin, which every font has."""
    return re.sub(r"[^\x00-\u017f\u2010-\u2026\u20ac\u00d7]", MARK, data)
