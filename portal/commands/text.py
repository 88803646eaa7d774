"""What a person may write: not empty, not endless, no control characters."""

import re
import unicodedata

from portal.errors import Invalid

LONGEST = 10_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def written(text: str, field: str, *, longest: int = LONGEST, required: bool = True) -> str:
    """The text in NFC with one kind of line end; Invalid at `field`."""
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if required and not clean:
        raise Invalid.field(field, "Write something first.")
    if len(clean) > longest:
        raise Invalid.field(
            field,
            "This is %(length)s characters long; at most %(longest)s are possible.",
            length=len(clean),
            longest=longest,
        )
    if _CONTROL.search(clean):
        raise Invalid.field(field, "This has characters that can't be shown.", "Paste it as plain text.")
    return clean
