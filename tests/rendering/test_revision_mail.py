"""What the mail about a new revision says: how each ask was answered, why, and what differs, as text and as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from portal.commands.revision import publish_revision
from portal.domain.change.counteroffer import Answer
from portal.domain.deal.mail import Mail
from portal.rendering.mail import Rendered, render
from portal.settings import Settings
from portal.storage import tables
from tests.cast import Clock, Seat, Table, open_database

SETTINGS = Settings(
    _env_file=None, public_url="https://deals.kestrel.example", mail_from="Kestrel <no-reply@kestrel.example>"
)
PRICE = re.compile(r"\d+[.,]\d{2}")


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    database = open_database(f"sqlite:///{tmp_path}/parley.db", Clock(), mail_figures=True)
    yield Table(database)
    database.close()


@pytest.fixture
def plain(table: Table) -> Table:
    """A table of a seller who mails no figures."""
    table.database.mail_figures = False
    return table


def newest(
    seat: Seat, language: str = "en", template: str = "new_answer", to_name: str = "Bea Lund"
) -> Rendered:
    """The last mail of this kind that this person got."""
    outbox = tables.outbox
    payloads = seat.database.read_now(
        lambda t: (
            t.connection.execute(select(outbox.c.payload).where(outbox.c.transport == "mail")).scalars().all()
        )
    )
    mails = [msgspec.json.decode(payload, type=Mail) for payload in payloads]
    (mail,) = (each for each in mails if (each.template, each.to_name) == (template, to_name))
    return render(msgspec.structs.replace(mail, language=language), SETTINGS)


def answer(table: Table, reasons: dict[str, str] | None = None, note: str = "") -> None:
    price, payment = (
        table.bea.change("press", "unit_price", "17200"),
        table.bea.change("payment", "value", "60 days net"),
    )
    quantity = table.bea.change("install", "quantity", "36")
    table.bea.asks(price, payment, quantity)
    publication = publish_revision.Publication(
        base_revision=1,
        answers=(
            Answer(change_id=price.id, verdict="counter", value="17800"),
            Answer(change_id=payment.id, verdict="decline"),
            Answer(change_id=quantity.id, verdict="accept"),
        ),
        answer_notes=reasons or {},
        note=note,
    )
    table.rita.does(partial(publish_revision.publish_revision), publication)


def test_each_answer_and_each_difference_is_told(table: Table) -> None:
    answer(table)
    said = newest(table.bea)
    for sentence in (
        "- Hydraulic press HP-40, Unit price: asked 17,200.00, answered 17,800.00",
        "- Payment, Value: asked 60 days net, stays at 30 days net",
        "- Installation, Quantity: asked 36, accepted",
        "- Hydraulic press HP-40: Unit price 18,450.00 → 17,800.00 (−3.5%)",
        "- Installation: Quantity 40 → 36 (−10%)",
        "What changed, net in EUR:",
    ):
        assert sentence in said.text.splitlines(), said.text
        assert sentence.removeprefix("- ") in re.sub(r"<[^>]+>", "", said.html)
    assert said.html.count("<li") == 5


def test_what_a_buyer_chose_is_told_to_the_seller_and_to_colleagues(table: Table) -> None:
    table.bea.ticks("training")
    to_sol, to_rita = (
        newest(table.bea, to_name="Sol Iversen"),
        newest(table.bea, "en", "seller_notice", "Rita"),
    )
    assert to_sol.subject == "Bea Lund changed the proposal: Two HP-40 presses for the Odense line"
    assert "Bea Lund changed the options of “Two HP-40 presses for the Odense line”" in to_sol.text
    assert "Bea Lund changed the options, as revision 2." in to_rita.text
    for mail in (to_sol, to_rita):
        assert "- Training: Include left out → included" in mail.text
        assert "Kestrel Machines published" not in mail.text


def test_no_price_stands_in_the_subject_or_the_preview(table: Table) -> None:
    answer(table)
    said = newest(table.bea)
    preview = re.search(r'class="preview"[^>]*>([^<]*)<', said.html)
    assert preview
    assert not PRICE.search(said.subject + preview[1])


def test_a_reason_stands_beside_its_answer(table: Table) -> None:
    answer(table, {"line:press:unit_price": "That is <b>what</b> it\n\n- costs to build."})
    said = newest(table.bea)
    assert "answered 17,800.00. “That is <b>what</b> it - costs to build.”" in said.text
    assert "&lt;b&gt;what" in said.html


def test_amounts_read_as_the_language_writes_them(table: Table) -> None:
    answer(table)
    assert "18.450,00 → 17.800,00 (−3,5 %)" in newest(table.bea, "de").text


def test_without_the_setting_a_mail_counts_and_tells_the_note_alone(plain: Table) -> None:
    answer(plain, {"line:press:unit_price": "That is what it costs to build."}, note="Call me about it.")
    said = newest(plain.bea)
    lines = said.text.splitlines()
    for line in (
        "- accepted: 1",
        "- answered differently: 1",
        "- not accepted: 1",
        "Note: Call me about it.",
    ):
        assert line in lines, said.text
    for figure in ("17,800", "17,200", "18,450", "36", "60 days", "costs to build"):
        assert figure not in said.text + re.sub(r"<[^>]+>", "", said.html), figure


def test_figures_wait_two_minutes(table: Table) -> None:
    def due(template: str) -> set[float]:
        box = tables.outbox.c
        rows = table.database.read_now(
            lambda t: t.connection.execute(select(box.payload, box.created_at, box.next_at)).all()
        )
        mails = [(msgspec.json.decode(row.payload, type=Mail).template, row) for row in rows]
        return {(row.next_at - row.created_at).total_seconds() for name, row in mails if name == template}

    answer(table)
    assert (due("new_answer"), due("invitation")) == ({120.0}, {0.0})
