"""Read a quote in a child process: whatever its bytes are, nobody else waits for it, and it takes no more than it may."""

from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec.structs import replace

from portal.errors import Invalid
from portal.intake.contact import NewContact
from portal.intake.formats import check_size
from portal.intake.incoming import IncomingQuote, read_quote
from portal.intake.isolated.answers import (
    ProblemPart,
    RefusalPart,
    problem_parts,
    problems_of,
    refusal_of,
    refusal_part,
)
from portal.intake.unreadable import unreadable
from portal.sandbox.pool import Overrun, Pool, Work

POOL = Pool(
    Work("portal.intake.isolated.quotes:answer", seconds=20, processor_seconds=12, memory=640 * 1024 * 1024)
)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `read_quote`."""

    filename: str
    today: date
    zone: str
    valid_until: date | None = None
    contacts: Sequence[NewContact] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`quote` without its warnings, or `refusal`."""

    quote: IncomingQuote | None = None
    warnings: list[ProblemPart] = []
    refusal: RefusalPart | None = None


_requests, _answers = msgspec.json.Decoder(Request), msgspec.json.Decoder(Answer)


async def read(data: bytes, request: Request) -> IncomingQuote:
    """Return the quote. Invalid, with every problem at its place, when it is not valid or took too much to read."""
    check_size(data)
    try:
        return _quote_of(await POOL.run(_packed(data, request)))
    except Overrun:
        raise _too_much() from None


def read_now(data: bytes, request: Request) -> IncomingQuote:
    """The same outside of a loop."""
    check_size(data)
    try:
        return _quote_of(POOL.run_now(_packed(data, request)))
    except Overrun:
        raise _too_much() from None


def answer(packed: bytes) -> bytes:
    """Read a quote; this is what the child does."""
    head, _, data = packed.partition(b"\n")
    asked = _requests.decode(head)
    try:
        quote = read_quote(
            data,
            asked.filename,
            today=asked.today,
            zone=asked.zone,
            valid_until=asked.valid_until,
            contacts=asked.contacts,
        )
    except Invalid as error:
        return msgspec.json.encode(Answer(refusal=refusal_part(error)))
    return msgspec.json.encode(
        Answer(quote=replace(quote, warnings=()), warnings=problem_parts(quote.warnings))
    )


def _packed(data: bytes, request: Request) -> bytes:
    # JSON has no line break of its own.
    return msgspec.json.encode(request) + b"\n" + data


def _quote_of(packed: bytes) -> IncomingQuote:
    found = _answers.decode(packed)
    if found.refusal or found.quote is None:
        raise refusal_of(found.refusal) if found.refusal else _too_much()
    return replace(found.quote, warnings=problems_of(found.warnings))


def _too_much() -> Invalid:
    return unreadable("", "It takes more time or memory than one quote may.", "Save it again, or split it.")
