"""How answers resolve a counteroffer: the changes that they make, and what was granted and is not kept."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from portal.domain.change import answers as answer_rules
from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Counteroffer
from portal.domain.offer.revision import Offer
from portal.errors import Amount, Invalid, Problem


def resolve(counter: Counteroffer, answers: Sequence[Answer], offer: Offer) -> list[Change]:
    """The changes that answering makes to `offer`, in the order asked; Invalid, with every problem, when it can't be done.

    Each change needs one answer. A package is accepted or declined whole, or countered as a package: each of its changes
    gets a counter or stays as asked. A counter by the asked value accepts.
    A target and a wish are among them: they change nothing by themselves, and `unkept_grants` says whether the revision
    keeps them.
    """
    asked = {change.id: change for change in counter.changes}
    given: dict[str, Answer] = {}
    problems = []
    for answer in answers:
        if answer.change_id not in asked:
            problems.append(
                Problem(answer.change_id, "This was not asked in this counteroffer.", "Leave it out.")
            )
        elif answer.change_id in given:
            problems.append(Problem(answer.change_id, "This change is answered twice.", "Keep one answer."))
        given[answer.change_id] = answer
    missing = [change_id for change_id in asked if change_id not in given]
    problems += [
        Problem(change_id, "This change has no answer.", "Accept, decline or counter it.")
        for change_id in missing
    ]
    if problems:
        raise Invalid("Every change needs exactly one answer.", problems)
    given = {change.id: answer_rules.meant_by(offer, change, given[change.id]) for change in counter.changes}
    if halved := answer_rules.package_problems(counter, given):
        raise Invalid("This counteroffer is a package: answer it as one.", halved)

    made = []
    for change in counter.changes:
        try:
            made += _made(offer, change, given[change.id])
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid("Some of these answers can't be given.", problems)
    return made


def unkept_grants(offered: Offer, made: Iterable[Change]) -> list[Problem]:
    """What was granted and is not in the revision `offered`: an overall price that it exceeds, a line that is missing."""
    problems = []
    for change in made:
        if change.field == "target" and not changing.met(offered, change):
            net = changing.current(offered, change)
            problems.append(
                Problem.of(
                    change.id,
                    "The revision would come to %(net)s net, and %(granted)s is granted.",
                    "Lower prices in your own changes until it fits, or counter with another overall price.",
                    net=Amount(Decimal(net), offered.currency),
                    granted=Amount(Decimal(change.value), offered.currency),
                )
            )
        if change.field == "wish" and not changing.met(offered, change):
            problems.append(
                Problem.of(
                    change.id,
                    "Nothing in this revision answers the wish for %(value)s.",
                    "Add a line for it, or decline it.",
                    value=change.value,
                )
            )
    return problems


def _made(offer: Offer, change: Change, answer: Answer) -> list[Change]:
    if answer.verdict == "decline":
        return []
    if answer.verdict == "accept":
        return [changing.spell(offer, change.subject, change.field, change.value)]
    if change.field == "wish":
        raise Invalid.field(
            change.id, "A wish is granted or declined.", "Accept it with the line that you offer instead."
        )
    if answer.value is None or not answer.value.strip():
        raise Invalid.field(change.id, "A counter needs a value.", "Fill in what you propose instead.")
    proposed = changing.spell(offer, change.subject, change.field, answer.value)
    if proposed.value == changing.current(offer, change):
        if change.field == "discount_percent" and proposed.value == "0":
            # It comes with a counter of the line's net price.
            return []
        raise Invalid.field(
            change.id,
            "This is what the proposal offers already.",
            "Decline instead, or propose another value.",
        )
    return [proposed]
