"""A quote comes in by hand: read it, show what it says or what is wrong with it and where, then make it a deal."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from portal.commands.import_quote import import_quote
from portal.errors import Conflict, Invalid, Problem, Refused
from portal.intake.contact import NewContact, parse_contact
from portal.intake.incoming import IncomingQuote, read_quote
from portal.reading import draft
from portal.web import security
from portal.web.desk_request import UNSENT, Desk, Refusal, see
from portal.web.forms import FormFields
from portal.web.urls import Urls

CONTACTS = 3


@dataclass(frozen=True)
class Pasted:
    """What came in: a file or a text, and what was filled in beside it."""

    name: str
    text: str
    data: bytes


@get("/desk/quotes/new")
async def new_quote(desk: Desk) -> Response[str]:
    return await _page(desk, FormFields())


@post("/desk/quotes/new", request_max_body_size=security.UPLOAD_LIMIT)
async def take_quote(desk: Desk, form: FormFields) -> Response[Any]:
    """`do=check` shows what the quote says, `do=import` makes it a draft (its next revision, with `requote`)."""
    pasted = await _pasted(form)
    try:
        quote = _read(desk, pasted, form)
        if form.one("do") != "import":
            return await _page(desk, form, pasted, quote=quote)
        requote = form.checked("requote")
        made = await desk.write(partial(import_quote, actor=desk.actor, quote=quote, requote=requote))
    except Refused as error:
        return await _page(desk, form, pasted, Refusal.of(error, "quote", form))
    return see(f"/desk/deals/{made.deal}")


async def _page(
    desk: Desk,
    form: FormFields,
    pasted: Pasted | None = None,
    refused: Refusal = UNSENT,
    quote: IncomingQuote | None = None,
) -> Response[str]:
    """`known`: a deal came from this quote already, and it may become the deal's next revision."""
    preview = draft.of_offer(quote.offer) if quote else None
    context = {
        "pasted": pasted,
        "quote": quote,
        "table": preview,
        "deal": preview,
        "urls": Urls.desk(""),
        "given": {name: form.one(name) for name in form.fields},
        "known": refused.status == Conflict.status,
        "contact_rows": CONTACTS,
    }
    return await desk.page("desk/new_quote.html", lambda *_: context, refused)


async def _pasted(form: FormFields) -> Pasted:
    """The file when there is one, else the text; a file that is text can be corrected in the box."""
    file: UploadFile | None = form.files.get("file")
    if file is None:
        text = form.one("text")
        return Pasted(form.one("name", "quote.json"), text, text.encode())
    data = await file.read()
    await file.close()
    return Pasted(file.filename, data.decode("utf-8-sig", errors="replace"), data)


def _read(desk: Desk, pasted: Pasted, form: FormFields) -> IncomingQuote:
    """Invalid, with every problem at its place in the document or in the form."""
    settings = desk.services.settings
    today = desk.services.database.clock().astimezone(settings.zone).date()
    return read_quote(
        pasted.data,
        pasted.name,
        today=today,
        zone=settings.timezone,
        valid_until=_day(form.one("valid_until")),
        contacts=_contacts(form),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field("--valid-until", f"{text!r} is not a day.", "Write it like 2030-06-30.") from None


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


routes = [new_quote, take_quote]
