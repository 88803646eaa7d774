"""A quote comes in by hand: read it, show what it says or what is wrong with it and where, then make it a deal."""

import asyncio
import base64
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from portal.commands.revision.import_quote import import_quote
from portal.commands.revision.requote import Undecided
from portal.domain.requote.merge import Decision
from portal.errors import Conflict, Invalid, Problem, Refused
from portal.intake.contact import NewContact, parse_contact
from portal.intake.incoming import IncomingQuote
from portal.intake.isolated import quotes
from portal.outbound.quote_template import quote_template
from portal.reading.deal_page import offer_preview
from portal.rendering.addresses import Urls
from portal.web.desk.request import UNSENT, Desk, Refusal, see
from portal.web.forms.form_fields import FormFields
from portal.web.http import security
from portal.web.http.spreadsheets import attachment, kind_of

CONTACTS = 3


@dataclass(frozen=True)
class Pasted:
    """What came in. `text` can be corrected on the page; a file that is no text is `held` on it as it is (base64)."""

    name: str
    data: bytes
    text: str = ""
    held: str = ""


@get("/desk/quotes/new")
async def new_quote(desk: Desk) -> Response[str]:
    return await _page(desk, FormFields())


@get(["/desk/quotes/template.csv", "/desk/quotes/template.xlsx"])
async def template(desk: Desk) -> Response[bytes]:
    """An example to overwrite, as a spreadsheet."""
    return attachment(await asyncio.to_thread(quote_template, kind_of(desk.request)))


@post("/desk/quotes/new", request_max_body_size=security.UPLOAD_LIMIT)
async def take_quote(desk: Desk, form: FormFields) -> Response[Any]:
    """`do=check` shows what the quote says, `do=import` makes it a draft (its next revision, with `requote`)."""
    pasted = await _pasted(form)
    try:
        quote = await quotes.read(pasted.data, _request(desk, pasted, form))
        if form.one("do") != "import":
            return await _page(desk, form, pasted, quote=quote)
        made = await desk.write(
            partial(
                import_quote,
                actor=desk.actor,
                quote=quote,
                requote=form.checked("requote"),
                decided=_decided(form),
            )
        )
    except Refused as error:
        undecided = error if isinstance(error, Undecided) else None
        return await _page(desk, form, pasted, Refusal.of(error, "quote", form), undecided=undecided)
    return see(f"/desk/deals/{made.deal}")


async def _page(  # noqa: PLR0917 - the form, and what came of it
    desk: Desk,
    form: FormFields,
    pasted: Pasted | None = None,
    refused: Refusal = UNSENT,
    quote: IncomingQuote | None = None,
    undecided: Undecided | None = None,
) -> Response[str]:
    """`known`: a deal came from this quote already, and it may become the deal's next revision. `undecided`: where the deal
    and the quote disagree about it."""
    preview = await asyncio.to_thread(offer_preview.of_offer, quote.offer) if quote else None
    context = {
        "pasted": pasted,
        "quote": quote,
        "table": preview,
        "deal": preview,
        "urls": Urls.desk(""),
        "given": {name: form.one(name) for name in form.fields},
        "undecided": undecided,
        "known": refused.status == Conflict.status,
        "contact_rows": CONTACTS,
    }
    return await desk.page("desk/new_quote.html", lambda *_: context, refused)


def _decided(form: FormFields) -> dict[str, Decision]:
    """Which of both holds, by the id of what they disagree about."""
    chosen = {
        name.removeprefix("decide:"): form.one(name) for name in form.fields if name.startswith("decide:")
    }
    return {name: "take" if value == "take" else "keep" for name, value in chosen.items()}


async def _pasted(form: FormFields) -> Pasted:
    """The file when there is one, else the text, else the file of the last time."""
    file: UploadFile | None = form.files.get("file")
    if file is None:
        name, text, held = form.one("name", "quote.json"), form.one("text"), form.one("held")
        return (
            Pasted(name, text.encode(), text) if text or not held else Pasted(name, _unpacked(held), "", held)
        )
    data = await file.read()
    await file.close()
    try:
        # A form carries no NUL, and what has one is no text.
        if b"\0" not in data:
            return Pasted(file.filename, data, data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    return Pasted(file.filename, data, held=base64.b64encode(data).decode())


def _unpacked(held: str) -> bytes:
    try:
        return base64.b64decode(held, validate=True)
    except ValueError:
        raise Invalid("The file could not be read again. Choose it once more.", []) from None


def _request(desk: Desk, pasted: Pasted, form: FormFields) -> quotes.Request:
    """How the document is to be read; Invalid, with every problem of the form at its field."""
    settings = desk.services.settings
    return quotes.Request(
        filename=pasted.name,
        today=desk.services.database.clock().astimezone(settings.zone).date(),
        zone=settings.timezone,
        valid_until=_day(form.one("valid_until")),
        contacts=_contacts(form),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field(
            "--valid-until", "“%(text)s” is not a day.", "Write it like 2030-06-30.", text=text
        ) from None


def _contacts(form: FormFields) -> list[NewContact]:
    rows = [
        {name: form.one(f"{name}-{row}") for name in ("name", "email", "role")} for row in range(CONTACTS)
    ]
    people, problems = [], []
    for number, row in enumerate(rows):
        if not (row["name"] or row["email"]):
            continue
        try:
            people.append(parse_contact(f"{row['name']} <{row['email']}>:{row['role'] or 'negotiator'}"))
        except Invalid as error:
            problems += [Problem(f"email-{number}", each.message, each.hint) for each in error.problems]
    if problems:
        raise Invalid("Some of these contacts can't be used.", problems)
    return people


routes = [new_quote, take_quote, template]
