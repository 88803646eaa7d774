"""The step shared by giving more time and reopening: the same offer, valid until another day, as the next revision."""

from datetime import date

from msgspec.structs import replace

from portal.access import Deal
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear_unchanged
from portal.commands.revision.publish import Published
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal.lifecycle import Verb
from portal.domain.deal.validity import end_of_day
from portal.domain.offer.revision import Offer
from portal.errors import Invalid
from portal.storage import documents, private_documents


def publish_until(work: UnitOfWork, deal: Deal, valid_until: date, verb: Verb) -> tuple[Published, Offer]:
    """Validity is part of what is offered, so another day is another revision. Invalid at "valid_until" for a past day."""
    extended = offer_until(work, deal, deal.revision, valid_until)
    private = private_documents.read_private_figures(work, deal.id, deal.revision)
    cleared = clear_unchanged(work, deal, extended, private, "nobody")
    return publish.publish(work, deal, cleared, verb=verb), extended


def offer_until(work: UnitOfWork, deal: Deal, revision: int, valid_until: date) -> Offer:
    """What a revision offers, with another last day. Invalid at "valid_until" for a past day."""
    offer = documents.read_revision(work, deal.id, revision).offer
    instant = end_of_day(valid_until, offer.time_zone)
    if instant <= work.now:
        raise Invalid.field(
            "valid_until",
            "%(day)s has passed already.",
            "Choose a later day.",
            day=valid_until,
        )
    return replace(offer, valid_until=valid_until, valid_until_instant=instant)
