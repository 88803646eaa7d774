"""The history of Kestrel's two deals with Oakum Foods."""

from dataclasses import replace
from datetime import timedelta

from portal.access import BuyerSession, DeskSession, deal_for
from portal.commands.conversation.keep_note import keep_note
from portal.commands.conversation.post_message import post_message
from portal.commands.deal.record_view import record_view
from portal.commands.negotiation.make_counteroffer import make_counteroffer
from portal.commands.order.accept import accept
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import spell
from portal.domain.order.acceptance import AcceptanceForm
from portal.storage import documents


def negotiate_presses(work: UnitOfWork, deal_id: str, rita: DeskSession, bea: BuyerSession) -> None:
    """Write questions, answers, and a counteroffer by Bea that waits for Rita."""
    record_view(_before(work, hours=50), bea, deal_id)
    post_message(
        _before(work, hours=49),
        bea,
        deal_id,
        body="Thank you. Does the price include the *light curtain*?",
        anchor="line:press",
    )
    post_message(
        _before(work, hours=46),
        rita,
        deal_id,
        body="It does, and the safety guard too: see what is included.",
        anchor="line:press",
    )
    post_message(
        _before(work, hours=26),
        bea,
        deal_id,
        body="We would take both units in week 12 if the price of the presses comes down a little.",
    )
    keep_note(
        _before(work, hours=25),
        rita,
        deal_id,
        body="Bea has a budget of 42,000 for equipment and installation. Ask Mia before going below the floor.",
    )
    offer = documents.read_revision(work, deal_id, 1).offer
    change = spell(offer, "line:press", "unit_price", "17200")
    make_counteroffer(
        _before(work, hours=2),
        bea,
        deal_id,
        revision=1,
        changes=[change],
        reasons={change.id: "At this price we can order this week, without asking for another offer."},
        note="Everything else is fine for us.",
    )


def accept_bench_press(work: UnitOfWork, deal_id: str, rita: DeskSession, sol: BuyerSession) -> None:
    """Write one question, one answer, and the acceptance by Sol."""
    record_view(_before(work, hours=80), sol, deal_id)
    post_message(_before(work, hours=79), sol, deal_id, body="Can it be here before the 15th?")
    post_message(
        _before(work, hours=78), rita, deal_id, body="Yes: three weeks from the order, and it is in stock."
    )
    signing = _before(work, hours=72)
    deal = deal_for(signing, sol, deal_id)
    accept(
        signing,
        sol,
        deal_id,
        AcceptanceForm(
            revision=deal.revision,
            digest=deal.digest,
            name="Sol Iversen",
            title="Head of Purchasing",
            authority=True,
            order_reference="OF-4711",
            statement=f"I accept revision {deal.revision} of proposal {deal.number} for Oakum Foods.",
            language="en",
            position=deal.position,
        ),
        address="127.0.0.1",
    )
    post_message(_before(work, hours=70), sol, deal_id, body="Ordered. When does it arrive?")


def _before(work: UnitOfWork, *, hours: int) -> UnitOfWork:
    return replace(work, now=work.now - timedelta(hours=hours))
