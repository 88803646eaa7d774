"""Documents to keep: the proposal as a PDF and the sealed receipt, for either side."""

import asyncio
import base64
from functools import partial

import msgspec
from litestar import Response, get

from portal.access import Actor, BuyerSession, DeskSession, deal_for
from portal.domain.offer.revision import Revision
from portal.domain.order.receipt import Receipt
from portal.reading.deal_page import ending, receipts
from portal.rendering import proposal_pdf
from portal.rendering.proposal_pdf import Facts
from portal.seal import seal_key
from portal.storage import documents
from portal.storage.session import Transaction
from portal.web.public.join import PUBLIC
from realtime.services import Services


@get("/deals/{deal_id:str}/proposal.pdf")
async def for_buyers(services: Services, actor: BuyerSession, deal_id: str) -> Response[bytes]:
    return await _pdf(services, actor, deal_id)


@get("/desk/deals/{deal_id:str}/proposal.pdf")
async def for_the_desk(services: Services, actor: DeskSession, deal_id: str) -> Response[bytes]:
    return await _pdf(services, actor, deal_id)


@get("/deals/{deal_id:str}/receipt.json")
async def receipt_for_buyers(services: Services, actor: BuyerSession, deal_id: str) -> Response[bytes]:
    return await _receipt(services, actor, deal_id)


@get("/desk/deals/{deal_id:str}/receipt.json")
async def receipt_for_the_desk(services: Services, actor: DeskSession, deal_id: str) -> Response[bytes]:
    return await _receipt(services, actor, deal_id)


@get("/.well-known/parley-keys.json", opt=PUBLIC)
async def keys(services: Services) -> dict[str, list[dict[str, str]]]:
    """The public keys that seal receipts here, for whoever wants to know where one comes from."""
    key = await asyncio.to_thread(seal_key, services.settings)
    public = base64.b64encode(key.public).decode()
    return {"keys": [{"algorithm": "Ed25519", "fingerprint": key.fingerprint, "public_key": public}]}


async def _receipt(services: Services, actor: Actor, deal_id: str) -> Response[bytes]:
    def read(transaction: Transaction) -> Receipt:
        return receipts.receipt(transaction, deal_for(transaction, actor, deal_id))

    receipt = await services.database.read(read)
    key = await asyncio.to_thread(seal_key, services.settings)
    name = f"{receipt.order}-receipt.json"
    content = msgspec.json.format(msgspec.json.encode(key.seal(receipt)), indent=2)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/json", headers=disposition)


async def _pdf(services: Services, actor: Actor, deal_id: str) -> Response[bytes]:
    facts, revision = await services.database.read(partial(_read, actor=actor, deal_id=deal_id))
    content = await proposal_pdf.render(facts, revision)
    name = f"{facts.number}-revision-{facts.revision}.pdf"
    disposition = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=disposition)


def _read(transaction: Transaction, actor: Actor, deal_id: str) -> tuple[Facts, Revision]:
    """The current revision with what the paper says around it; NotFound before the first is published."""
    deal = deal_for(transaction, actor, deal_id)
    revision = documents.read_revision(transaction, deal_id, deal.revision)
    order = ending.order_of(transaction, deal)
    facts = Facts(
        number=deal.number,
        revision=deal.revision,
        digest=deal.digest,
        published_at=documents.published_at(transaction, deal_id, deal.revision),
        language=deal.language,
        accepted_by=order.by if order else "",
        accepted_on=order.at if order else None,
        order=order.number if order else "",
    )
    return facts, revision


public_routes = [keys]
buyer_routes = [for_buyers, receipt_for_buyers]
desk_routes = [for_the_desk, receipt_for_the_desk]
