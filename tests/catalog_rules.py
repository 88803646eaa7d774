"""What no translation may be; `python -m tests.catalog_rules` lists every offence."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "portal" / "locale"

# How sentences are found in the code (.ci is no package).
_spec = importlib.util.spec_from_file_location("sentences", ROOT / ".ci" / "sentences.py")
assert _spec
assert _spec.loader
extraction = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(extraction)

# %(name)s is filled in here, # by a script of the page.
BLANK = re.compile(r"%\(\w+\)[a-z]|#")
# What a template translates goes into the page as it is, attributes included.
MARKUP = re.compile(r"[<>&\"]")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def faults(catalog: Catalog) -> Iterator[tuple[str, Message]]:
    for message, errors in catalog.check():
        yield from ((str(error), message) for error in errors)
    for message in catalog:
        if message.id:
            yield from ((fault, message) for fault in faults_of(message))


def faults_of(message: Message) -> Iterator[str]:
    sources, texts = _several(message.id), _several(message.string)
    if message.fuzzy:
        yield "only guessed (fuzzy)"
    if not all(texts):
        yield "not translated"
    elif any(_blanks(text) != _blanks(sources[-1]) for text in texts):
        yield "other blanks than the original"
    elif any(_markup(text) - _markup(sources[-1]) for text in texts):
        yield "characters that mean something in HTML"
    elif any(_edges(text) != _edges(sources[-1]) for text in texts):
        yield "other spaces at its ends, or another sign at its end, than the original"


def _several(texts: str | list[str] | tuple[str, ...]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def _blanks(text: str) -> list[str]:
    return sorted(set(BLANK.findall(text)))


def _markup(text: str) -> set[str]:
    return set(MARKUP.findall(text))


def _edges(text: str) -> tuple[bool, bool, str]:
    last = text[-1:] if text[-1:] in ".:?," else ""
    return text[:1].isspace(), text[-1:].isspace(), last


def all_faults() -> list[str]:
    return [
        f"{path.relative_to(LOCALE.parent.parent)}: {fault}: {message.id!r}"
        for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
        for fault, message in faults(read(path))
    ]


if __name__ == "__main__":
    found = all_faults()
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found else 0)
