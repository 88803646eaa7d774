"""What the pages of the desk share: one snapshot for a page and its frame, and refused forms with their places."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from litestar import Response
from litestar.response import Redirect

from portal.access import DeskSession
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Problem, Refused
from portal.reading.desk.frame import Frame, frame
from portal.rendering.language import speaking
from portal.request import HttpRequest, language_of, remember_language
from portal.storage.session import Transaction
from portal.web.forms.form_fields import FormFields
from portal.web.http.sessions import rep_of
from realtime.services import Services

T = TypeVar("T")
Query = Callable[[Transaction, Frame], Mapping[str, Any]]


@dataclass(frozen=True)
class Refusal:
    """A form that was not accepted: the sentence, the problems, and what had been filled in.

    `form` names the form it belongs to, so that a page with several marks the right one. Without a sentence it is a
    form that nobody has sent yet.
    """

    form: str = ""
    sentence: str = ""
    problems: Sequence[Problem] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    @classmethod
    def of(cls, error: Refused, form: str, fields: FormFields) -> "Refusal":
        """The error of a command, beside the form that led to it."""
        values = {name: fields.one(name) for name in fields.fields}
        return cls(
            form=form, sentence=error.sentence, problems=error.problems, values=values, status=error.status
        )

    def at(self, form: str, place: str) -> list[Problem]:
        """The problems at one field of one form."""
        return [problem for problem in self.problems if self.form == form and problem.place == place]

    def value(self, form: str, name: str, default: str = "") -> str:
        """What had been filled in, else what stood there."""
        return self.values.get(name, default) if self.form == form else default


UNSENT = Refusal()


@dataclass(frozen=True)
class Desk:
    """One request of somebody who is signed in; handlers get it as `desk`."""

    request: HttpRequest
    services: Services
    actor: DeskSession

    async def read(self, query: Callable[[Transaction], T]) -> T:
        return await self.services.database.read(query)

    async def write(self, command: Callable[[UnitOfWork], T]) -> T:
        return await self.services.database.write(command)

    @property
    def language(self) -> str:
        return language_of(self.request)

    async def page(self, name: str, query: Query, refused: Refusal = UNSENT) -> Response[str]:
        """A page and its frame from one snapshot. `query` gives the template's context."""

        def context(transaction: Transaction) -> dict[str, Any]:
            with speaking(self.language):
                around = frame(transaction, self.actor)
                return {"frame": around, **query(transaction, around)}

        content = await self.read(context)
        # Not in the event loop: a page of thousands of lines must not hold up the others.
        render = partial(self.services.page, name, self.request, status=refused.status, refused=refused)
        page = await asyncio.to_thread(render, **content)
        return remember_language(self.request, page)


def provide_desk(request: HttpRequest, services: Services) -> Desk:
    return Desk(request, services, rep_of(request))


def see(path: str) -> Redirect:
    """On to a page after a form was accepted, so that loading it again sends nothing twice."""
    return Redirect(path, status_code=303)
