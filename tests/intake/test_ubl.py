from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portal.domain.offer.revision import Address, Tax
from portal.domain.offer.totals import totals
from portal.intake.incoming import NewContact
from tests.intake.ubl_written import SELLER, STANDARD, allowance, line, quotation
from tests.intake.written import problems_of_bytes, read_bytes

SURCHARGE = allowance("1002", charge=True)
EXAMPLE = "UBL-Quotation-2.1-Example.xml"


def test_the_published_example_goes_all_the_way(real_documents: Path) -> None:
    data = (real_documents / EXAMPLE).read_bytes()
    quote = read_bytes(data, EXAMPLE, valid_until=date(2030, 6, 1))

    assert (quote.external_id, quote.number) == ("QIY7655", "QIY7655")
    offer = quote.offer
    assert (offer.currency, offer.language) == ("DKK", "da")
    assert (offer.seller.name, offer.seller.tax_id) == ("Delcomputer A/S", "DK18296799")
    assert offer.buyer.name == "Gentofte Kommune"
    assert offer.delivery == Address(
        street="Bernstorffsvej 161",
        street2="IT-afdelingen, 1. sal",
        city="Charlottenlund",
        postcode="2920",
        country="DK",
    )
    assert offer.introduction == "Bestilling af computere"
    assert [(term.name, term.value) for term in offer.terms] == [
        ("Delivery terms", "1% reduktion i kontraktsummen pr. dags forsinkelse jf. SKI kontrakt")
    ]
    assert [each.key for each in offer.lines] == [
        "DELL1052665",
        "DELL2363463",
        "DELL2367452",
        "DELL8436783",
    ]
    assert {each.tax for each in offer.lines} == {Tax(category="S", rate=Decimal(25))}
    assert (totals(offer).contract.net, totals(offer).contract.total) == (
        Decimal("197750.00"),
        Decimal("247187.50"),
    )
    told = {each.place: each.message for each in quote.warnings}
    assert "25 % is derived" in told["/Quotation/cac:QuotationLine[1]/cac:LineItem/cbc:TotalTaxAmount"]
    assert "TaxExclusiveAmount" in told["/Quotation/cac:QuotedMonetaryTotal/cbc:TaxExclusiveAmount"]
    assert any("--contact" in each.hint for each in quote.warnings)
    assert len(told) == 3


def test_the_published_example_has_ended(real_documents: Path) -> None:
    (told,) = problems_of_bytes((real_documents / EXAMPLE).read_bytes())
    assert told.place == "/Quotation/cac:ValidityPeriod/cbc:EndDate"
    assert "2008-05-06" in told.message
    assert "--valid-until" in told.hint


def test_parties_and_their_people_are_read() -> None:
    quote = read_bytes(quotation())
    assert quote.offer.seller.contact.name == "Rolf Rep"
    assert quote.offer.seller.contact.phone == "+49 30 1"
    assert quote.seller_contact_email == "rolf@pressworks.example"
    assert quote.contacts == (NewContact(name="Anna Berg", email="anna@nordlicht.example"),)
    assert quote.offer.title == "Quotation Q-1"
    assert quote.warnings == ()


def test_a_buyers_own_contact_and_registered_name_are_found() -> None:
    buyer = """<cac:OriginatorCustomerParty><cac:Party>
      <cac:PostalAddress><cbc:StreetName>Hafen</cbc:StreetName><cbc:BuildingNumber>4</cbc:BuildingNumber>
        <cbc:CountrySubentity>HH</cbc:CountrySubentity>
        <cac:Country><cbc:IdentificationCode>de</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
      <cac:PartyLegalEntity><cbc:RegistrationName>Nordlicht AG</cbc:RegistrationName>
        <cbc:CompanyID>HRB 7</cbc:CompanyID></cac:PartyLegalEntity></cac:Party>
      <cac:BuyerContact><cbc:ElectronicMail>b@n.example</cbc:ElectronicMail></cac:BuyerContact>
    </cac:OriginatorCustomerParty>"""
    quote = read_bytes(quotation(parties=SELLER + buyer))
    assert (quote.offer.buyer.name, quote.offer.buyer.tax_id) == ("Nordlicht AG", "HRB 7")
    assert quote.offer.buyer.address == Address(street="Hafen 4", region="HH", country="DE")
    assert [each.email for each in quote.contacts] == ["b@n.example"]


