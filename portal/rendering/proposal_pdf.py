"""A revision as a PDF (PDF/A-3b), set by typst from the revision's own figures: nothing is computed here.

A child process does the setting (`portal.rendering.typesetting`).

The same revision gives the same bytes, dated with its publication, so one rendering serves everybody.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from portal.domain.offer.revision import Address, Billing, Line, Party, Revision
from portal.errors import Overloaded
from portal.lru_cache import LruCache
from portal.reading.deal_page.deal_level_items import deal_level_items
from portal.reading.deal_page.summary import Part, summary
from portal.rendering import typesetting
from portal.rendering.field_values import facts_of, quantity, tax_label, unit_price
from portal.rendering.formats import amount, day, moment, money
from portal.rendering.language import gettext as _
from portal.rendering.language import ngettext, speaking
from portal.rendering.pdf_standing_offer import standing_offer
from portal.sandbox.pool import Overrun, Pool, Work

POOL = Pool(
    Work("portal.rendering.typesetting:answer", seconds=20, processor_seconds=20, memory=400 * 1024 * 1024)
)
# Bytes of documents that are kept.
CACHE: LruCache[bytes] = LruCache(32 * 1024 * 1024, len)
_making: "dict[Facts, asyncio.Future[bytes]]" = {}


class Facts(msgspec.Struct, frozen=True):
    """What stands on the paper beside the revision. `accepted` is a sentence, "" before acceptance."""

    number: str
    revision: int
    digest: str
    published_at: datetime
    language: str
    accepted_by: str = ""
    accepted_on: datetime | None = None
    order: str = ""


async def render(facts: Facts, revision: Revision) -> bytes:
    """Return the document, made by a child process. Overloaded when too many wait, or when it takes too much.

    Who asks for what is being made waits for the same one.
    """
    if (known := CACHE.get(facts)) is not None:
        return known
    making = _making.get(facts)
    if making is None:
        making = _making[facts] = asyncio.ensure_future(_make(facts, revision))
        making.add_done_callback(lambda done: _forget(facts, done))
    return await asyncio.shield(making)


async def _make(facts: Facts, revision: Revision) -> bytes:
    try:
        return CACHE.put(facts, await POOL.run(await asyncio.to_thread(_request, facts, revision)))
    except Overrun:
        raise Overloaded(
            "The PDF takes more time or memory than there is for one right now. Try again in a minute."
        ) from None


def _forget(facts: Facts, done: "asyncio.Future[bytes]") -> None:
    _making.pop(facts, None)
    if not done.cancelled():
        done.exception()  # whoever still waits gets it


def _request(facts: Facts, revision: Revision) -> bytes:
    with speaking(facts.language):
        return typesetting.request(_document(facts, revision), int(facts.published_at.timestamp()))


def _document(facts: Facts, revision: Revision) -> dict[str, object]:
    offer = revision.offer
    zone = ZoneInfo(offer.time_zone)
    nets = {line.key: line.net for line in revision.totals.lines}
    whole = summary(revision, None)
    return {
        "title": offer.title,
        "language": facts.language.partition("-")[0],
        "head": _("Proposal %(number)s, revision %(revision)s")
        % {"number": facts.number, "revision": facts.revision},
        "validity": _("valid until %(day)s (%(zone)s)")
        % {"day": day(offer.valid_until, zone), "zone": offer.time_zone},
        "digest": facts.digest,
        "introduction": offer.introduction,
        "seller": _party(offer.seller),
        "buyer": _party(offer.buyer),
        "lines": [_line(line, nets[line.key], offer.currency) for line in offer.lines],
        "parts": [_part(part, offer.currency) for part in whole.parts],
        "contract": _contract(whole.contract.net, whole.contract.total, offer.currency)
        if whole.recurring
        else None,
        "standing": [
            standing_offer(each, offer.currency)
            for each in deal_level_items(revision).standing
            # Once it is accepted, nothing can be taken any more.
            if each.offer.taken or facts.accepted_on is None
        ],
        "terms": [{"name": term.name, "value": term.value} for term in offer.terms],
        "accepted": _accepted(facts, offer.buyer.name, zone),
        "words": {
            "digest": _("SHA-256"),
            "seller": _("Seller"),
            "buyer": _("Buyer"),
            "lines": _("Line items"),
            "amounts": _("Amounts in %(currency)s, net") % {"currency": offer.currency},
            "line": _("Line"),
            "price": _("Quantity and price"),
            "net": _("Net"),
            "terms": _("Terms"),
            "standing": _("If-you-then offers"),
        },
    }


def _party(party: Party) -> dict[str, object]:
    lines = [*_address(party.address), *([party.tax_id] if party.tax_id else [])]
    return {"name": party.name, "lines": lines}


def _address(address: Address) -> Iterator[str]:
    yield from filter(None, (address.street, address.street2))
    yield from filter(None, [" ".join(filter(None, (address.postcode, address.city)))])
    yield from filter(None, [", ".join(filter(None, (address.region, address.country)))])


def _line(line: Line, net: Decimal, currency: str) -> dict[str, object]:
    price = f"{quantity(line.quantity, line.unit)} × {unit_price(line.net_unit_price, line, currency)}"
    return {
        "name": line.name,
        "selected": line.selected,
        "notes": [*filter(None, (line.sku, line.description)), *facts_of(line), *line.includes],
        "price": price,
        "net": amount(net, currency) if line.selected else _("not included"),
        "per": _per(line),
    }


def _per(line: Line) -> str:
    if line.billing == "once":
        return ""
    per = {"month": _("per month"), "year": _("per year")}[line.billing]
    return f"{per}, {_lasting(line.billing, line.periods)}"


def _lasting(billing: Billing, periods: int) -> str:
    """For how many periods, as the page says it."""
    if billing == "month":
        return ngettext("for %(count)s month", "for %(count)s months", periods) % {"count": periods}
    return ngettext("for %(count)s year", "for %(count)s years", periods) % {"count": periods}


def _part(part: Part, currency: str) -> dict[str, object]:
    name, due = {
        "once": (_("One-off"), _("Due once")),
        "month": (_("Monthly"), _("Due per month")),
        "year": (_("Yearly"), _("Due per year")),
    }[part.billing]
    rows = (
        [(_("Lines"), part.lines), *((each.label, each.net) for each in part.adjustments)]
        if part.adjustments
        else []
    )
    rows.append((_("Net"), part.sum.net))
    rows += [(tax_label(tax, len(part.taxes), currency), tax.tax) for tax in part.taxes]
    return {
        "name": name,
        "due": due,
        "total": money(part.sum.total, currency),
        "rows": [{"label": label, "amount": amount(value, currency)} for label, value in rows],
    }


def _contract(net: Decimal, total: Decimal, currency: str) -> list[dict[str, str]]:
    return [
        {"label": _("Whole contract, net"), "amount": money(net, currency)},
        {"label": _("Whole contract with tax"), "amount": money(total, currency)},
    ]


def _accepted(facts: Facts, company: str, zone: ZoneInfo) -> str:
    if facts.accepted_on is None:
        return ""
    said = _("Accepted by %(name)s for %(company)s, %(moment)s, as order %(order)s.")
    when = moment(facts.accepted_on, zone)
    return said % {"name": facts.accepted_by, "company": company, "moment": when, "order": facts.order}
