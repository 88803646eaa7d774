"""Agree to single lines and terms as they are offered now, so that the next round is about the open ones alone.

It binds nobody to the whole: that takes a signer's acceptance. Whose turn it is stays as it was.
"""

from collections.abc import Sequence

import msgspec

from portal.access import Actor, Deal, deal_for
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import rounds, shared_events
from portal.domain.ledger.board import Board
from portal.errors import Conflict, Invalid
from portal.reading.deal_page import board_events
from portal.storage import documents


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed by this; empty when all of it was agreed before."""

    subjects: tuple[str, ...]


@command("agree_to")
def agree_to(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    subjects: Sequence[str],
    revision: int,
    key: str | None = None,
) -> Agreed:
    """`revision` is the one the buyer saw. Conflict when it moved, or when an answer is still to come; Invalid when there
    is no such line or term. What is agreed already stays agreed."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Agreed:
        deal.require("counter")
        if revision != deal.revision:
            raise Conflict(
                "Revision %(revision)s arrived meanwhile. Look at it, then agree again.",
                revision=deal.revision,
            )
        answered = _answered(board_of(work, deal), tuple(dict.fromkeys(subjects)))
        if answered:
            work.append(deal_id, deal.actor, shared_events.LinesAgreed(subjects=answered, revision=revision))
        return Agreed(subjects=answered)

    return work.once(deal.actor, deal_id, "agree_to", key, [list(subjects), revision], Agreed, run)


def board_of(work: UnitOfWork, deal: Deal) -> Board:
    """The deal's board as the ledger tells it."""
    offer = documents.read_revision(work, deal.id, deal.revision).offer
    return rounds.negotiation_state(board_events.load(work, deal.id)).board(offer)


def _answered(board: Board, subjects: tuple[str, ...]) -> tuple[str, ...]:
    found = [board.row(subject) for subject in subjects]
    rows = [row for row in found if row is not None]
    if not rows or len(rows) < len(found):
        raise Invalid("There is nothing of that name to agree to. Load the page afresh.", [])
    if any(row.state == "asked" for row in rows):
        raise Conflict("There is no answer to this yet. Take your counteroffer back, or wait for the answer.")
    return tuple(row.subject for row in rows if row.state == "answered")
