"""The order that an acceptance creates: what was agreed, as one canonical document.

Amounts are the revision's own: an order never computes a price again. Only what was selected stands in it, and nothing
that was merely negotiable. `work_order.work_orders` makes its parts for operations, accounting and analysis.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from portal.domain.offer import totals
from portal.domain.offer.document import since
from portal.domain.offer.revision import (
    Address,
    Adjustment,
    Billing,
    Line,
    Offer,
    Party,
    PriceSource,
    Revision,
    Sum,
    Tax,
    TaxGroup,
    TermKind,
    Totals,
)

GENERAL = "general"


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a document that leaves the house. Decimals come from a revision and keep its scale."""


class Signatory(Document, frozen=True, kw_only=True):
    """Who accepted, as typed."""

    name: str
    title: str = ""


class Supplied(Document, frozen=True, kw_only=True):
    """What is delivered of a line; `periods` of `billing` for a service that recurs."""

    key: str
    sku: str
    name: str
    description: str
    section: str
    quantity: Decimal
    unit: str
    billing: Billing
    periods: int
    includes: tuple[str, ...]
    lead_time_days: int | None
    delivery_date: date | None
    warranty_months: Annotated[int | None, since(3)] = None


class OrderLine(Supplied, frozen=True, kw_only=True):
    """A selected line. `net` is per period of `billing`; `net_unit_price` is after discount, per `price_base_quantity`."""

    unit_price: Decimal
    price_base_quantity: Decimal
    list_price: Decimal | None
    discount_percent: Decimal
    net_unit_price: Decimal
    price_source: PriceSource
    net: Decimal
    tax: Tax
    fulfilment: str


class OrderTerm(Document, frozen=True, kw_only=True):
    key: str
    name: str
    value: str
    kind: Annotated[TermKind | None, since(2)] = None


class Share(Document, frozen=True, kw_only=True):
    """What an adjustment adds to one tax group in one period; signed, a discount is negative."""

    adjustment: str
    category: str
    rate: Decimal
    net: Decimal


class Instalment(Document, frozen=True, kw_only=True):
    """Periods `first` to `first + periods - 1` of a billing, in which the same lines are billed; `due` is for one period.

    The one with billing "once" falls due at acceptance. Each instalment's `due` times its `periods`, summed, is the
    contract's total.
    """

    billing: Billing
    first: int
    periods: int
    due: Sum
    groups: tuple[TaxGroup, ...]
    adjustments: tuple[Share, ...]


class OrderDocument(Document, frozen=True, kw_only=True):
    """`deal` is the deal's id, `digest` that of the accepted revision, `accepted_at` in UTC."""

    document: Literal["order"] = "order"
    version: Literal[1] = 1
    number: str
    deal: str
    deal_number: str
    external_id: str
    revision: int
    digest: str
    accepted_at: datetime
    accepted_by: Signatory
    order_reference: str
    title: str
    language: str
    currency: str
    seller: Party
    buyer: Party
    delivery: Address
    lines: tuple[OrderLine, ...]
    terms: tuple[OrderTerm, ...]
    adjustments: tuple[Adjustment, ...]
    totals: Totals
    schedule: tuple[Instalment, ...]
    fulfilment: tuple[str, ...]

    @property
    def due(self) -> Instalment:
        """What falls due at acceptance."""
        return self.schedule[0]


def order_document(
    revision: Revision,
    *,
    number: str,
    deal_id: str,
    deal_number: str,
    external_id: str,
    revision_number: int,
    digest: str,
    accepted_at: datetime,
    name: str,
    title: str = "",
    order_reference: str = "",
) -> OrderDocument:
    """The order for an accepted revision. `name` and `title` are the signer's, `order_reference` the buyer's own number."""
    offer = revision.offer
    nets = {line.key: line.net for line in revision.totals.lines}
    lines = tuple(_line(line, nets) for line in offer.lines if line.selected)
    return OrderDocument(
        number=number,
        deal=deal_id,
        deal_number=deal_number,
        external_id=external_id,
        revision=revision_number,
        digest=digest,
        accepted_at=accepted_at,
        accepted_by=Signatory(name=name, title=title),
        order_reference=order_reference,
        title=offer.title,
        language=offer.language,
        currency=offer.currency,
        seller=offer.seller,
        buyer=offer.buyer,
        delivery=offer.delivery,
        lines=lines,
        terms=tuple(
            OrderTerm(key=term.key, name=term.name, value=term.value, kind=term.kind) for term in offer.terms
        ),
        adjustments=offer.adjustments,
        totals=revision.totals,
        schedule=tuple(_instalment(offer, phase) for phase in totals.phases(offer)),
        fulfilment=tuple(sorted({line.fulfilment for line in lines})),
    )


def _line(line: Line, nets: Mapping[str, Decimal]) -> OrderLine:
    facts = {name: getattr(line, name) for name in OrderLine.__struct_fields__ if name != "net"}
    return OrderLine(**facts | {"net": nets[line.key], "fulfilment": line.fulfilment or GENERAL})


def _instalment(offer: Offer, phase: totals.Phase) -> Instalment:
    shares = [
        Share(adjustment=adjustment.key, category=category, rate=rate, net=net)
        for adjustment in offer.adjustments
        for (category, rate), net in sorted(totals.phase_shares(offer, phase, adjustment).items())
    ]
    return Instalment(
        billing=phase.billing,
        first=phase.first,
        periods=phase.periods,
        due=totals.phase_sum(offer, phase),
        groups=tuple(totals.phase_groups(offer, phase)),
        adjustments=tuple(shares),
    )


_order = msgspec.json.Decoder(OrderDocument)


def decode(document: bytes) -> OrderDocument:
    """The order that canonical bytes spell."""
    return _order.decode(document)
