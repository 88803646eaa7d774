"""What the seller allows without asking: policies, the caps of a deal, what each rep may publish alone."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from litestar import Response, get, post

from portal.access import require
from portal.commands.policy import set_guard_rail, write_policy
from portal.database.unit_of_work import UnitOfWork
from portal.domain.policy.authority import Authority
from portal.domain.policy.policy import Caps, Policy
from portal.errors import Invalid, NotAllowed, Problem, Refused
from portal.reading.desk import installation, policies, policy_preview
from portal.reading.desk.frame import Frame
from portal.rendering.language import gettext as _
from portal.storage.session import Transaction
from portal.web.desk.request import UNSENT, Desk, Refusal, see
from portal.web.forms import policy_form
from portal.web.forms.form_fields import FormFields

PAGE = "/desk/policies"
FRESH = Policy(name="")


@get(PAGE)
async def list_policies(desk: Desk) -> Response[str]:
    return await _page(desk)


@get("/desk/policies/new")
async def new_policy(desk: Desk) -> Response[str]:
    return await _form(desk, "")


@post("/desk/policies/new", status_code=200)
async def add_policy(desk: Desk, form: FormFields) -> Response[Any]:
    """`step` is "preview", which keeps nothing, or "save"."""
    return await _sent(desk, "", form)


@get("/desk/policies/{policy_id:str}")
async def show_policy(desk: Desk, policy_id: str) -> Response[str]:
    return await _form(desk, policy_id)


@post("/desk/policies/{policy_id:str}", status_code=200)
async def change_policy(desk: Desk, policy_id: str, form: FormFields) -> Response[Any]:
    return await _sent(desk, policy_id, form)


@post("/desk/policies/{policy_id:str}/switch")
async def switch(desk: Desk, policy_id: str, form: FormFields) -> Response[Any]:
    turn = partial(write_policy.switch_policy, policy_id=policy_id, active=form.checked("active"))
    return await _set(desk, "policies", form, lambda: partial(turn, actor=desk.actor))


@post("/desk/policies/caps")
async def set_caps(desk: Desk, form: FormFields) -> Response[Any]:
    def command() -> Callable[[UnitOfWork], Any]:
        problems: list[Problem] = []
        share = policy_form.percent(form, "concession_percent", desk.language, problems)
        uses = policy_form.count(form, "uses", problems)
        day = policy_form.percent(form, "day_percent", desk.language, problems)
        if problems or share is None:
            raise Invalid(_("Some fields can't be read."), problems)
        caps = Caps(uses=uses, concession_percent=share, day_percent=day)
        return partial(set_guard_rail.set_caps, actor=desk.actor, caps=caps)

    return await _set(desk, "caps", form, command)


@post("/desk/policies/reps/{rep_id:str}")
async def set_authority(desk: Desk, rep_id: str, form: FormFields) -> Response[Any]:
    def command() -> Callable[[UnitOfWork], Any]:
        problems: list[Problem] = []
        read = partial(policy_form.percent, form, language=desk.language, problems=problems)
        limits = Authority(
            discount_percent=read("discount_percent"), concession_percent=read("concession_percent")
        )
        if problems:
            raise Invalid(_("Some fields can't be read."), problems)
        return partial(set_guard_rail.set_authority, actor=desk.actor, rep_id=rep_id, authority=limits)

    return await _set(desk, f"rep-{rep_id}", form, command)


async def _set(
    desk: Desk, name: str, form: FormFields, command: Callable[[], Callable[[UnitOfWork], Any]]
) -> Response[Any]:
    try:
        await desk.write(command())
    except Refused as error:
        return await _page(desk, Refusal.of(error, name, form))
    return see(f"{PAGE}#{name}")


async def _page(desk: Desk, refused: Refusal = UNSENT) -> Response[str]:
    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        return {"rails": policies.load(transaction)}

    return await desk.page("desk/policies.html", read, refused)


async def _sent(desk: Desk, policy_id: str, form: FormFields) -> Response[Any]:
    """Kept, or shown again with what it would have answered."""
    try:
        # Nothing is read for somebody who may not write it, a preview neither.
        await desk.read(partial(require, actor=desk.actor, capability="set_policies"))
        policy = policy_form.read(form, desk.language)
        if form.one("step") == "save":
            command = partial(write_policy.write_policy, policy=policy, policy_id=policy_id or None)
            await desk.write(partial(command, actor=desk.actor))
            return see(PAGE)
    except Refused as error:
        return await _form(desk, policy_id, Refusal.of(error, "policy", form))
    as_typed = Refusal(form="policy", values={name: form.one(name) for name in form.fields})
    return await _form(desk, policy_id, as_typed, policy)


async def _form(
    desk: Desk, policy_id: str, refused: Refusal = UNSENT, policy: Policy | None = None
) -> Response[str]:
    """`policy`: what was typed, when it could be read; else what is stored."""

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        if not frame.may("set_policies") and not policy_id:
            raise NotAllowed(_("A manager writes policies."))
        stored = policies.one(transaction, policy_id) if policy_id else FRESH
        shown = policy or stored
        return {
            "policy": shown,
            "policy_id": policy_id,
            "typed": policy_form.typed(shown),
            "colleagues": installation.colleagues(transaction),
            "preview": policy_preview.preview(transaction, shown) if policy_id or policy else None,
        }

    return await desk.page("desk/policy.html", read, refused)


routes = [
    *(list_policies, new_policy, add_policy, show_policy, change_policy, switch),
    *(set_caps, set_authority),
]
