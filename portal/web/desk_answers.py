"""Answering a counteroffer and changing the offer: the seller's draft of the next revision, and publishing it."""

from functools import partial
from typing import Any, get_args

from litestar import Response, post

from portal.access import deal_for
from portal.commands import draft_revision
from portal.commands.publish_revision import Publication, publish_revision
from portal.domain import change
from portal.domain.change import Change
from portal.domain.counteroffer import Answer, Verdict
from portal.domain.revision import Offer
from portal.errors import Invalid, Problem, Refused
from portal.reading import answering, outcome, table
from portal.reading.outcome import Outcome
from portal.storage.session import Transaction
from portal.web.desk_deal import act, show
from portal.web.desk_request import Desk, Refusal
from portal.web.forms import FormFields
from portal.web.numbers import plain_decimal
from portal.web.request import language_of

NUMBERS = ("quantity", "unit_price", "discount_percent")


@post("/desk/deals/{deal_id:str}/publish")
async def publish(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """Answers, the seller's own edits and a note make the next revision, or wait for a manager."""
    publication = Publication(
        base_revision=int(form.one("base")[:9]) if form.one("base").isdecimal() else 0,
        answers=_answers(desk, form),
        answer_notes=form.beginning("note:"),
        note=form.one("note"),
    )
    command = partial(publish_revision, publication=publication, key=form.one("key") or None)
    return await act(desk, deal_id, "publish", form, command)


@post("/desk/deals/{deal_id:str}/outcome")
async def weigh(desk: Desk, deal_id: str, form: FormFields) -> Response[str]:
    """What publishing the answers as they are filled in would come to; nothing is kept."""
    answers = _answers(desk, form)

    def read(transaction: Transaction) -> Outcome:
        deal = deal_for(transaction, desk.actor, deal_id)
        return outcome.weigh(transaction, deal, answers, answering.own_edits(transaction, deal))

    weighed = await desk.read(read)
    return desk.services.page("desk/_outcome.html", desk.request, outcome=weighed)


@post("/desk/deals/{deal_id:str}/edits")
async def edit(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """The form "Change {line}": what differs from the offer goes into the draft of the next revision."""
    subject = form.one("subject")
    offer = await desk.read(lambda transaction: _offer(transaction, desk, deal_id))
    try:
        changes = _changes(desk, form, offer, subject)
    except Refused as error:
        return await show(desk, deal_id, Refusal.of(error, subject, form))
    return await act(desk, deal_id, subject, form, partial(draft_revision.put_changes, changes=changes))


@post("/desk/deals/{deal_id:str}/edits/remove")
async def drop_edit(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    drop = partial(draft_revision.drop_change, change_id=form.one("change"))
    return await act(desk, deal_id, "edits", form, drop)


def _offer(transaction: Transaction, desk: Desk, deal_id: str) -> Offer:
    return table.load(transaction, deal_for(transaction, desk.actor, deal_id)).offer


def _answers(desk: Desk, form: FormFields) -> tuple[Answer, ...]:
    """One for each change with a verdict; a value counts for a counter alone."""
    given = form.beginning("verdict:")
    verdicts = {
        change_id: each for change_id, text in given.items() for each in get_args(Verdict) if each == text
    }
    return tuple(
        Answer(
            change_id=change_id,
            verdict=verdict,
            value=_typed(desk, change_id, form.one(f"value:{change_id}")) if verdict == "counter" else None,
        )
        for change_id, verdict in verdicts.items()
    )


def _changes(desk: Desk, form: FormFields, offer: Offer, subject: str) -> list[Change]:
    """The changes that were filled in, in their spelling; Invalid with a problem for each that can't be read."""
    changes: list[Change] = []
    problems: list[Problem] = []
    for field in change.FIELDS:
        text = _typed(desk, field, form.one(field))
        try:
            changes += [change.spell(offer, subject, field, text)] if text else []
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid("This can't be offered.", problems)
    return changes


def _typed(desk: Desk, field: str, text: str) -> str:
    return plain_decimal(text, language_of(desk.request)) if field.endswith(NUMBERS) else text


routes = [publish, weigh, edit, drop_edit]
