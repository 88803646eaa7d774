"""What a buyer decides alone, because the offer prices it already: options, choice groups, if-you-then offers.

They are put together in the tray, shown with before and after, and sent once.
"""

from functools import partial
from typing import Any

from litestar import Response, post

from portal.access import Actor
from portal.commands.negotiation import compose as composing
from portal.commands.negotiation import draft_counteroffer
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import Change
from portal.domain.change.published_prices import CHOICES
from portal.errors import Invalid
from portal.rendering.language import gettext as _
from portal.rendering.regions import dom_id
from portal.web.buyer.closing import CLOSING
from portal.web.buyer.visit import Visit
from portal.web.forms.form_fields import FormFields


@post("/deals/{deal_id:str}/choices", status_code=200)
async def choose(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """Tick an option or choose another line of a group; `choice` is the change's id and its value."""
    return await _put(visit, deal_id, form.one("choice"), form.integer("revision") or 0)


@post("/deals/{deal_id:str}/offers/{standing:str}/take", status_code=200)
async def take(visit: Visit, deal_id: str, standing: str, form: FormFields) -> Response[Any]:
    """Use an if-you-then offer."""
    return await _put(visit, deal_id, f"standing:{standing}:use:true", form.integer("revision") or 0)


@post("/deals/{deal_id:str}/composition", status_code=200)
async def compose(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """Send what was shown: `choice` once or more, of the `revision` that was seen."""
    send = partial(
        _compose,
        choices=form.all("choice"),
        revision=form.integer("revision") or 0,
        key=form.one("key") or None,
    )
    return await visit.attempt(deal_id, send, **CLOSING, dialog="compose")


async def _put(visit: Visit, deal_id: str, choice: str, revision: int) -> Response[Any]:
    """Into the tray; nothing is sent."""
    subject = choice.rpartition(":")[0].rpartition(":")[0]
    kind, _sep, key = subject.partition(":")
    place = f"offer-{key}" if kind == "standing" else dom_id(subject)
    put = partial(_put_choice, choice=choice, revision=revision)
    return await visit.attempt(
        deal_id, put, at="tray", emptied=[f"[id='problem-{place}']"], problems_at=subject
    )


def _put_choice(work: UnitOfWork, actor: Actor, deal_id: str, *, choice: str, revision: int) -> object:
    return draft_counteroffer.put_changes(work, actor, deal_id, changes=[_change(choice)], revision=revision)


def _compose(
    work: UnitOfWork, actor: Actor, deal_id: str, *, choices: list[str], revision: int, key: str | None
) -> object:
    changes = [_change(choice) for choice in choices]
    return composing.compose(work, actor, deal_id, changes=changes, revision=revision, key=key)


def _change(choice: str) -> Change:
    """What `SUBJECT:FIELD:VALUE` says; Invalid when it is no choice."""
    identity, _sep, value = choice.rpartition(":")
    subject, _sep, field = identity.rpartition(":")
    for each in CHOICES:
        if each == field:
            return Change(subject=subject, field=each, value=value)
    raise Invalid(_("This can't be chosen."), [])


routes = [choose, take, compose]
