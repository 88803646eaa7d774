"""Ask for changes of the offer that stands. The offer goes on standing until it is replaced, withdrawn or expired.

What lies wholly inside what the seller has pre-approved is answered in the same transaction.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import insert

from portal.access import Actor, Deal, deal_for, new_id
from portal.commands.mail.notify import notify_sellers
from portal.commands.negotiation import draft_counteroffer, open_asks
from portal.commands.negotiation.revision_seen import require_seen
from portal.commands.policy.answer_by_policy import answer_by_policy
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import cautions, counteroffer, price_ask
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.ledger import ledger, shared_events
from portal.errors import Conflict, Invalid
from portal.storage import documents, tables


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """`revision` answers it already; 0 when a person will."""

    counteroffer: str
    revision: int = 0


@command("make_counteroffer")
def make_counteroffer(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    revision: int,
    confirmed: Collection[str] = (),
    changes: Sequence[Change] | None = None,
    package: bool | None = None,
    note: str = "",
    reasons: Mapping[str, str] | None = None,
    ends: Collection[str] | None = None,
    key: str | None = None,
) -> Made:
    """Send the draft (`changes` None) or these changes.

    `revision` is the one that the buyer saw. Conflict, with what changed, when it moved. Invalid when something may not be
    asked, or is to be asked about first (see `cautions`) and its token is not among `confirmed`. Then nothing is sent.
    `ends`: the packages of the person's that may end by it; Conflict when another one would. None: any.
    """
    deal = deal_for(work, actor, deal_id)
    draft = draft_counteroffer.draft_of(work, deal)
    asked = draft.changes if changes is None else tuple(changes)
    said = dict(draft.reasons if reasons is None else reasons)
    bound = draft.package if package is None else package
    # A draft is gone once it is sent: its repetition is recognised by the key alone.
    content = [None if changes is None else asked, bound if changes else None, note]

    def run() -> Made:
        deal.require("counter")
        require_seen(work, deal, revision)
        if ends is not None and not open_asks.ended_packages(work, deal, asked) <= set(ends):
            raise Conflict("Sending this ends a package that is still open. Confirm that, then send again.")
        ask = Counteroffer(id=new_id(), base_revision=deal.revision, changes=asked, package=bound)
        _check(work, deal, ask, confirmed)
        _make(work, deal, ask, written(note, "note", required=False), said)
        if changes is None:
            draft_counteroffer.forget(work, deal)
        answered = answer_by_policy(work, deal, ask)
        _notify(work, deal, ask, answered)
        return Made(counteroffer=ask.id, revision=answered)

    return work.once(deal.actor, deal_id, "make_counteroffer", key, content, Made, run)


def _check(work: UnitOfWork, deal: Deal, ask: Counteroffer, confirmed: Collection[str]) -> None:
    offer = documents.read_revision(work, deal.id, deal.revision).offer
    problems = counteroffer.check(offer, ask.changes, today=work.now.date())
    if problems:
        raise Invalid("This counteroffer can't be sent as it is.", problems)
    cautions.require_confirmed(offer, ask.changes, confirmed)


def _make(work: UnitOfWork, deal: Deal, ask: Counteroffer, note: str, reasons: dict[str, str]) -> None:
    appended = work.append(
        deal.id,
        deal.actor,
        shared_events.CounterofferMade(
            counteroffer=ask.id,
            base_revision=ask.base_revision,
            changes=ask.changes,
            package=ask.package,
            replaces=open_asks.overtake(work, deal, ask.changes),
            nets=price_ask.asked_nets(
                documents.read_revision(work, deal.id, deal.revision).offer, ask.changes
            ),
        ),
        ledger.Personal(note=note, reasons=reasons),
    )
    work.connection.execute(
        insert(tables.counteroffer).values(
            id=ask.id,
            deal_id=deal.id,
            contact_id=deal.contact_id,
            base_revision=ask.base_revision,
            changes=msgspec.json.encode(ask.changes),
            package=ask.package,
            state="open",
            event_seq=appended.seq,
            made_at=work.now,
        )
    )


def _notify(work: UnitOfWork, deal: Deal, ask: Counteroffer, answered: int) -> None:
    happened = "answered" if answered else "counteroffer"
    facts = {"happened": happened, "who": deal.actor_name, "count": str(len(ask.changes))}
    notify_sellers(work, deal, shared_events.CounterofferMade, facts | {"revision": str(answered)})
