"""The demo's mailbox: every mail in the outbox as its reader would see it. Only on this machine, only in the demo."""

import re
from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get

from portal.errors import NotFound
from portal.reading.operator import mailbox
from portal.rendering.mail import Rendered, render
from portal.request import HttpRequest, is_local
from portal.web.public.join import PUBLIC
from realtime.services import HTML, Services

# A mail's own styles stand in attributes; nothing in it runs or loads, and only the mailbox may frame it.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
BOX_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@get("/dev/mailbox", opt=PUBLIC)
async def show(request: HttpRequest, services: Services) -> Response[str]:
    _only_here(request)
    letters = await services.database.read(mailbox.letters)
    seen = [(letter, render(letter.mail, services.settings)) for letter in letters]
    return services.page(
        "mailbox/list.html",
        request,
        letters=[(letter, rendered, _links(rendered)) for letter, rendered in seen],
        headers={"Content-Security-Policy": BOX_POLICY},
    )


@get("/dev/mailbox/{letter_id:str}", opt=PUBLIC)
async def show_html(request: HttpRequest, services: Services, letter_id: str) -> Response[str]:
    _only_here(request)
    letter = await services.database.read(lambda transaction: mailbox.letter(transaction, letter_id))
    if letter is None:
        raise NotFound("There is no such mail.")
    headers = {"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(render(letter.mail, services.settings).html, media_type=HTML, headers=headers)


@get("/dev/mailbox.json", opt=PUBLIC)
async def as_json(request: HttpRequest, services: Services) -> list[dict[str, Any]]:
    """Newest first: to, subject, text, html, links, at."""
    _only_here(request)
    letters = await services.database.read(mailbox.letters)
    return [_document(letter, render(letter.mail, services.settings)) for letter in letters]


def _document(letter: mailbox.Letter, rendered: Rendered) -> dict[str, Any]:
    return {
        "id": letter.id,
        "to": letter.mail.to_email,
        "name": letter.mail.to_name,
        "template": letter.mail.template,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "links": _links(rendered),
        "at": letter.at,
        "state": letter.state,
    }


def _links(rendered: Rendered) -> list[str]:
    """Every address in the text but the installation's own front door."""
    found = (link.rstrip(".,;") for link in _LINK.findall(rendered.text))
    return list(dict.fromkeys(link for link in found if urlsplit(link).path not in ("", "/")))


def _only_here(request: HttpRequest) -> None:
    if not is_local(request):
        raise NotFound("There is no such page.")


routes = [show, show_html, as_json]
