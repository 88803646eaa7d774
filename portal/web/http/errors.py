"""From an exception to an answer: a page, a fragment for htmx, or a problem document (RFC 9457) for a program.

A ParleyError is a sentence and is shown. Anything else is logged with the request's id and shown without a detail.
"""

from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from portal.errors import Invalid, NotFound, Overloaded, ParleyError, Problem, Refused, SignInNeeded
from portal.rendering.language import marked as _l
from portal.rendering.language import speaking
from portal.rendering.sentences import translate
from portal.request import HttpRequest, is_partial, language_of, wants_json
from portal.web.forms.form_fields import FormFields
from portal.web.public.join import new_link_page
from portal.web.public.sign_in import request_page
from realtime.services import HTML, Services

log = structlog.get_logger()

HEADINGS = {
    400: _l("This could not be understood"),
    401: _l("Please sign in"),
    403: _l("Not allowed"),
    404: _l("Not found"),
    405: _l("Not possible here"),
    409: _l("Something has changed"),
    413: _l("Too large"),
    415: _l("This kind of content is not read here"),
    422: _l("Please check what you entered"),
    429: _l("Too fast"),
    500: _l("Something went wrong here"),
    503: _l("We can't reach our data right now"),
}
BUSY = _l("Too much at once")
# What Litestar finds wrong by itself. Its own texts name internals and are never shown.
SENTENCES = {
    400: _l("The address or something in it could not be understood. Go back and try again."),
    401: _l("Please sign in."),
    404: _l("There is no such page."),
    405: _l("This address does not do that. Go back and try again."),
    413: _l("That is more than can be sent at once. Send less, or a smaller file."),
}
FAILED = _l(
    "This is our fault and has been noted. Try again; if it happens again, tell us the request's number."
)
UNAVAILABLE = _l("Nothing was changed. What you wrote is below; try again in a moment.")


class Unavailable(ParleyError):
    """The database cannot be reached or is full."""

    status = 503


def handlers() -> ExceptionHandlersMap:
    return {
        ParleyError: answer,
        HTTPException: _from_litestar,
        OperationalError: _unavailable,
        NoConnection: _unavailable,
        DBAPIError: _from_database,
        Exception: _failed,
    }


def answer(request: HttpRequest, error: ParleyError) -> Response[Any]:
    """The answer to a ParleyError, with its status. Never fails itself."""
    try:
        return _answer(request, error)
    except Exception as second:
        log.error("The page for an error failed", exc_info=second)
        number = request.scope.get("request_id", "")
        return Response(
            f"<h1>{HEADINGS[500]}</h1><p>{FAILED} ({number})</p>", status_code=500, media_type=HTML
        )


def _answer(request: HttpRequest, error: ParleyError) -> Response[Any]:
    response = _shown(request, error)
    if isinstance(error, Overloaded):
        response.headers["Retry-After"] = "10"
    return response


def _shown(request: HttpRequest, error: ParleyError) -> Response[Any]:
    services: Services = request.app.state.services
    problems = error.problems if isinstance(error, Invalid) else ()
    if wants_json(request):
        with speaking(language_of(request)):
            return _problem_document(error, problems)
    if is_partial(request):
        return services.page(
            "errors/_errors.html", request, status=error.status, sentence=error.sentence, problems=problems,
            sign_in=_way_back(request) if isinstance(error, SignInNeeded) else "",
        )  # fmt: skip
    if isinstance(error, SignInNeeded):
        return sign_in_page(services, request)
    return services.page(
        "errors/page.html",
        request,
        status=error.status,
        heading=_heading(error),
        sentence=error.sentence,
        problems=problems,
        home=_home(request),
        retry=_retry(request) if isinstance(error, Unavailable) else None,
    )


def sign_in_page(services: Services, request: HttpRequest) -> Response[str]:
    """What somebody without a session gets, for every id, real or not; the desk's has the form for reps."""
    path = request.scope["path"]
    if _of_desk(path):
        return request_page(request, services, status=401)
    deal_id = path.split("/")[2] if path.startswith("/deals/") else ""
    return new_link_page(request, services, status=401, deal_id=deal_id)


def _heading(error: ParleyError) -> str:
    return BUSY if isinstance(error, Overloaded) else HEADINGS.get(error.status, HEADINGS[500])


def _problem_document(error: ParleyError, problems: tuple[Problem, ...]) -> Response[Any]:
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": translate(_heading(error)),
        "status": error.status,
        "detail": translate(error.sentence),
    }
    if problems:
        document["problems"] = [
            Problem(each.place, translate(each.message), translate(each.hint)) for each in problems
        ]
    return Response(document, status_code=error.status, media_type="application/problem+json")


def _from_litestar(request: HttpRequest, error: HTTPException) -> Response[Any]:
    if error.status_code >= 500:
        return _failed(request, error)
    response = answer(request, _as_refusal(error.status_code))
    response.headers.update(error.headers or {})
    return response


def _as_refusal(status: int) -> ParleyError:
    refusal = NotFound(SENTENCES[404]) if status == 404 else Refused(SENTENCES.get(status, SENTENCES[400]))
    refusal.status = status
    return refusal


def _from_database(request: HttpRequest, error: DBAPIError) -> Response[Any]:
    return _unavailable(request, error) if error.connection_invalidated else _failed(request, error)


def _unavailable(request: HttpRequest, error: Exception) -> Response[Any]:
    log.error("The database did not answer", error=str(getattr(error, "orig", error)))
    response = answer(request, Unavailable(UNAVAILABLE))
    response.headers["Retry-After"] = "5"
    return response


def _failed(request: HttpRequest, error: Exception) -> Response[Any]:
    log.error("A request failed", exc_info=error)
    return answer(request, ParleyError(FAILED))


def _retry(request: HttpRequest) -> dict[str, Any] | None:
    """What was typed, so that the page can offer to send it again."""
    form = request.scope.get("form_fields")
    if not isinstance(form, FormFields):
        return None
    return {"action": request.scope["path"], "fields": form.fields}


def _of_desk(path: str) -> bool:
    return path == "/desk" or path.startswith("/desk/")


def _home(request: HttpRequest) -> str:
    return "/desk" if _of_desk(request.scope["path"]) else ""


def _way_back(request: HttpRequest) -> str:
    path: str = request.scope["path"]
    return "/desk/sign-in" if _of_desk(path) else "/".join(path.split("/")[:3])
