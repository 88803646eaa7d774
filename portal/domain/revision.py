"""What a revision says to the buyer, as one canonical document, and what only the seller knows, as another.

`canonical_bytes` is the one spelling: sorted keys, decimal strings at a fixed scale, UTF-8 in NFC, every field present.
`digest` is SHA-256 of those bytes. A revision's number is not part of its content: equal offers have equal bytes.
"""

import hashlib
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec.structs import force_setattr

from portal.domain import money

Billing = Literal["once", "month", "year"]
PriceSource = Literal["list", "break", "negotiated"]
Negotiable = Literal["quantity", "unit_price", "discount_percent", "delivery_date"]


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a document, spelled in one way on construction: decimals take six places, instants are in UTC.

    A field that is an amount is rounded by `totals`. ValueError for a datetime without a zone.
    """

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Decimal) and name not in _AMOUNTS:
                force_setattr(self, name, money.six(value))
            elif isinstance(value, datetime):
                if value.tzinfo is None:
                    raise ValueError(f"{name} needs a time zone")
                force_setattr(self, name, value.astimezone(UTC))


# Amounts stand at their currency's scale, which a part of a document does not know.
_AMOUNTS = frozenset({"net", "tax", "total", "taxable"})


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
    """One step of a price build-up, per `price_base_quantity`; the steps sum to the net unit price."""

    label: str
    amount: Decimal


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


class Adjustment(_Document, frozen=True, kw_only=True):
    """A discount or charge on the whole deal: `amount` once, or `percent` of each group. Exactly one of the two."""

    key: str
    label: str
    kind: Literal["discount", "charge"]
    amount: Decimal | None = None
    percent: Decimal | None = None
    tax: Tax | None = None


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

    def line(self, key: str) -> Line | None:
        return next((line for line in self.lines if line.key == key), None)

    def term(self, key: str) -> Term | None:
        return next((term for term in self.terms if term.key == key), None)


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


def _nfc(value: Any) -> Any:
    # Before encoding, not after: in encoded text a combining mark may follow the letter of an escape.
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_nfc(key): _nfc(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_nfc(item) for item in value]
    return value


def canonical_bytes(document: msgspec.Struct) -> bytes:
    """The one spelling of a document."""
    return msgspec.json.encode(_nfc(msgspec.to_builtins(document)), order="sorted")


def digest(document: bytes) -> str:
    """SHA-256 of a document's canonical bytes, lower-case hex."""
    return hashlib.sha256(document).hexdigest()


_revision = msgspec.json.Decoder(Revision)
_private = msgspec.json.Decoder(PrivateFigures)


def decode(document: bytes) -> Revision:
    """The revision that canonical bytes spell."""
    return _revision.decode(document)


def decode_private(document: bytes) -> PrivateFigures:
    return _private.decode(document)
