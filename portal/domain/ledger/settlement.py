"""Derive the settlement board from the current offer, the open counteroffers, and the answers given so far.

Never stored. What nobody has asked about is agreed. A declined or countered ask stands as answered until the buyer asks
again, agrees to what is offered instead, or the offer says what was asked. `rounds` derives the same board at every step
of the ledger.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import grants
from portal.domain.change.effect import effect_of
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
) -> Board:
    """The board for the current `offer`. Asks and answers come oldest first; the younger word on a field counts.

    `consents`: by subject, those that still hold (see `rounds`). An ask about something that is gone from the offer keeps
    a row of its own, named by its key.
    """
    open_asks = [each for ask in asks for each in _open(offer, ask)]
    unmet = _unmet(offer, answers)
    names = {f"line:{line.key}": line.name for line in offer.lines}
    names |= {f"term:{term.key}": term.name for term in offer.terms}
    said = [*(given.answer.change for given in unmet), *(each.change for each in open_asks)]
    names |= {change.subject: _called(offer, change) for change in said if change.subject not in names}
    held = consents or {}
    rows = tuple(_row(subject, name, open_asks, unmet, held.get(subject)) for subject, name in names.items())
    return Board(rows=rows, gap=_gap(offer, rows))


def gap(offer: Offer, row: Row) -> Decimal:
    """What lies between the two on this row alone, over the whole contract, net. Rows of one offer need not add up to the
    board's: two asks on one line have one price."""
    return _gap(offer, [row])


def _open(offer: Offer, ask: Ask) -> list[OpenAsk]:
    """What of a counteroffer the offer does not say yet."""
    open_asks = [
        OpenAsk(
            change=change,
            offered=_offered(offer, change),
            counteroffer=ask.counteroffer.id,
            package=ask.counteroffer.package,
            by=ask.by,
            since=ask.since,
        )
        for change in ask.counteroffer.changes
    ]
    asked = ask.counteroffer.changes
    return [each for each in open_asks if not grants(offer, asked, each.change)]


def _offered(offer: Offer, change: Change) -> str | None:
    return changing.stated(offer, change)


def _called(offer: Offer, change: Change) -> str:
    """What is asked about and is no line or term of the offer: a wish by its words, what is gone by its key."""
    if change.field == "wish":
        return spelling.wished(change.value).words
    found = find_item(offer, change.subject)
    return found.name if found else change.key


def _unmet(offer: Offer, answers: Sequence[GivenAnswer]) -> list[GivenAnswer]:
    latest = {given.answer.change.id: given for given in answers}
    return [
        given
        for given in latest.values()
        if given.answer.verdict != "accept"
        and _offered(offer, given.answer.change) is not None
        and not changing.met(offer, given.answer.change)
    ]


def _row(
    subject: str,
    name: str,
    open_asks: Sequence[OpenAsk],
    unmet: Sequence[GivenAnswer],
    consent: Consent | None,
) -> Row:
    asks = tuple(each for each in open_asks if each.change.subject == subject)
    answers = tuple(each for each in unmet if each.answer.change.subject == subject)
    if asks:
        return Row(subject=subject, name=name, state="asked", asks=asks, answers=answers)
    state: RowState = "answered" if answers and not consent else "agreed"
    return Row(subject=subject, name=name, state=state, answers=answers, consent=consent if answers else None)


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
