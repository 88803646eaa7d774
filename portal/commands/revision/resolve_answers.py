"""What the answers to all open asks change, and how the ledger keeps them."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from portal.access import Deal
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import answers as answer_rules
from portal.domain.change import change as changing
from portal.domain.change import price_ask
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Counteroffer
from portal.domain.change.fields import PRICE
from portal.domain.change.items import find_item
from portal.domain.change.rebase import rebase
from portal.domain.change.resolve import resolve
from portal.domain.ledger import shared_events
from portal.domain.offer.revision import Offer
from portal.errors import Conflict, Invalid, Problem
from portal.storage import documents


def resolve_answers(
    work: UnitOfWork, deal: Deal, offer: Offer, open_asks: Sequence[Counteroffer], answers: Sequence[Answer]
) -> tuple[list[Change], list[shared_events.Answered]]:
    """What the answers change, and how the ledger keeps them. All asks are looked at before anything is refused."""
    known = {change.id for ask in open_asks for change in ask.changes}
    problems: list[Problem] = answer_rules.problems(open_asks, answers)
    stray = [answer.change_id for answer in answers if answer.change_id not in known]
    if stray:
        raise Conflict("One of these requests is no longer open. Reload the deal.")
    answers = answer_rules.completed(offer, open_asks, answers)
    made: list[Change] = []
    kept: list[shared_events.Answered] = []
    for ask in open_asks:
        base = documents.read_revision(work, deal.id, ask.base_revision).offer
        settled = {change.id for change in rebase(ask.changes, base, offer).settled}
        ids = {change.id for change in ask.changes}
        own = [answer for answer in answers if answer.change_id in ids]
        given = {answer.change_id for answer in own}
        # What the offer says already by now needs no answer of its own, in a package that is declined neither.
        left = tuple(change for change in ask.changes if change.id in given or change.id not in settled)
        try:
            made += resolve(replace(ask, changes=left), own, offer)
        except Invalid as error:
            problems += error.problems
            continue
        own += [Answer(change_id=each, verdict="accept") for each in settled - given]
        nets = price_ask.asked_nets(base, ask.changes)
        kept += [_kept(base, offer, change, own, nets) for change in ask.changes]
    if problems:
        raise Invalid("Answer these requests first.", problems)
    return answer_rules.granted(offer, made), kept


def _kept(
    base: Offer, offer: Offer, change: Change, answers: Sequence[Answer], nets: Mapping[str, str]
) -> shared_events.Answered:
    answer = next(each for each in answers if each.change_id == change.id)
    answer = answer_rules.meant_by(offer, change, answer)
    # Of what is gone from the offer, what it said when it was asked about.
    offered = changing.current(offer if find_item(offer, change.subject) else base, change)
    values = {"accept": change.value, "decline": offered}
    if answer.verdict == "counter":
        values["counter"] = changing.spell(offer, change.subject, change.field, answer.value or "").value
    return shared_events.Answered(
        change=change,
        verdict=answer.verdict,
        offered=offered,
        answered=values[answer.verdict],
        net=nets.get(change.subject, "") if change.field in PRICE else "",
    )


def as_published(offered: Offer, answered: shared_events.Answered) -> shared_events.Answered:
    """A total and a wish are answered by what the revision as a whole comes to."""
    if answered.change.field not in ("target", "wish") or answered.verdict == "decline":
        return answered
    return replace(answered, answered=changing.current(offered, answered.change))
