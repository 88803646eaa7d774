"""Accept: one conditional UPDATE on revision, digest, state and validity decides; the order comes with it or not at all."""

import msgspec
from sqlalchemy import func, insert, select

from portal.access import Actor, BuyerSession, Deal, deal_for
from portal.commands.deal.transition import close_asks, move
from portal.commands.mail.notify import notify_buyers, notify_sellers
from portal.commands.order import place_order
from portal.commands.order.place_order import Placed
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger, shared_events
from portal.domain.offer.revision import Revision, canonical_bytes
from portal.domain.order.acceptance import AcceptanceForm, Evidence
from portal.errors import Conflict, Invalid, Problem
from portal.storage import documents, tables


@command("accept")
def accept(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    form: AcceptanceForm,
    *,
    key: str | None = None,
    address: str = "",
    agent: str = "",
) -> Placed:
    """The order. A repetition gives the first result; Conflict when the revision moved or the deal was closed meanwhile."""
    deal = deal_for(work, actor, deal_id)
    asked = [form.revision, form.digest, form.name, form.title, form.authority, form.order_reference]

    def run() -> Placed:
        earlier = _own_earlier(work, deal, form)
        if earlier is not None:
            return earlier
        deal.require("accept")
        clean = _checked(form)
        _take(work, deal, clean)
        # From here on the deal is closed: whatever was still asked ends with it.
        close_asks(work, deal, "accepted")
        revision = documents.read_revision(work, deal_id, clean.revision)
        evidence = _evidence(work, actor, deal, clean, revision, address, agent)
        work.connection.execute(
            insert(tables.acceptance).values(
                deal_id=deal_id,
                contact_id=deal.contact_id,
                revision=clean.revision,
                digest=clean.digest,
                evidence=canonical_bytes(evidence),
                at=work.now,
            )
        )
        placed = place_order.place_order(work, deal, revision, clean)
        digests = place_order.document_digests(work, placed, canonical_bytes(evidence))
        _append_and_notify(work, deal, revision, clean, placed, digests)
        return placed

    return work.once(deal.actor, deal_id, "accept", key, asked, Placed, run)


def _checked(form: AcceptanceForm) -> AcceptanceForm:
    problems = []
    if not form.authority:
        problems.append(Problem("authority", "Confirm that you are authorised to accept this proposal."))
    fields = {}
    for field, longest, required in (
        ("name", 200, True),
        ("title", 200, False),
        ("order_reference", 100, False),
    ):
        try:
            fields[field] = written(getattr(form, field), field, longest=longest, required=required)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid("The acceptance is not complete.", problems)
    return msgspec.structs.replace(form, **fields)


def _take(work: UnitOfWork, deal: Deal, form: AcceptanceForm) -> None:
    row = tables.deal
    as_seen = (
        row.c.revision == form.revision,
        row.c.digest == form.digest,
        row.c.state == "open",
        row.c.valid_until > work.now,
    )
    if not move(work, deal, "accept", only_if=as_seen):
        raise Conflict(
            "Revision %(newer)s arrived while you were reading revision %(read)s. "
            "Look at what changed, then accept the new one.",
            newer=deal.revision,
            read=form.revision,
        )


def _own_earlier(work: UnitOfWork, deal: Deal, form: AcceptanceForm) -> Placed | None:
    """The order that the same person placed for the same revision: a double click, a retry, the back button."""
    found = work.connection.execute(
        select(tables.acceptance.c.contact_id).where(
            tables.acceptance.c.deal_id == deal.id,
            tables.acceptance.c.revision == form.revision,
            tables.acceptance.c.digest == form.digest,
        )
    ).first()
    return place_order.placed(work, deal) if found and found.contact_id == deal.contact_id else None


def _evidence(  # noqa: PLR0917 - what an acceptance must keep comes from many places
    work: UnitOfWork,
    actor: Actor,
    deal: Deal,
    form: AcceptanceForm,
    revision: Revision,
    address: str,
    agent: str,
) -> Evidence:
    link, person = tables.grant, tables.contact
    session_id = actor.id if isinstance(actor, BuyerSession) else ""
    how = work.connection.execute(
        select(link.c.channel, link.c.issued_by, link.c.issued_at, person.c.email)
        .join_from(tables.session_grant, link, link.c.id == tables.session_grant.c.grant_id)
        .join(person, person.c.id == link.c.contact_id)
        .where(tables.session_grant.c.session_id == session_id, tables.session_grant.c.deal_id == deal.id)
    ).one()
    totals = revision.totals
    return Evidence(
        deal=deal.id,
        number=deal.number,
        revision=form.revision,
        digest=form.digest,
        statement=form.statement,
        language=form.language,
        name=form.name,
        title=form.title,
        authority=form.authority,
        order_reference=form.order_reference,
        contact=deal.actor,
        email=how.email,
        link_channel=how.channel,
        link_issued_by=how.issued_by,
        link_issued_at=how.issued_at,
        at=work.now,
        address=address,
        agent=agent[:500],
        position_seen=_at_table(work, deal, form.position),
        currency=revision.offer.currency,
        once_total=str(totals.once.total),
        contract_net=str(totals.contract.net),
        contract_tax=str(totals.contract.tax),
        contract_total=str(totals.contract.total),
    )


def _at_table(work: UnitOfWork, deal: Deal, position: int) -> int:
    """How many of the table's events the page had shown: both sides keep the evidence, and one must not count by it what
    the other said among themselves."""
    event = tables.event.c
    seen = select(func.count()).where(
        event.deal_id == deal.id,
        event.audience == "table",
        tables.own_before(deal.id, "buyer", position + 1),
    )
    return int(work.connection.execute(seen).scalar_one())


def _append_and_notify(  # noqa: PLR0917 - what was accepted, and what it made
    work: UnitOfWork,
    deal: Deal,
    revision: Revision,
    form: AcceptanceForm,
    placed: Placed,
    digests: dict[str, str],
) -> None:
    work.append(
        deal.id,
        deal.actor,
        shared_events.Accepted(
            revision=form.revision,
            digest=form.digest,
            order=placed.number,
            total=str(revision.totals.contract.total),
            currency=revision.offer.currency,
        ),
        ledger.Personal(name=form.name, title=form.title, documents=digests),
    )
    facts = {"order": placed.number, "revision": str(form.revision), "signer": form.name}
    statement = {"digest": form.digest, "statement": form.statement}
    notify_buyers(work, deal, shared_events.Accepted, revision.offer, facts | statement)
    notify_sellers(work, deal, shared_events.Accepted, facts)
