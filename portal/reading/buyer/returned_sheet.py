"""What a returned sheet asks of the revision that stands, whichever revision it was made of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from portal.access import Deal
from portal.domain.change import counteroffer
from portal.domain.change.change import Change, current
from portal.domain.change.effect import Effect, effect_of
from portal.domain.change.fields import parse_value
from portal.domain.change.rebase import Conflict, rebase
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem
from portal.intake.sheet.grid import unreadable
from portal.intake.sheet.returned_row import SheetChanges
from portal.intake.sheet.returned_sheet import read_returned
from portal.intake.sheet.returned_table import Sheet, Words
from portal.reading.deal_page import lines, visible_revisions
from portal.reading.deal_page.asks import AskView
from portal.storage import documents, tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class SheetChange:
    """One change on the page: on what, what is offered and what is asked; `was` when the offer moved since the sheet."""

    subject: str
    name: str
    ask: AskView
    was: object = None
    moved: bool = False
    taken: bool = True


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`changes` go into the draft. `shown` has the conflicts, too, which do so only when the buyer insists (`taken`)."""

    base: int
    present: int
    changes: tuple[Change, ...]
    shown: tuple[SheetChange, ...]
    settled: tuple[str, ...]
    reasons: Mapping[str, str]
    places: Mapping[str, str]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    effect: Effect | None

    def placed(self, problem: Problem) -> Problem:
        """The problem of a change, at its cell."""
        return Problem(self.places.get(problem.place, problem.place), problem.message, problem.hint)


def asked_by(
    transaction: Transaction, deal: Deal, sheet: Sheet, words: Words, *, anyway: Collection[str] = ()
) -> Asked:
    """What the sheet asks, carried over to the current revision. `anyway`: ids of conflicts that are asked all the same.

    Invalid when the sheet was made of no revision of this deal.
    """
    number = _revision_of(transaction, deal, sheet.digest)
    base = documents.read_revision(transaction, deal.id, number).offer
    offer = documents.read_revision(transaction, deal.id, deal.revision).offer
    found = read_returned(sheet, base, words)
    rebased = rebase(found.changes, base, offer)
    insisted = [
        each.change
        for each in rebased.conflicts
        if each.change.id in anyway and each.current_value is not None
    ]
    asked = (*rebased.carried, *insisted)
    checked = counteroffer.check(offer, asked, today=transaction.now.date()) if asked else []
    problems = (*found.problems, *(_placed(found, each) for each in checked))
    names = lines.names(base) | lines.names(offer)
    return Asked(
        base=number,
        present=deal.revision,
        changes=asked,
        shown=(
            *(_shown(offer, change, names, found) for change in rebased.carried),
            *(_conflict(each, names, found, taken=each.change.id in anyway) for each in rebased.conflicts),
        ),
        settled=tuple(names[each.subject] for each in rebased.settled),
        reasons=found.reasons,
        places=found.places,
        problems=problems,
        remarks=tuple(found.remarks),
        effect=None if problems or not asked else _effect(offer, asked),
    )


def _revision_of(transaction: Transaction, deal: Deal, digest: str) -> int:
    """The newest revision with these bytes."""
    revision = tables.revision.c
    hidden = visible_revisions.hidden_from(transaction, deal)
    found = transaction.connection.execute(
        select(revision.number)
        .where(revision.deal_id == deal.id, revision.digest == digest, revision.number.not_in(hidden))
        .order_by(revision.number.desc())
        .limit(1)
    ).scalar()
    if found is None:
        raise unreadable(
            "It was made of another proposal, or its fingerprint is gone.", "Download the sheet again."
        )
    return int(found)


def _effect(offer: Offer, asked: tuple[Change, ...]) -> Effect | None:
    try:
        return effect_of(offer, asked)
    except Invalid:
        return None


def _placed(found: SheetChanges, problem: Problem) -> Problem:
    return Problem(found.places.get(problem.place, problem.place), problem.message, problem.hint)


def _shown(offer: Offer, change: Change, names: Mapping[str, str], found: SheetChanges) -> SheetChange:
    return SheetChange(
        subject=change.subject,
        name=names[change.subject],
        ask=_view(change, current(offer, change), found),
    )


def _conflict(
    conflict: Conflict, names: Mapping[str, str], found: SheetChanges, *, taken: bool
) -> SheetChange:
    change = conflict.change
    # A choice is told by the keys of lines, and reads as yes or no here.
    field = "value" if change.field == "choice" else change.field
    now = conflict.current_value
    return SheetChange(
        subject=change.subject,
        name=names[change.subject],
        ask=_view(change, now if field == change.field else "false", found),
        was=parse_value(field, conflict.base_value),
        moved=True,
        taken=taken and now is not None,
    )


def _view(change: Change, offered: str | None, found: SheetChanges) -> AskView:
    return AskView(
        id=change.id,
        field=change.field,
        offered=parse_value(change.field, offered),
        asked=parse_value(change.field, change.value),
        asked_text=change.value,
        reason=found.reasons.get(change.id, ""),
    )
