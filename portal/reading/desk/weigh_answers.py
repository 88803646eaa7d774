"""What publishing answers and edits would come to. For the seller's templates alone."""

from collections.abc import Mapping, Sequence

from portal.access import Deal
from portal.domain.change import answers as answer_rules
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Counteroffer
from portal.domain.change.ended_offers import Decision
from portal.domain.change.rebase import rebase
from portal.domain.change.resolve import resolve, unkept_grants
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem
from portal.reading.deal_page import asks
from portal.reading.desk.outcome import Outcome, weigh_offer
from portal.storage import documents, private_documents
from portal.storage.session import Transaction


def weigh(
    transaction: Transaction,
    deal: Deal,
    answers: Sequence[Answer],
    edits: Sequence[Change],
    *,
    publisher: str = "",
    decisions: Mapping[str, Decision] | None = None,
) -> Outcome:
    """What publishing these answers with these edits of the seller's would come to. What has no answer yet counts as
    declined; what can't be answered like that is left out, and told in `problems`. `publisher`: whose
    limits hold (an actor), when it is not whoever looks. `decisions`: about used if-you-then offers that it ends, by key;
    what is not decided counts as kept.
    """
    offer = documents.read_revision(transaction, deal.id, deal.revision).offer
    problems: list[Problem] = []
    made: list[Change] = []
    open_asks = [each.counteroffer for each in asks.load(transaction, deal.id).open]
    problems += answer_rules.problems(open_asks, answers)
    completed = answer_rules.completed(offer, open_asks, answers)
    for each in open_asks:
        made += _granted(each, completed, offer, problems)
    made = answer_rules.granted(offer, made)
    after = _applied(offer, [*made, *edits], problems)
    problems += unkept_grants(after, made)
    private = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    return weigh_offer(
        transaction,
        deal,
        offer,
        after,
        private,
        publisher=publisher,
        problems=problems,
        asked=[change.subject for change in made],
        decisions=decisions,
    )


def _granted(
    counter: Counteroffer, answers: Sequence[Answer], offer: Offer, problems: list[Problem]
) -> list[Change]:
    """What the answers to one counteroffer change. A bad one is told and left out, and the others still count."""
    by_change = {answer.change_id: answer for answer in answers}
    made: list[Change] = []
    given = {
        change.id: answer_rules.meant_by(
            offer, change, by_change.get(change.id) or Answer(change_id=change.id, verdict="decline")
        )
        for change in counter.changes
    }
    for change in counter.changes:
        single = Counteroffer(id=counter.id, base_revision=counter.base_revision, changes=(change,))
        try:
            made += resolve(single, [given[change.id]], offer)
        except Invalid as error:
            problems += error.problems
    # What the offer says already by now is no part of the package any more, unless it is answered.
    settled = {each.id for each in rebase(counter.changes, offer, offer).settled}
    asked = {each: answer for each, answer in given.items() if each in by_change or each not in settled}
    problems += answer_rules.package_problems(counter, asked)
    return made


def _applied(offer: Offer, changes: Sequence[Change], problems: list[Problem]) -> Offer:
    try:
        return apply(offer, changes, concession=True)
    except Invalid as error:
        problems += error.problems
        return offer
