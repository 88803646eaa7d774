"""Documents to keep: the proposal as a PDF, for either side."""

import asyncio
from functools import partial

from litestar import Response, get

from portal.access import Actor, BuyerSession, DeskSession, deal_for
from portal.domain.revision import Revision
from portal.reading import table
from portal.storage import documents
from portal.storage.session import Transaction
from portal.web import proposal_pdf
from portal.web.proposal_pdf import Facts
from portal.web.state import Services


@get("/deals/{deal_id:str}/proposal.pdf")
async def for_buyers(services: Services, actor: BuyerSession, deal_id: str) -> Response[bytes]:
    return await _pdf(services, actor, deal_id)


@get("/desk/deals/{deal_id:str}/proposal.pdf")
async def for_the_desk(services: Services, actor: DeskSession, deal_id: str) -> Response[bytes]:
    return await _pdf(services, actor, deal_id)


async def _pdf(services: Services, actor: Actor, deal_id: str) -> Response[bytes]:
    facts, revision = await services.database.read(partial(_read, actor=actor, deal_id=deal_id))
    content = await asyncio.to_thread(proposal_pdf.render, facts, revision)
    name = f"{facts.number}-revision-{facts.revision}.pdf"
    disposition = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=disposition)


def _read(transaction: Transaction, actor: Actor, deal_id: str) -> tuple[Facts, Revision]:
    """The current revision with what the paper says around it; NotFound before the first is published."""
    deal = deal_for(transaction, actor, deal_id)
    revision = documents.offered(transaction, deal_id, deal.revision)
    order = table.order_of(transaction, deal)
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
