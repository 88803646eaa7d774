"""Set a proposal as a PDF/A-3b with typst; this runs in a child process (`portal.sandbox`).

PDF/A refuses a character that no font has. Each is replaced by a mark, so that the reader sees that something is missing
there, and gets the rest.
"""

import json
import re
import struct
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import typst

import portal

MARK = "\N{REPLACEMENT CHARACTER}"
# Each names every character that is missing; a character may be missing in one more font than in the first.
ATTEMPTS = 4
_MISSING = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
# Everything but Latin, which every font has.
_RARE = re.compile(r"[^\x00-\u017f\u2010-\u2026\u20ac\u00d7]")
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))")
_TIMESTAMP = struct.Struct(">q")


def request(document: dict[str, Any], timestamp: int) -> bytes:
    """Return what `answer` is asked with: the document's texts, and seconds since 1970 that it is dated with."""
    return _TIMESTAMP.pack(timestamp) + json.dumps(document, ensure_ascii=False).encode()


def answer(packed: bytes) -> bytes:
    """Return the PDF; this is what the child does."""
    (timestamp,), data = _TIMESTAMP.unpack_from(packed), packed[_TIMESTAMP.size :].decode()
    if rare := set(_RARE.findall(data)):
        # Apart: setting the whole document twice takes twice the memory.
        data = _replace(data, _missing(lambda: _compile_characters(sorted(rare))))
    for _ in range(ATTEMPTS):
        made: list[bytes] = []
        if not (missing := _missing(partial(_compile, data, timestamp, made))):
            break
        data = _replace(data, missing)
    if not made:
        _compile(_RARE.sub(MARK, data), timestamp, made)
    return made[0]


def _missing(compile_it: Callable[[], None]) -> set[str]:
    """Return the characters that no font has; none when it could be compiled, or not for another reason."""
    try:
        compile_it()
    except typst.TypstError as error:
        # With what stands before it, where it is an accent.
        found = map(_spelled, _MISSING.findall(str(error.diagnostic)))
        return {character for each in found for character in _RARE.findall(each)}
    return set()


def _compile_characters(characters: Sequence[str]) -> None:
    # A line for each, because the error for each quotes its line.
    lines = (f"#{json.dumps(each, ensure_ascii=False)}\n" for each in characters)
    typst.compile("".join(lines).encode(), pdf_standards="a-3b", timestamp=0)


def _compile(data: str, timestamp: int, made: list[bytes]) -> None:
    folder = _templates() / "pdf"
    document = typst.compile(
        str(folder / "proposal.typ"),
        root=str(folder),
        sys_inputs={"data": data},
        pdf_standards="a-3b",
        timestamp=timestamp,
    )
    assert isinstance(document, bytes)
    made.append(document)


def _templates() -> Path:
    """Inside the package once installed, beside it in the repository."""
    package = Path(portal.__file__).parent
    return next(each for each in (package / "templates", package.parent / "templates") if each.is_dir())


def _spelled(quoted: str) -> str:
    """The characters that typst writes escaped."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], quoted)


def _replace(data: str, missing: set[str]) -> str:
    # What nobody would have seen needs no mark.
    marks = {ord(each): MARK if unicodedata.category(each) not in ("Cc", "Cf") else "" for each in missing}
    return data.translate(marks)
