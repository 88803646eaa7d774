"""What a buyer decides alone, because the offer prices it already: options, choice groups, if-you-then offers."""

from functools import partial
from typing import Any

from litestar import Response, post

from portal.access import Actor
from portal.commands.negotiation import choose as choosing
from portal.commands.negotiation import take_offer
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import Change
from portal.errors import Invalid
from portal.rendering.language import gettext as _
from portal.rendering.regions import dom_id
from portal.web.buyer.visit import Visit
from portal.web.forms.form_fields import FormFields


@post("/deals/{deal_id:str}/choices", status_code=200)
async def choose(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """Tick an option or choose another line of a group; `choice` is the change's id and its value."""
    identity, _sep, value = form.one("choice").rpartition(":")
    subject, _sep, field = identity.rpartition(":")
    revision = form.integer("revision") or 0
    pick = partial(_choose, subject=subject, field=field, value=value, revision=revision)
    place = dom_id(subject)
    return await visit.attempt(
        deal_id, pick, at=place, emptied=[f"[id='problem-{place}']"], problems_at=subject
    )


@post("/deals/{deal_id:str}/offers/{standing:str}/take", status_code=200)
async def take(visit: Visit, deal_id: str, standing: str, form: FormFields) -> Response[Any]:
    """A standing offer, as a whole."""
    accept = partial(take_offer.take_offer, offer=standing, revision=form.integer("revision") or 0)
    place = f"offer-{standing}"
    return await visit.attempt(
        deal_id, accept, at=place, emptied=[f"[id='problem-{place}']"], problems_at=f"standing:{standing}"
    )


def _choose(
    work: UnitOfWork, actor: Actor, deal_id: str, *, subject: str, field: str, value: str, revision: int
) -> object:
    return choosing.choose(work, actor, deal_id, changes=[_change(subject, field, value)], revision=revision)


def _change(subject: str, field: str, value: str) -> Change:
    if field not in ("selected", "choice"):
        raise Invalid(_("This can't be chosen."), [])
    return Change(subject=subject, field="choice" if field == "choice" else "selected", value=value)


routes = [choose, take]
