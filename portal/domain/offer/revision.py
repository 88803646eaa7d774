"""What a revision says to the buyer, as one canonical document, and what only the seller knows, as another.

`canonical_bytes` is the one spelling, and `digest` SHA-256 of those bytes. A revision's number is not part of its content:
equal offers have equal bytes.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from portal.domain.offer import document, money
from portal.domain.offer.document import Document as _Document
from portal.domain.offer.document import since

canonical_bytes, digest, schema_of = document.canonical_bytes, document.digest, document.schema_of

Billing = Literal["once", "month", "year"]
PriceSource = Literal["list", "break", "negotiated"]
Negotiable = Literal["quantity", "unit_price", "discount_percent", "delivery_date", "warranty_months"]
StepCode = Literal["quoted", "volume", "below_volume", "concession", "change", "standing_offer"]
TermKind = Literal["payment", "delivery", "warranty", "other"]


class Address(_Document, frozen=True, kw_only=True):
    street: str = ""
    street2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


class Person(_Document, frozen=True, kw_only=True):
    """The seller's contact named on the offer. Buyers' contacts are rows of their own, so that they can be erased."""

    name: str = ""
    email: str = ""
    phone: str = ""


class Party(_Document, frozen=True, kw_only=True):
    name: str
    tax_id: str = ""
    address: Address = Address()
    contact: Person = Person()


class Tax(_Document, frozen=True, kw_only=True):
    """Category by UNCL 5305 (S, Z, E, AE, K, G, O, L, M), rate in percent; reason and code (VATEX) when exempt."""

    category: str = "S"
    rate: Decimal = money.ZERO
    reason: str = ""
    reason_code: str = ""


class WhyStep(_Document, frozen=True, kw_only=True):
    """One step of a price build-up, per `price_base_quantity`; the steps sum to the net unit price.

    `label` is in the deal's language. `code` says what the step is, with the quantity of a volume price, the round of
    negotiation, or the key of the if-you-then offer.
    """

    label: str
    amount: Decimal
    code: Annotated[StepCode | None, since(2)] = None
    quantity: Annotated[Decimal | None, since(2)] = None
    round_number: Annotated[int | None, since(2)] = None
    standing_offer: Annotated[str | None, since(2)] = None


class PriceBreak(_Document, frozen=True, kw_only=True):
    """From this quantity on, this unit price (before discount)."""

    start: Decimal = msgspec.field(name="from")
    unit_price: Decimal


class Bounds(_Document, frozen=True, kw_only=True):
    """Limits on the quantity, told to the buyer. `step` counts from `min_quantity` (or zero)."""

    min_quantity: Decimal | None = None
    max_quantity: Decimal | None = None
    step: Decimal | None = None


class Line(_Document, frozen=True, kw_only=True):
    """A priced position. `unit_price` is before `discount_percent` and for `price_base_quantity` units."""

    key: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    sku: str = ""
    description: str = ""
    section: str = ""
    unit: str = "C62"
    price_base_quantity: Decimal = Decimal(1)
    list_price: Decimal | None = None
    discount_percent: Decimal = money.ZERO
    price_source: PriceSource = "list"
    billing: Billing = "once"
    periods: int = 1
    tax: Tax = Tax()
    why: tuple[WhyStep, ...] = ()
    explanation: str = ""
    includes: tuple[str, ...] = ()
    optional: bool = False
    selected: bool = True
    choice_group: str | None = None
    negotiable: tuple[Negotiable, ...] = ()
    bounds: Bounds = Bounds()
    price_breaks: tuple[PriceBreak, ...] = ()
    lead_time_days: int | None = None
    delivery_date: date | None = None
    fulfilment: str = ""
    warranty_months: Annotated[int | None, since(3)] = None
    # A price besides the breaks that the line left with its quantity: negotiated, from its quantity on; or, from zero,
    # quoted below the first break.
    held: Annotated[PriceBreak | None, since(4)] = None

    @property
    def net_unit_price(self) -> Decimal:
        """unit_price x (1 - discount), six places, per `price_base_quantity`."""
        keep = (Decimal(100) - self.discount_percent).scaleb(-2)
        return money.six(money.times(self.unit_price, keep))


class Term(_Document, frozen=True, kw_only=True):
    key: str
    name: str
    value: str
    options: tuple[str, ...] = ()
    negotiable: bool = False
    kind: Annotated[TermKind | None, since(2)] = None


class Adjustment(_Document, frozen=True, kw_only=True):
    """A discount or charge on the whole deal: `amount` once, or `percent` of each group. Exactly one of the two."""

    key: str
    label: str
    kind: Literal["discount", "charge"]
    amount: Decimal | None = None
    percent: Decimal | None = None
    tax: Tax | None = None


class Condition(_Document, frozen=True, kw_only=True):
    """Of a line (`min_quantity`, or that it is taken: `selected`), or of a term (`value`). One of the three."""

    line: str = ""
    min_quantity: Decimal | None = None
    selected: bool = False
    term: str = ""
    value: str = ""


class Consequence(_Document, frozen=True, kw_only=True):
    """What the line then costs: at a discount, or at a unit price before its discount. One of the two."""

    line: str
    discount_percent: Decimal | None = None
    unit_price: Decimal | None = None


class StandingOffer(_Document, frozen=True, kw_only=True):
    """If-then, published with the revision: all of `when` gives all of `then`. `taken`: a buyer has taken it."""

    key: str
    label: str
    when: tuple[Condition, ...]
    then: tuple[Consequence, ...]
    taken: bool = False


class Sum(_Document, frozen=True, kw_only=True):
    """Three amounts of the revision's currency; total = net + tax."""

    net: Decimal
    tax: Decimal
    total: Decimal


