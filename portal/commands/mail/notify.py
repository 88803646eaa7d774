"""Mail to the people of a deal: to buyers with a link of their own, to reps with the deal on their desk."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.access import Deal
from portal.commands.people.issue_link import addressees, grant
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal import roles
from portal.domain.deal.mail import Mail, Template
from portal.domain.ledger.event_body import Body
from portal.domain.ledger.event_kinds import Sellers, kind_of
from portal.domain.offer.revision import Offer
from portal.storage import tables

# Whose reminders of which kind the mail's own link switches off.
Unsubscribe = tuple[str, str] | None
_rep = tables.rep.c
_REPS = select(_rep.id, _rep.name, _rep.email, _rep.language).where(_rep.active).order_by(_rep.id)


def notify_buyers(
    work: UnitOfWork,
    deal: Deal,
    event: type[Body],
    offer: Offer,
    context: Mapping[str, str],
    *,
    but: str = "",
) -> None:
    """Mail what this kind of event has for buyers to every contact of the deal who may act on it.

    Nothing goes to those whose right was taken back, nor to the contact `but`, whose own deed it is.
    """
    template = kind_of(event).mail_to_buyers
    assert template, f"{event.__name__} has no mail to buyers"
    for person in addressees(work, deal, acting=True):
        if person.id != but:
            notify_contact(work, deal, person, template, offer, context)


def notify_sellers(
    work: UnitOfWork, deal: Deal, event: type[Body], context: Mapping[str, str], *, requester: str = ""
) -> None:
    """Mail what this kind of event has for the seller's people to those the table of events names.

    `requester` ("rep:ID") gets no mail when they have left, have done it themselves, or were a program.
    """
    mail = kind_of(event).mail_to_sellers
    assert mail, f"{event.__name__} has no mail to sellers"
    who, template = mail
    for person in _RECIPIENTS[who](work, deal, requester):
        notify_rep(work, deal, person, template, context)


def answerable(work: UnitOfWork, deal: Deal) -> Sequence[Any]:
    """The rows of the deal's owner; of every rep while nobody owns it, or the owner has left."""
    reps = work.connection.execute(_REPS).all()
    return [each for each in reps if each.id == deal.owner_id] or reps


def notify_contact(  # noqa: PLR0917 - whom, about what, and in which words
    work: UnitOfWork,
    deal: Deal,
    person: Any,
    template: Template,
    offer: Offer,
    context: Mapping[str, str],
    *,
    unsubscribe: Unsubscribe = None,
) -> None:
    """A mail to one of the deal's `addressees`; its link opens on any device."""
    facts = {
        "url": grant(work, deal, person, "mailed"),
        "seller": offer.seller.name,
        "title": offer.title,
        "company": offer.buyer.name,
        **context,
    }
    _mail(work, deal, person, template, offer.language, facts, unsubscribe)


def notify_rep(
    work: UnitOfWork,
    deal: Deal,
    person: Any,
    template: Template,
    context: Mapping[str, str],
    *,
    unsubscribe: Unsubscribe = None,
) -> None:
    """A mail to one rep."""
    facts = {
        "url": f"{work.public_url}/desk/deals/{deal.id}",
        "title": deal.title,
        "company": deal.company,
        **context,
    }
    _mail(work, deal, person, template, person.language, facts, unsubscribe)


def _mail(  # noqa: PLR0917 - to whom, about what, and in which words
    work: UnitOfWork,
    deal: Deal,
    person: Any,
    template: Template,
    language: str,
    facts: Mapping[str, str],
    unsubscribe: Unsubscribe,
) -> None:
    mail = Mail(
        template=template,
        to_name=person.name,
        to_email=person.email,
        language=language,
        unsubscribe=unsubscribe,
        context={"number": deal.number, "name": person.name, **facts},
    )
    work.enqueue_mail(mail, deal.id)


def _owner(work: UnitOfWork, deal: Deal, requester: str) -> Sequence[Any]:
    return answerable(work, deal)


def _managers(work: UnitOfWork, deal: Deal, requester: str) -> Sequence[Any]:
    return work.connection.execute(_REPS.where(_rep.role.in_(roles.roles_that("approve")))).all()


def _requester(work: UnitOfWork, deal: Deal, requester: str) -> Sequence[Any]:
    if requester == deal.actor:
        return ()
    return work.connection.execute(_REPS.where(_rep.id == requester.removeprefix("rep:"))).all()


_RECIPIENTS: Mapping[Sellers, Callable[[UnitOfWork, Deal, str], Sequence[Any]]] = {
    "owner": _owner,
    "managers": _managers,
    "requester": _requester,
}
