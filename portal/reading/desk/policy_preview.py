"""What a policy would have answered of the newest counteroffers: the same rule over what is stored. For the seller."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import parse_value
from portal.domain.change.items import find_line_or_term
from portal.domain.ledger import ledger, shared_events
from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer
from portal.domain.policy import auto_answer
from portal.domain.policy import policy as policies
from portal.domain.policy.auto_answer import Judgement
from portal.domain.policy.checks import Before
from portal.domain.policy.policy import Policy, Used
from portal.domain.policy.situation import Situation
from portal.storage import documents, guard_rails, private_documents, tables
from portal.storage.session import Transaction

NEWEST = 20
# Stands for the policy that is being written, which may have no id yet.
THIS = "this"


@dataclass(frozen=True, kw_only=True)
class AskedThen:
    """One change of a counteroffer, as it was offered and asked then."""

    change: Change
    name: str
    offered: Value
    asked: Value
    line: Line | None


@dataclass(frozen=True, kw_only=True)
class Would:
    """A counteroffer that it would have answered, and what that would have given away, net, over the contract."""

    deal_id: str
    number: str
    title: str
    company: str
    currency: str
    at: datetime
    concession: Decimal
    asked: tuple[AskedThen, ...]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`of`: how many counteroffers were looked at; `would` is newest first."""

    of: int
    would: tuple[Would, ...]


class _SoFar:
    """What it would have used up by then: tries by deal and rep's revision, uses by deal."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, int], set[str]] = {}
        self.uses: Counter[str] = Counter()
        self.given: dict[str, Decimal] = {}

    def used(self, deal_id: str) -> Used:
        return Used(uses=self.uses[deal_id], concession=self.given.get(deal_id, money.ZERO))


def preview(transaction: Transaction, policy: Policy) -> Preview:
    """Of the newest counteroffers those that it would have answered, and that nothing else had allowed already.

    Prices, floors and costs are those of the revision that was asked about; tries and caps count from the oldest looked at.
    """
    rows, so_far, would = _newest(transaction), _SoFar(), []
    for row in reversed(rows):
        found = _judged(transaction, row, policy, so_far)
        if found:
            would.append(found)
    return Preview(of=len(rows), would=tuple(reversed(would)))


def _newest(transaction: Transaction) -> list[Any]:
    event, deal = tables.event, tables.deal
    query = (
        select(
            event.c.body,
            event.c.at,
            deal.c.id,
            deal.c.number,
            deal.c.title,
            deal.c.company,
            deal.c.currency,
            deal.c.owner_id,
        )
        .join(deal, deal.c.id == event.c.deal_id)
        .where(tables.kind_is("counteroffer"))
        .order_by(event.c.at.desc(), event.c.deal_id, event.c.seq.desc())
        .limit(NEWEST)
    )
    return list(transaction.connection.execute(query).all())


def _judged(transaction: Transaction, row: Any, policy: Policy, so_far: _SoFar) -> Would | None:
    made = ledger.decode_body(row.body)
    assert isinstance(made, shared_events.CounterofferMade)
    offer = documents.read_revision(transaction, row.id, made.base_revision).offer
    since = guard_rails.read_last_rep_revision(transaction, row.id, made.base_revision)
    spent, used = so_far.spent.setdefault((row.id, since), set()), so_far.used(row.id)
    concerned = policies.concerns(policy, row.company, row.owner_id)
    judged = auto_answer.judge(
        Situation(
            before=Before(current=offer, first=offer),
            changes=made.changes,
            private=private_documents.read_private_figures(transaction, row.id, made.base_revision),
            policies={THIS: policy} if concerned else {},
            caps=guard_rails.read_caps(transaction),
            spent=frozenset(spent),
            used=used,
            used_by={THIS: used},
        )
    )
    spent |= judged.tries
    if not judged.granted or THIS not in judged.conceded_by:
        return None
    so_far.uses[row.id] += 1
    so_far.given[row.id] = money.add([used.concession, judged.concession])
    return _would(row, offer, made.changes, judged)


def _would(row: Any, offer: Offer, changes: tuple[Change, ...], judged: Judgement) -> Would:
    facts: Mapping[str, Any] = row._mapping
    head = {name: facts[name] for name in ("number", "title", "company", "currency", "at")}
    return Would(
        deal_id=row.id,
        concession=judged.concession,
        asked=tuple(_asked(offer, change) for change in changes),
        **head,
    )


def _asked(offer: Offer, change: Change) -> AskedThen:
    item = find_line_or_term(offer, change.subject)
    return AskedThen(
        change=change,
        name=item.name if item else change.key,
        offered=parse_value(change.field, changing.current(offer, change)),
        asked=parse_value(change.field, change.value),
        line=item if isinstance(item, Line) else None,
    )
