"""An order and its parts: what was agreed, in amounts that are the revision's own."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given

from portal.domain.offer import money, totals
from portal.domain.offer.revision import Adjustment, Offer, Term, canonical_bytes
from portal.domain.order import bill, order, work_order
from portal.domain.order.bill import Bill
from portal.domain.order.order import OrderDocument
from portal.domain.order.work_order import Analysis, WorkOrder
from tests.domain.offers import kestrel_offer, line, offer, offers


def ordered(accepted: Offer) -> OrderDocument:
    return order.order_document(
        totals.revise(accepted),
        number="O-2026-0001",
        deal_id="deal-id",
        deal_number="P-2026-0001",
        external_id="CPQ-1001",
        revision_number=3,
        digest="d" * 64,
        accepted_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        name="Sol Iversen",
        title="Head of purchasing",
        order_reference="PO-77",
    )


def parts(accepted: Offer) -> tuple[list[WorkOrder], Bill, Analysis]:
    found = work_order.work_orders(ordered(accepted))
    decoded = [work_order.decode(part.kind, part.document) for part in found]
    groups = [part for part in decoded if isinstance(part, WorkOrder)]
    (proposal,) = (part for part in decoded if isinstance(part, Bill))
    (rows,) = (part for part in decoded if isinstance(part, Analysis))
    return groups, proposal, rows


def test_an_order_holds_what_was_selected_and_nothing_that_was_not() -> None:
    document = ordered(kestrel_offer())
    assert [each.key for each in document.lines] == ["press", "installation", "care", "steel"]
    assert document.totals.once.net == Decimal("43100.00")
    assert document.accepted_by.name == "Sol Iversen"
    assert document.order_reference == "PO-77"
    for word in (b"negotiable", b"price_breaks", b"min_quantity", b"options", b"Training"):
        assert word not in canonical_bytes(document)


@given(offers())
def test_an_order_reads_back_as_the_bytes_it_was_written_as(accepted: Offer) -> None:
    document = canonical_bytes(ordered(accepted))
    assert canonical_bytes(order.decode(document)) == document
    for part in work_order.work_orders(ordered(accepted)):
        assert canonical_bytes(work_order.decode(part.kind, part.document)) == part.document


def test_each_fulfilment_group_gets_its_lines_and_no_group_means_general() -> None:
    accepted = offer(
        line("press", fulfilment="machines"),
        line("care", fulfilment="service"),
        line("manual"),
        line("install"),
    )
    groups, _, _ = parts(accepted)
    assert {each.fulfilment: [task.key for task in each.lines] for each in groups} == {
        "general": ["manual", "install"],
        "machines": ["press"],
        "service": ["care"],
    }


def test_operations_get_no_price() -> None:
    priced = line("press", "18450.77", "2", list_price=Decimal("19500.55"), discount_percent=Decimal("3.25"))
    found = work_order.work_orders(ordered(offer(priced)))
    (document,) = (part.document for part in found if part.kind == "operations")
    for figure in (b"18450", b"19500", b"3.25", b"price", b"net", b"total", b'"tax"', b"currency"):
        assert figure not in document, figure
    assert b'"quantity":"2.000000"' in document


@given(offers())
def test_a_bill_is_what_the_revision_says_is_due_once(accepted: Offer) -> None:
    _, proposal, _ = parts(accepted)
    once = totals.totals(accepted).once
    signed = [each.net if each.kind == "charge" else -each.net for each in proposal.allowances]
    assert money.add([*(each.net for each in proposal.lines), *signed]) == once.net == proposal.due.net
    assert money.add(group.tax for group in proposal.groups) == once.tax == proposal.due.tax
    assert proposal.due.total == once.total
    assert all(each.net > 0 for each in proposal.allowances)


@given(offers())
def test_each_tax_group_of_a_bill_is_its_lines_and_its_allowances(accepted: Offer) -> None:
    """EN 16931 BR-S-08 and its like: BT-116 = lines - allowances + charges of that category and rate."""
    _, proposal, _ = parts(accepted)
    for group in proposal.groups:
        same = (group.category, group.rate)
        nets = [each.net for each in proposal.lines if (each.tax.category, each.tax.rate) == same]
        allowed = [each for each in proposal.allowances if (each.category, each.rate) == same]
        nets += [each.net if each.kind == "charge" else -each.net for each in allowed]
        assert money.add(nets) == group.taxable


@given(offers())
def test_what_is_due_and_the_schedule_of_the_rest_are_the_contract(accepted: Offer) -> None:
    _, proposal, _ = parts(accepted)
    contract = totals.totals(accepted).contract
    later = [money.times(Decimal(each.periods), each.due.total) for each in proposal.schedule]
    assert money.add([proposal.due.total, *later]) == contract.total
    assert all(each.billing != "once" for each in proposal.schedule)


@given(offers())
def test_the_rows_for_analysis_sum_to_the_contract(accepted: Offer) -> None:
    _, _, analysis = parts(accepted)
    assert money.add(row.contract_net for row in analysis.rows) == totals.totals(accepted).contract.net


@pytest.mark.parametrize(("currency", "net"), [("EUR", "33.33"), ("JPY", "33"), ("KWD", "33.333")])
def test_amounts_keep_their_currencys_places(currency: str, net: str) -> None:
    accepted = offer(line("press", "33.333333"), currency=currency)
    _, proposal, analysis = parts(accepted)
    assert str(proposal.lines[0].net) == net
    assert str(analysis.rows[0].contract_net) == net
    assert f'"net":"{net}"'.encode() in canonical_bytes(ordered(accepted))


def test_a_proposal_is_type_325_and_an_invoice_type_380() -> None:
    _, proposal, _ = parts(kestrel_offer())
    assert (proposal.type_code, proposal.number, proposal.issued_on) == ("325", None, None)
    invoice = bill.invoice(proposal, "R-2026-17", date(2026, 12, 1))
    assert (invoice.type_code, invoice.number, invoice.issued_on) == ("380", "R-2026-17", date(2026, 12, 1))
    assert msgspec.structs.replace(invoice, type_code="325", number=None, issued_on=None) == proposal


def test_a_bill_names_the_payment_terms_that_were_agreed() -> None:
    """BR-CO-25: an amount due needs a due date or payment terms."""
    _, proposal, _ = parts(kestrel_offer())
    assert proposal.payment_terms == "net 30"
    german = Term(key="t1", name="Zahlung", value="30 Tage netto")
    stated = Term(key="t2", name="Settlement", value="at once", kind="payment")
    _, both, _ = parts(offer(line("press"), terms=(german, stated)))
    assert both.payment_terms == "30 Tage netto; at once"
    _, silent, _ = parts(offer(line("press")))
    assert silent.payment_terms == "As agreed in order O-2026-0001"


def test_a_discount_on_the_deal_is_an_allowance_in_each_tax_group() -> None:
    accepted = offer(
        line("press", "900"),
        line("book", "100", tax=msgspec.structs.replace(line("x").tax, rate=Decimal(7))),
        adjustments=(Adjustment(key="project", label="Project", kind="discount", percent=Decimal(10)),),
    )
    _, proposal, _ = parts(accepted)
    assert [(each.label, each.kind, each.rate, each.net) for each in proposal.allowances] == [
        ("Project", "discount", Decimal(7), Decimal("10.00")),
        ("Project", "discount", Decimal(19), Decimal("90.00")),
    ]
