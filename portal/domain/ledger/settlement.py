"""Derive the settlement board from the current offer, the open counteroffers, and the answers given so far.

Never stored. A point is agreed when somebody agreed: asked and got it (as asked, or better), took what was answered, or
accepted the offer as a whole. What nobody has spoken about is merely offered. An answer that the offer does not keep, or
a declined or countered ask, stands as answered until the buyer asks again or agrees to what is offered instead. `rounds`
derives the same board at every step of the ledger.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from portal.domain.change import change as changing
from portal.domain.change import price_ask
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import grants
from portal.domain.change.effect import effect_of
from portal.domain.change.fields import PRICE
from portal.domain.change.items import find_item, find_line_or_term
from portal.domain.ledger.board import Ask, Board, Consent, GivenAnswer, OpenAsk, Row, RowState
from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Line, Offer
from portal.errors import Invalid


def build_board(
    offer: Offer,
    asks: Sequence[Ask],
    answers: Sequence[GivenAnswer],
    consents: Mapping[str, Consent] | None = None,
    *,
    accepted: bool = False,
) -> Board:
    """The board for the current `offer`. Asks and answers come oldest first; the younger word on a question counts.

    `consents`: by subject, those that still hold (see `rounds`). `accepted`: the offer as a whole is. An ask about something
    that is gone from the offer keeps a row of its own, named by its key.
    """
    asked = [(each, _gives(offer, ask, each.change)) for ask in asks for each in _asked(offer, ask)]
    open_asks = [each for each, given in asked if not given and not accepted]
    got = [each.change for each, given in asked if given]
    answered = _youngest(offer, answers, got)
    unmet = [each for each in answered if not _keeps(offer, each)]
    got += [each.answer.change for each in answered if _keeps(offer, each)]
    names = {f"line:{line.key}": line.name for line in offer.lines}
    names |= {f"term:{term.key}": term.name for term in offer.terms}
    said = [*(each.answer.change for each in unmet), *(each.change for each in open_asks)]
    names |= {change.subject: _called(offer, change) for change in said if change.subject not in names}
    names |= {
        subject: _called(offer, change) for change in got if (subject := _subject_of(change)) not in names
    }
    held = consents or {}
    agreed = {*names} if accepted else {*held, *(_subject_of(change) for change in got)}
    rows = tuple(
        _row(
            subject,
            name,
            tuple(each for each in open_asks if each.change.subject == subject),
            tuple(each for each in unmet if each.answer.change.subject == subject),
            None if accepted else held.get(subject),
            agreed=subject in agreed,
            whole=accepted,
        )
        for subject, name in names.items()
    )
    return Board(rows=rows, gap=_gap(offer, rows))


def gap(offer: Offer, row: Row) -> Decimal:
    """What lies between the two on this row alone, over the whole contract, net. Rows of one offer need not add up to the
    board's: two asks on one line have one price."""
    return _gap(offer, [row])


def _asked(offer: Offer, ask: Ask) -> list[OpenAsk]:
    return [
        OpenAsk(
            change=change,
            offered=_offered(offer, change),
            counteroffer=ask.counteroffer.id,
            package=ask.counteroffer.package,
            by=ask.by,
            since=ask.since,
            net=ask.nets.get(change.subject, "") if change.field in PRICE else "",
        )
        for change in ask.counteroffer.changes
    ]


def _gives(offer: Offer, ask: Ask, change: Change) -> bool:
    return grants(offer, ask.counteroffer.changes, change, ask.nets)


def _offered(offer: Offer, change: Change) -> str | None:
    return changing.stated(offer, change)


def _called(offer: Offer, change: Change) -> str:
    """What is asked about and is no line or term of the offer: a wish by its words, what is gone by its key."""
    if change.field == "wish":
        return spelling.wished(change.value).words
    found = find_item(offer, change.subject)
    return found.name if found else change.key


def _subject_of(change: Change) -> str:
    """The row that a change speaks of: a wish that was granted is a line."""
    return f"line:{change.key}" if change.field == "wish" else change.subject


def _youngest(offer: Offer, answers: Sequence[GivenAnswer], got: Iterable[Change]) -> list[GivenAnswer]:
    """The last word on each question that nothing has settled since. Two people who asked the same were answered at once."""
    last = {price_ask.question(each.answer.change): each.at for each in answers}
    settled = {price_ask.question(change) for change in got}
    return [
        each
        for each in answers
        if (question := price_ask.question(each.answer.change)) not in settled
        and last[question] == each.at
        and not each.overtaken
        and _offered(offer, each.answer.change) is not None
    ]


def _keeps(offer: Offer, given: GivenAnswer) -> bool:
    """Whether the offer says what was asked then."""
    return grants(offer, [given.answer.change], given.answer.change, given.nets)


def _row(
    subject: str,
    name: str,
    asks: tuple[OpenAsk, ...],
    answers: tuple[GivenAnswer, ...],
    consent: Consent | None,
    *,
    agreed: bool,
    whole: bool,
) -> Row:
    if asks:
        return Row(subject=subject, name=name, state="asked", asks=asks, answers=answers)
    if answers and not whole:
        state: RowState = "agreed" if consent else "answered"
        return Row(subject=subject, name=name, state=state, answers=answers, consent=consent)
    return Row(subject=subject, name=name, state="agreed" if agreed else "offered", answers=answers)


def _gap(offer: Offer, rows: Iterable[Row]) -> Decimal:
    said = sorted((each for row in rows for each in row.wanted), key=lambda each: each[0])
    wanted = _together(offer, [change for _, change in said])
    return effect_of(offer, wanted).gap if wanted else money.amount(money.ZERO, offer.currency)


def _together(offer: Offer, asked: Iterable[Change]) -> list[Change]:
    """One change for each thing asked, the youngest; what no longer fits the offer has no price."""
    wanted: dict[str, Change] = {}
    for change in asked:
        item = find_line_or_term(offer, change.subject)
        try:
            changing.spell(offer, change.subject, change.field, change.value)
        except Invalid:
            continue
        group = item.choice_group if change.field == "choice" and isinstance(item, Line) else None
        wanted[f"group:{group}" if group else change.id] = change
    return list(wanted.values())