class TaxGroup(_Document, frozen=True, kw_only=True):
    """What is taxed alike, per period of its billing (EN 16931 BG-23)."""

    billing: Billing
    category: str
    rate: Decimal
    reason: str = ""
    reason_code: str = ""
    taxable: Decimal
    tax: Decimal


class LineTotal(_Document, frozen=True, kw_only=True):
    """A line's net per period; zero when the line is not selected."""

    key: str
    net: Decimal


class AdjustmentTotal(_Document, frozen=True, kw_only=True):
    """What one adjustment comes to, signed (a discount is negative), per billing."""

    key: str
    billing: Billing
    net: Decimal


class Totals(_Document, frozen=True, kw_only=True):
    """What the buyer pays: once, per month, per year, and over the whole contract."""

    once: Sum
    month: Sum | None = None
    year: Sum | None = None
    contract: Sum
    lines: tuple[LineTotal, ...] = ()
    adjustments: tuple[AdjustmentTotal, ...] = ()
    groups: tuple[TaxGroup, ...] = ()


class Offer(_Document, frozen=True, kw_only=True):
    """The priced content without its totals: what intake makes and what negotiation changes."""

    title: str
    currency: str
    language: str
    introduction: str = ""
    valid_until: date
    valid_until_instant: datetime
    time_zone: str
    seller: Party
    buyer: Party
    delivery: Address = Address()
    lines: tuple[Line, ...]
    terms: tuple[Term, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    standing_offers: tuple[StandingOffer, ...] = ()

    def line(self, key: str) -> Line | None:
        return next((line for line in self.lines if line.key == key), None)

    def term(self, key: str) -> Term | None:
        return next((term for term in self.terms if term.key == key), None)

    def adjustment(self, key: str) -> Adjustment | None:
        return next((each for each in self.adjustments if each.key == key), None)

    def standing_offer(self, key: str) -> StandingOffer | None:
        return next((each for each in self.standing_offers if each.key == key), None)


class Revision(_Document, frozen=True, kw_only=True):
    """An offer with its totals: everything the buyer is offered, and nothing else."""

    offer: Offer
    totals: Totals


class LinePrivate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What only the seller knows of a line. Prices are net per `price_base_quantity`."""

    unit_cost: Decimal | None = None
    floor_unit_price: Decimal | None = None
    auto_accept_unit_price: Decimal | None = None


class PrivateFigures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The private document of a revision, by line key. Never handed to code that renders for buyers."""

    lines: dict[str, LinePrivate] = {}


_revision = msgspec.json.Decoder(Revision)
_private = msgspec.json.Decoder(PrivateFigures)


def decode(stored: bytes) -> Revision:
    """The revision that canonical bytes spell."""
    return _revision.decode(stored)


def decode_private(stored: bytes) -> PrivateFigures:
    return _private.decode(stored)
