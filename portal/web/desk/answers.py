"""Answering what was asked, and publishing the next revision."""

from functools import partial
from typing import Any, get_args

from litestar import Response, post

from portal.access import Deal, deal_for
from portal.commands.revision.publish_revision import Publication, publish_revision
from portal.domain.change.counteroffer import Answer, Verdict
from portal.domain.change.ended_offers import DECISIONS, Decision
from portal.reading.desk import answering, weigh_answers
from portal.reading.desk.outcome import Outcome
from portal.rendering.field_inputs import typed
from portal.storage.session import Transaction
from portal.web.desk.deal import act
from portal.web.desk.request import Desk
from portal.web.forms.form_fields import FormFields


@post("/desk/deals/{deal_id:str}/publish")
async def publish(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """Answers, the seller's own edits and a note make the next revision, or wait for a manager."""
    publication = Publication(
        base_revision=form.integer("base") or 0,
        answers=_answers(desk, form),
        answer_notes=form.beginning("note:"),
        note=form.one("note"),
        ended_offers=_decisions(form),
    )
    command = partial(publish_revision, publication=publication, key=form.one("key") or None)
    return await act(desk, deal_id, "publish", form, command)


@post("/desk/deals/{deal_id:str}/outcome")
async def weigh(desk: Desk, deal_id: str, form: FormFields) -> Response[str]:
    """What publishing the answers as they are filled in would come to; nothing is kept."""
    answers = _answers(desk, form)

    def read(transaction: Transaction) -> tuple[Deal, Outcome]:
        deal = deal_for(transaction, desk.actor, deal_id)
        edits, decisions = answering.own_edits(transaction, deal), _decisions(form)
        return deal, weigh_answers.weigh(transaction, deal, answers, edits, decisions=decisions)

    deal, weighed = await desk.read(read)
    return desk.services.page("desk/_outcome.html", desk.request, deal=deal, outcome=weighed)


def _answers(desk: Desk, form: FormFields) -> tuple[Answer, ...]:
    """One for each change with a verdict, its own or that on its whole package; a value counts for a counter alone.

    A package is countered as one: what has no value stays as asked.
    """
    packages = form.beginning("package:")
    members = form.beginning("member:")
    # A value without a verdict is a counter: who types one means it.
    countered = {change_id: "counter" for change_id, text in form.beginning("value:").items() if text}
    # So it is in a package, unless that has another verdict.
    begun = {members[change_id] for change_id in countered if change_id in members}
    packages = dict.fromkeys(begun, "counter") | packages
    whole = {change_id: packages.get(ask, "") for change_id, ask in members.items()}
    whole = {
        change_id: "accept" if verdict == "counter" and change_id not in countered else verdict
        for change_id, verdict in whole.items()
    }
    given = countered | whole | form.beginning("verdict:")
    verdicts = {
        change_id: each for change_id, text in given.items() for each in get_args(Verdict) if each == text
    }
    return tuple(
        Answer(
            change_id=change_id,
            verdict=verdict,
            value=as_spelled(desk, change_id, form.one(f"value:{change_id}"))
            if verdict == "counter"
            else None,
        )
        for change_id, verdict in verdicts.items()
    )


def _decisions(form: FormFields) -> dict[str, Decision]:
    """About used if-you-then offers whose condition the revision ends."""
    said = form.beginning("ended:")
    return {key: each for key, text in said.items() for each in DECISIONS if each == text}


def as_spelled(desk: Desk, change_id: str, text: str) -> str:
    """The value of a change as its field's rule reads it."""
    return typed(change_id.rpartition(":")[2], text, desk.language)


routes = [publish, weigh]
