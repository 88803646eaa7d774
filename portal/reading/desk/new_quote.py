"""What a new quote for a deal would make of it: merged with what was negotiated, and what is still to be decided."""

from collections.abc import Mapping

import msgspec

from portal.access import Deal
from portal.domain.change import ended_offers, standing_offer
from portal.domain.ledger import rounds
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.policy.requoted import merge_private
from portal.domain.requote.clash import Clash
from portal.domain.requote.matching import with_keys_of
from portal.domain.requote.merge import Decision, Merged, merge
from portal.errors import Sentence
from portal.intake.contact import NewContact
from portal.reading.deal_page import board_events
from portal.storage import documents, private_documents
from portal.storage.imported_quotes import ImportedQuote, read_imported_quote
from portal.storage.session import Transaction


class NewQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What a requote needs of an incoming quote, and what was decided about it; stored while it waits for a manager."""

    offer: Offer
    private: PrivateFigures
    contacts: tuple[NewContact, ...] = ()
    fingerprint: str
    generated: frozenset[str] = frozenset()
    decided: dict[str, Decision] = {}


def merged_with(
    transaction: Transaction, deal: Deal, quote: NewQuote, *, signed: bool = False
) -> tuple[Merged, ImportedQuote, PrivateFigures]:
    """The offer that comes out, the quote with the deal's keys, and the private figures. `signed`: by a manager."""
    base = read_imported_quote(transaction, deal.id)
    current = documents.read_revision(transaction, deal.id, deal.revision).offer
    new, keys = with_keys_of(
        current, base.offer, quote.offer, generated_here=base.generated, generated_there=quote.generated
    )
    state = rounds.negotiation_state(board_events.load(transaction, deal.id))
    merged = merge(base.offer, current, new, decided=quote.decided, agreed=frozenset(state.consents))
    merged = _settled(current, merged, quote.decided)
    before = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    stated = {keys.get(f"line:{key}", key): each for key, each in quote.private.lines.items()}
    private = merge_private(before, PrivateFigures(lines=stated), signed=signed)
    generated = frozenset(
        f"{each.partition(':')[0]}:{keys.get(each, each.partition(':')[2])}" for each in quote.generated
    )
    return merged, ImportedQuote(offer=new, generated=generated), private


def _settled(current: Offer, merged: Merged, decided: Mapping[str, Decision]) -> Merged:
    """What used if-you-then offers gave, where the quote ends their condition: kept, or taken back."""
    ended = standing_offer.broken(current, merged.offer)
    clashes = [
        Clash(
            subject=f"standing:{each.key}",
            name=each.label,
            field="whole",
            base=each.label,
            current=Sentence("the prices that it gave"),
            new=Sentence("its condition ends"),
        )
        for each in ended
    ]
    undecided = tuple(each for each in clashes if each.id not in decided)
    back = [each for each, clash in zip(ended, clashes, strict=True) if decided.get(clash.id) == "take"]
    offer = ended_offers.taken_back(current, merged.offer, back)
    return Merged(offer=offer, clashes=(*merged.clashes, *undecided))
