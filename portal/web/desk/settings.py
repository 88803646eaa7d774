"""The seller's own house: reps, sessions, receivers of orders."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from litestar import Response, get, post

from portal.commands.mail.set_reminders import choose_own_reminders, set_response_goal
from portal.commands.order import configure_receiver
from portal.commands.people.add_rep import add_rep
from portal.commands.people.name_seller import name_seller
from portal.commands.people.revoke_session import revoke_session
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Refused
from portal.reading.desk import installation
from portal.reading.desk.frame import Frame
from portal.storage.session import Transaction
from portal.web.desk.request import UNSENT, Desk, Refusal, see
from portal.web.forms.form_fields import FormFields

PAGE = "/desk/settings"


@get(PAGE)
async def show_settings(desk: Desk) -> Response[str]:
    return await _page(desk)


@post("/desk/settings/seller")
async def name(desk: Desk, form: FormFields) -> Response[Any]:
    hue = form.integer("hue")
    named = partial(name_seller, name=form.one("name"), hue=-1 if hue is None else hue)
    return await _set(desk, "seller", form, partial(named, actor=desk.actor))


@post("/desk/settings/response-goal")
async def set_goal(desk: Desk, form: FormFields) -> Response[Any]:
    goal = partial(set_response_goal, hours=form.integer("hours") or 0)
    return await _set(desk, "reminders", form, partial(goal, actor=desk.actor))


@post("/desk/settings/reminders")
async def choose_own(desk: Desk, form: FormFields) -> Response[Any]:
    wanted = partial(choose_own_reminders, waiting=form.checked("waiting"))
    return await _set(desk, "reminders", form, partial(wanted, actor=desk.actor))


@post("/desk/settings/reps")
async def add_colleague(desk: Desk, form: FormFields) -> Response[Any]:
    rep = partial(add_rep, email=form.one("email"), name=form.one("name"), role=form.one("role"))
    return await _set(desk, "rep", form, partial(rep, actor=desk.actor))


@post("/desk/settings/sessions/{session_id:str}/revoke")
async def end_session(desk: Desk, session_id: str, form: FormFields) -> Response[Any]:
    return await _set(
        desk, "sessions", form, partial(revoke_session, actor=desk.actor, session_id=session_id)
    )


@post("/desk/settings/receivers")
async def add_receiver(desk: Desk, form: FormFields) -> Response[Any]:
    """A webhook's secret is shown in this one answer and can't be read again."""
    add = partial(configure_receiver.add_receiver, kind=form.one("kind"), transport=form.one("transport"))
    add = partial(add, target=form.one("target"), format=form.one("format"))
    demo = desk.services.settings.environment == "demo"
    try:
        made = await desk.write(partial(add, actor=desk.actor, demo=demo))
    except Refused as error:
        return await _page(desk, Refusal.of(error, "receiver", form))
    return await _page(desk, secret=made) if made.secret else see(f"{PAGE}#receivers")


@post("/desk/settings/receivers/{receiver_id:str}/secret")
async def new_secret(desk: Desk, receiver_id: str, form: FormFields) -> Response[Any]:
    try:
        made = await desk.write(
            partial(configure_receiver.replace_secret, actor=desk.actor, receiver_id=receiver_id)
        )
    except Refused as error:
        return await _page(desk, Refusal.of(error, "receivers", form))
    return await _page(desk, secret=made)


@post("/desk/settings/receivers/{receiver_id:str}/switch")
async def switch_receiver(desk: Desk, receiver_id: str, form: FormFields) -> Response[Any]:
    switch = partial(
        configure_receiver.switch_receiver, receiver_id=receiver_id, active=form.checked("active")
    )
    return await _set(desk, "receivers", form, partial(switch, actor=desk.actor))


@post("/desk/settings/receivers/{receiver_id:str}/remove")
async def remove_receiver(desk: Desk, receiver_id: str, form: FormFields) -> Response[Any]:
    remove = partial(configure_receiver.remove_receiver, receiver_id=receiver_id)
    return await _set(desk, "receivers", form, partial(remove, actor=desk.actor))


async def _set(
    desk: Desk, name: str, form: FormFields, command: Callable[[UnitOfWork], Any]
) -> Response[Any]:
    try:
        await desk.write(command)
    except Refused as error:
        return await _page(desk, Refusal.of(error, name, form))
    return see(f"{PAGE}#{name}")


async def _page(
    desk: Desk, refused: Refusal = UNSENT, secret: configure_receiver.Configured | None = None
) -> Response[str]:
    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        return {"house": installation.load(transaction, frame.rep, desk.actor.id), "secret": secret}

    return await desk.page("desk/settings.html", read, refused)


routes = [
    *(show_settings, name, set_goal, choose_own, add_colleague, end_session, add_receiver),
    *(new_secret, switch_receiver, remove_receiver),
]
