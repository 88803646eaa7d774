"""What a form sent, as `form: FormFields` in a handler: text fields in order, and uploads apart."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from litestar.datastructures import UploadFile
from litestar.exceptions import LitestarException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from portal.errors import Invalid
from portal.integers import parse_integer
from portal.rendering.language import marked as _l
from portal.request import HttpRequest

MOST_FIELDS = 2000
# Bytes of a form that is not decoded in the event loop.
LONG = 50_000
BAD_FORM = _l("The form could not be read. Load the page afresh and try again.")


@dataclass(frozen=True)
class FormFields:
    """`fields` holds every text value of every name; `files` the uploads that have a file name."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        """The first value, without the spaces around it; `default` when there is none."""
        values = self.fields.get(name)
        return values[0].strip() if values else default

    def integer(self, name: str, *, digits: int = 9) -> int | None:
        """The first value as a whole number; None where it is none."""
        return parse_integer(self.one(name), digits=digits)

    def all(self, name: str) -> list[str]:
        return list(self.fields.get(name, ()))

    def checked(self, name: str) -> bool:
        """Whether a checkbox was ticked; one that is not sends nothing."""
        return self.one(name).lower() not in ("", "0", "false", "off", "no")

    def beginning(self, prefix: str) -> dict[str, str]:
        """First values of all names with the prefix, by the rest of the name."""
        return {name.removeprefix(prefix): self.one(name) for name in self.fields if name.startswith(prefix)}


async def read_form(request: HttpRequest) -> FormFields:
    """The form of a request, read once; Invalid when it is not a form, is not UTF-8, or has too many fields."""
    known = request.scope.get("form_fields")
    if isinstance(known, FormFields):
        return known
    kind = request.content_type[0]
    if kind == "multipart/form-data":
        form = await _multipart(request)
    elif kind in ("application/x-www-form-urlencoded", ""):
        body = await request.body()
        # A long one takes a while, and others go on meanwhile.
        form = _urlencoded(body) if len(body) < LONG else await asyncio.to_thread(_urlencoded, body)
    else:
        raise Invalid(BAD_FORM, [])
    request.scope["form_fields"] = form  # type: ignore[typeddict-unknown-key]
    return form


def _urlencoded(body: bytes) -> FormFields:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise Invalid(BAD_FORM, []) from error
    return _collected(pairs)


async def _multipart(request: HttpRequest) -> FormFields:
    try:
        parts = list((await request.form()).multi_items())
    except RequestEntityTooLarge:
        raise
    except (LitestarException, ValueError) as error:
        raise Invalid(BAD_FORM, []) from error
    files = {name: part for name, part in parts if isinstance(part, UploadFile) and part.filename}
    return _collected([(name, str(part)) for name, part in parts if not isinstance(part, UploadFile)], files)


def _collected(pairs: list[tuple[str, str]], files: Mapping[str, UploadFile] | None = None) -> FormFields:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\x00" in value or "\x00" in name:
            raise Invalid(BAD_FORM, [])
        # Browsers send every line end of a textarea as CR LF.
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return FormFields(fields, files or {})