def test_notes_and_terms_are_read() -> None:
    quote = read_bytes(
        quotation(
            head='<cbc:Note languageID="de-DE">Guten Tag</cbc:Note><cbc:Note>Bis bald</cbc:Note>',
            body="""<cac:DeliveryTerms><cbc:SpecialTerms>Frei Haus</cbc:SpecialTerms></cac:DeliveryTerms>
              <cac:PaymentTerms><cbc:Note>30 Tage</cbc:Note></cac:PaymentTerms>""",
        )
    )
    assert quote.offer.introduction == "Guten Tag\n\nBis bald"
    assert quote.offer.language == "de"
    assert [each.value for each in quote.offer.terms] == ["Frei Haus", "30 Tage"]


def test_an_unknown_language_falls_back_to_english() -> None:
    assert (
        read_bytes(quotation(head='<cbc:Note languageID="x-klingon">nuqneH</cbc:Note>')).offer.language
        == "en"
    )


def test_an_item_is_described() -> None:
    item = "<cbc:Description>Offset</cbc:Description>"
    numbered = "<cac:SellersItemIdentification><cbc:ID>PA3</cbc:ID></cac:SellersItemIdentification>"
    only = read_bytes(
        quotation(line(item=item, tax=numbered + STANDARD, more="<cbc:Note>Offset</cbc:Note>"))
    ).offer.lines[0]
    assert (only.key, only.sku, only.name, only.description) == ("L1", "PA3", "Press", "Offset")


def test_an_item_without_a_name_is_named_by_its_description() -> None:
    only = read_bytes(
        quotation(line(name="", item="<cbc:Description>Offset press</cbc:Description>"))
    ).offer.lines[0]
    assert (only.name, only.description) == ("Offset press", "")


def test_line_numbers_that_repeat_are_no_keys() -> None:
    offer = read_bytes(quotation(line(number="1"), line(number="1"), line(number="a b"))).offer
    assert [each.key for each in offer.lines] == ["line-1", "line-2", "line-3"]


@pytest.mark.parametrize(
    ("stated", "unit_price", "base", "discount", "net"),
    [
        ({}, "10", "1", "0", "20"),
        ({"price": "1.005", "quantity": "1"}, "1.005", "1", "0", "1.01"),
        ({"price": "15.0000000", "base": "12", "quantity": "30", "extension": "37.5"}, "15", "12", "0", "37.50"),
        ({"price": "+10.", "quantity": "2.0"}, "10", "1", "0", "20"),
        ({"more": allowance("5"), "extension": "15.00"}, "10", "1", "25", "15"),
        ({"more": allowance("20")}, "10", "1", "100", "0"),
        ({"more": allowance("1") + allowance("1"), "extension": "18"}, "10", "1", "10", "18"),
        # A third of a percent has no end, so the price holds it.
        ({"quantity": "3", "more": allowance("0.10"), "extension": "29.90"}, "9.966667", "1", "0", "29.90"),
        ({"more": allowance("4", charge=True), "extension": "24"}, "12", "1", "0", "24"),
        # No price of six places makes this amount; a price for all of them does.
        ({"quantity": "7000000", "price": "0.01", "more": allowance("0.01")}, "69999.99", "7000000", "0", "69999.99"),
        # A price for 999 would have too many digits.
        ({"quantity": "0.000001", "price": "0", "base": "999", "more": SURCHARGE}, "1002", "0.000001", "0", "1002"),
        ({"price": "", "quantity": "4", "extension": "10.00"}, "2.5", "1", "0", "10"),
    ],
)  # fmt: skip
def test_a_line_comes_to_what_it_states(
    stated: dict[str, str], unit_price: str, base: str, discount: str, net: str
) -> None:
    offer = read_bytes(quotation(line(**stated))).offer
    only = offer.lines[0]
    assert (only.unit_price, only.price_base_quantity, only.discount_percent) == (
        Decimal(unit_price),
        Decimal(base),
        Decimal(discount),
    )
    assert totals(offer).once.net == Decimal(net)


