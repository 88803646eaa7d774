"""A message that is filled into a stencil reads as the page draws it, whatever anybody wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given

from portal.domain.ledger import ledger, shared_events
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import conversation
from portal.reading.deal_page.people import Person
from portal.rendering import regions
from portal.rendering.live.message_stencil import MessageStencils
from portal.rendering.static_files import StaticFiles
from portal.rendering.stencil import Mark
from portal.rendering.templating import Templates, shipped
from portal.settings import Settings

TEMPLATES = Templates(Settings(secret_keys="of-a-test-on-this-machine"), StaticFiles(shipped("static")))
STENCILS = MessageStencils(TEMPLATES)
# What a message may hold, with what could be taken for a place, for markup or for Markdown more often than chance would.
TEXTS = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from("\ue000\ue001|<>&\"'*_`#\n"), max_size=60
)
KNOWN = st.sampled_from(
    ["seq", Mark("seq"), Mark("name"), Mark("text|plain_text"), "<b>7</b>", "*7*", "{{ seq }}"]
)
WORDS = TEXTS | KNOWN.map(str)


@given(
    name=WORDS,
    text=WORDS,
    key=st.none() | WORDS,
    at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - made aware below
    tag=st.sampled_from(["en", "de"]),
    party=st.sampled_from(["buyer", "seller"]),
    number=st.integers(1, 10**6),
)
def test_a_stencil_says_what_the_page_says(  # noqa: PLR0917 - a message has so many parts
    name: str, text: str, key: str | None, at: datetime, tag: str, party: PartyName, number: int
) -> None:
    who = Person(actor="contact:x", name=name, party=party)
    event = StoredEvent(
        deal_id="d",
        seq=number,
        kind="message",
        audience="table",
        actor=who.actor,
        at=at.replace(tzinfo=UTC),
        body=ledger.encode_body(shared_events.MessagePosted()),
        personal=ledger.encode_personal(ledger.Personal(body=text)),
        key=key,
        buyer_seq=number,
        seller_seq=number,
    )
    entry = conversation.entry(event, party, who)
    page = TEMPLATES.render("table/_message.html", tag, language=tag, entry=entry, place="log")
    pieces = STENCILS.around_position(event, who, tag)
    assert str(number).join(pieces) == regions.upserted("log", page)


def test_a_template_that_wants_what_no_stencil_has_is_an_error() -> None:
    with pytest.raises(KeyError):
        STENCILS._stencil("en", keyed=True).around("seq", {"name": "Ann"})