def test_the_reason_of_an_allowance_is_told_to_the_buyer() -> None:
    only = read_bytes(quotation(line(more=allowance("5", reason="Fair")))).offer.lines[0]
    assert only.explanation == "Fair: -5"


def test_bounds_are_read() -> None:
    more = "<cbc:MinimumQuantity>1</cbc:MinimumQuantity><cbc:MaximumQuantity>9</cbc:MaximumQuantity>"
    bounds = read_bytes(quotation(line(more=more))).offer.lines[0].bounds
    assert (bounds.min_quantity, bounds.max_quantity) == (1, 9)


def test_allowances_of_the_document_become_adjustments() -> None:
    category = STANDARD.replace("Classified", "")
    quote = read_bytes(
        quotation(
            body=allowance("2", reason="Fair") + allowance("5", charge=True, tax=category),
            totals=[
                ("LineExtensionAmount", "20"),
                ("TaxExclusiveAmount", "23"),
                ("TaxInclusiveAmount", "27.60"),
                ("AllowanceTotalAmount", "2"),
                ("ChargeTotalAmount", "5"),
                ("PrepaidAmount", "7"),
                ("PayableRoundingAmount", "0.40"),
                ("PayableAmount", "21.00"),
            ],
        )
    )
    fair, charge = quote.offer.adjustments
    assert (fair.label, fair.kind, fair.amount, fair.tax) == ("Fair", "discount", 2, None)
    assert (charge.label, charge.kind, charge.amount) == ("Charge", "charge", 5)
    assert charge.tax == Tax(category="S", rate=Decimal(20))
    assert quote.warnings[0].place.endswith("cbc:PrepaidAmount")


@pytest.mark.parametrize(
    ("stated", "rate"),
    [
        ({"total_tax": "5.00"}, "25"),
        ({"total_tax": "0.02", "price": "0.05"}, "20"),
        ({"total_tax": "1.10", "price": "10.01"}, "5.5"),
        ({"total_tax": "0"}, "0"),
    ],
)
def test_a_rate_is_derived_from_amounts_with_the_fewest_digits(stated: dict[str, str], rate: str) -> None:
    quote = read_bytes(quotation(line(tax="", **stated)))
    tax = quote.offer.lines[0].tax
    assert (tax.category, tax.rate) == ("S" if tax.rate else "Z", Decimal(rate))
    assert [each.place.rpartition("/")[2] for each in quote.warnings] == ["cbc:TotalTaxAmount"]


def test_the_one_category_of_a_document_is_every_lines() -> None:
    body = """<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">3.00</cbc:TaxAmount><cac:TaxSubtotal>
      <cbc:TaxAmount currencyID="EUR">3.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>StandardRated</cbc:ID>
      <cbc:Percent>7.5</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>"""
    quote = read_bytes(quotation(line(tax=""), line(tax="", number="L2"), body=body))
    assert {each.tax for each in quote.offer.lines} == {Tax(category="S", rate=Decimal("7.5"))}
    assert "one of the document" in quote.warnings[0].message


def test_a_line_without_tax_is_zero_rated_with_a_warning() -> None:
    quote = read_bytes(quotation(line(tax="")))
    assert quote.offer.lines[0].tax == Tax(category="Z")
    assert [each.place for each in quote.warnings] == ["/Quotation/cac:QuotationLine"]


def test_alternatives_are_left_aside_with_a_warning() -> None:
    other = "<cac:AlternativeLineItem><cbc:ID>9</cbc:ID><cac:Item/></cac:AlternativeLineItem>"
    quote = read_bytes(quotation(line(after=other)))
    assert quote.warnings[0].place == "/Quotation/cac:QuotationLine/cac:AlternativeLineItem"
    assert len(quote.offer.lines) == 1


def test_an_amount_of_the_line_may_stand_around_its_item() -> None:
    after = '<cbc:LineExtensionAmount currencyID="EUR">21</cbc:LineExtensionAmount>'
    (told,) = problems_of_bytes(quotation(line(after=after)))
    assert told.place == "/Quotation/cac:QuotationLine/cbc:LineExtensionAmount"


def test_other_encodings_that_are_declared_are_read() -> None:
    data = quotation(line(name="Größe")).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert read_bytes(data).offer.lines[0].name == "Größe"
