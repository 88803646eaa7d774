"""What is wrong in a UBL Quotation is told at its XPath, with both figures where two differ."""

import pytest

from tests.intake.ubl_written import BUYER, HEAD, SELLER, STANDARD, allowance, line, quotation
from tests.intake.written import problems_of_bytes

LINE = "/Quotation/cac:QuotationLine/cac:LineItem"
LAUGHS = "".join(
    f'<!ENTITY lol{level} "{f"&lol{level - 1};" * 10}">' if level else '<!ENTITY lol0 "ha">'
    for level in range(12)
)
EXTERNAL = '<!DOCTYPE Quotation [<!ENTITY file SYSTEM "file:///etc/passwd">]>'


def with_document_type(document_type: str, text: str = "Q-1") -> bytes:
    return quotation(number=text).replace(b"?>\n", b"?>\n<!-- <x> -->" + document_type.encode(), 1)


@pytest.mark.parametrize(
    "data",
    [
        with_document_type(f"<!DOCTYPE Quotation [{LAUGHS}]>", "&lol11;"),
        with_document_type(EXTERNAL, "&file;"),
        with_document_type('<!DOCTYPE Quotation SYSTEM "http://127.0.0.1:9/quotation.dtd">'),
        with_document_type("<?x y?>\n<!DOCTYPE Quotation>"),
    ],
    ids=["billion laughs", "external entity", "external subset", "empty"],
)
def test_a_document_type_is_refused_unread(data: bytes) -> None:
    (told,) = problems_of_bytes(data)
    assert "document type" in told.message
    assert told.place.startswith("line ")
    assert "DOCTYPE" in told.hint


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (quotation(number="&who;"), "line 5", "not well-formed"),
        (quotation()[:-20], "line ", "not well-formed"),
        (b"<html><body>Hello</body></html>", "/", '"html" without a namespace'),
        (quotation().replace(b"Quotation", b"Invoice"), "/", "that of a UBL Invoice"),
        (b'<Quotation xmlns="urn:other"/>', "/", '"Quotation" of "urn:other"'),
        (quotation().replace(b"UTF-8", b"UTF-7"), "line 1", "encoding"),
        (quotation().replace(b"UTF-8", b"utf-16"), "line 1", "encoding"),
        (quotation(line(name="Gr\u00f6\u00dfe")).decode().encode("latin-1"), "line ", "not well-formed"),
        (HEAD.encode() + b"<a>" * 300 + b"</a>" * 300 + b"</Quotation>", "line ", "not well-formed"),
        (quotation(body="<x>" + "y" * 9_900_000 + "</x>", end=""), "", ""),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_quotation_is_told(data: bytes, place: str, words: str) -> None:
    told = problems_of_bytes(data)
    if not words:
        assert not told
        return
    assert len(told) == 1
    assert told[0].place.startswith(place)
    assert words in told[0].message


@pytest.mark.parametrize(
    ("stated", "places", "words"),
    [
        (
            {"extension": "21.00"},
            ["cbc:LineExtensionAmount"],
            "states 21, and quantity 2 x price 10 / 1 comes to 20",
        ),
        (
            {"extension": "20", "more": allowance("5")},
            ["cbc:LineExtensionAmount"],
            "allowances and charges of -5 comes to 15",
        ),
        ({"extension": "20.001"}, ["cbc:LineExtensionAmount"], "states 20.001"),
        ({"extension": "much"}, ["cbc:LineExtensionAmount"], '"much" is not a decimal number'),
        ({"price": "ten"}, ["cac:Price/cbc:PriceAmount"], '"ten" is not a decimal number'),
        ({"price": "-1"}, ["", "cac:Price/cbc:PriceAmount"], "at least 0"),
        ({"price": "0.1234567"}, ["cac:Price/cbc:PriceAmount"], "6 after the point"),
        ({"quantity": ""}, [""], '"quantity" is missing'),
        ({"quantity": "0"}, ["cbc:Quantity"], "more than 0"),
        ({"quantity": "1e2"}, ["cbc:Quantity"], "without exponent"),
        ({"base": "0"}, ["cac:Price/cbc:BaseQuantity"], "more than 0"),
        ({"base": "-1"}, ["cac:Price/cbc:BaseQuantity"], "more than 0"),
        ({"price": ""}, [""], '"unit_price" is missing'),
        ({"more": allowance("25")}, [""], "comes to -5"),
        ({"more": allowance("x")}, ["cac:AllowanceCharge/cbc:Amount"], '"x" is not a decimal'),
        ({"name": ""}, [""], '"name" is missing'),
        ({"name": "x" * 300}, ["cac:Item/cbc:Name"], "300 characters"),
        ({"tax": "", "total_tax": "30"}, ["cbc:TotalTaxAmount"], "No percentage of 20 makes a tax of 30"),
        ({"total_tax": "5"}, ["cbc:TotalTaxAmount"], "states a tax of 5, and 20 % of 20 is 4"),
        (
            {"tax": STANDARD.replace(">S<", ">VAT<")},
            ["cac:Item/cac:ClassifiedTaxCategory/cbc:ID"],
            '"VAT" is not possible',
        ),
        (
            {"tax": STANDARD.replace(">20<", ">twenty<")},
            ["cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"],
            '"twenty" is not',
        ),
        (
            {"tax": "<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID></cac:ClassifiedTaxCategory>"},
            ["cac:Item/cac:ClassifiedTaxCategory"],
            "needs its rate",
        ),
    ],
)
def test_what_is_wrong_with_a_line_is_told(stated: dict[str, str], places: list[str], words: str) -> None:
    in_euros = "<cbc:PricingCurrencyCode>EUR</cbc:PricingCurrencyCode>"
    told = problems_of_bytes(quotation(line(**stated), head=in_euros))
    assert [each.place for each in told] == [
        f"{LINE}/{place}" if place else "/Quotation/cac:QuotationLine" for place in places
    ]
    assert any(words in str(each) for each in told), told


def test_lines_are_told_apart() -> None:
    told = problems_of_bytes(
        quotation(line(), line(number="L2", extension="1"), line(number="L3", quantity="x"))
    )
    assert [each.place for each in told] == [
        "/Quotation/cac:QuotationLine[2]/cac:LineItem/cbc:LineExtensionAmount",
        "/Quotation/cac:QuotationLine[3]/cac:LineItem/cbc:Quantity",
    ]


@pytest.mark.parametrize(
    ("name", "stated", "computed"),
    [
        ("LineExtensionAmount", "21", "20"),
        ("TaxExclusiveAmount", "20", "23"),
        ("TaxInclusiveAmount", "24", "27.6"),
        ("AllowanceTotalAmount", "0", "2"),
        ("ChargeTotalAmount", "0", "5"),
        ("PayableAmount", "27.61", "27.6"),
    ],
)
def test_totals_that_differ_are_refused_with_both_figures(name: str, stated: str, computed: str) -> None:
    charges = allowance("2") + allowance("5", charge=True, tax=STANDARD.replace("Classified", ""))
    (told,) = problems_of_bytes(quotation(body=charges, totals=[(name, stated)]))
    assert told.place == f"/Quotation/cac:QuotedMonetaryTotal/cbc:{name}"
    assert f"{name} states {stated}, and the lines come to {computed}." in told.message


def test_a_tax_that_differs_is_refused() -> None:
    body = '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">5</cbc:TaxAmount></cac:TaxTotal>'
    (told,) = problems_of_bytes(quotation(body=body))
    assert told.place == "/Quotation/cac:TaxTotal/cbc:TaxAmount"
    assert "states 5, and the lines come to 4" in told.message


def test_a_total_that_is_no_number_is_refused() -> None:
    (told,) = problems_of_bytes(quotation(totals=[("PayableAmount", "all of it")]))
    assert told.place == "/Quotation/cac:QuotedMonetaryTotal/cbc:PayableAmount"


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (
            quotation(line(), line(number="L2"), line(currency="USD", number="L3")),
            "/Quotation/cac:QuotationLine[3]/cac:LineItem/cac:Price/cbc:PriceAmount",
            '"USD", others are in "EUR"',
        ),
        (quotation(line(currency="EURO")), f"{LINE}/cac:Price/cbc:PriceAmount", '"EURO" is not a currency'),
        (quotation(line(price="")), "/Quotation", "No amount names its currency"),
        (quotation(line(currency="")), f"{LINE}/cac:Price/cbc:PriceAmount", "No amount names its currency"),
        (quotation(end="soon"), "/Quotation/cac:ValidityPeriod/cbc:EndDate", '"soon" is not a date'),
        (quotation(parties=SELLER), "/Quotation", "names no buyer"),
        (
            quotation(parties=SELLER + BUYER.replace("Nordlicht Druck", "")),
            "/Quotation/cac:BuyerCustomerParty/cac:Party",
            '"company" is missing',
        ),
        (
            quotation(parties=SELLER + BUYER.replace("anna@", "anna")),
            "/Quotation/cac:BuyerCustomerParty/cac:Party/cac:Contact/cbc:ElectronicMail",
            "not a mail address",
        ),
        (
            quotation(head="<cbc:UBLVersionID>2.9</cbc:UBLVersionID>"),
            "/Quotation/cbc:UBLVersionID",
            'UBL "2.9" is not read',
        ),
        (
            quotation(body=allowance("1.005")),
            "/Quotation/cac:AllowanceCharge/cbc:Amount",
            "EUR has 2 decimal places",
        ),
        (quotation(body=allowance("-1")), "/Quotation/cac:AllowanceCharge/cbc:Amount", "at least 0"),
        (quotation(*[line()] * 5001), "/Quotation/cac:QuotationLine[1]", "5,001 lines; at most 5,000"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_wrong_with_a_document_is_told(data: bytes, place: str, words: str) -> None:
    told = problems_of_bytes(data)
    assert any(each.place == place and words in str(each) for each in told), told


def test_a_document_without_lines_is_refused() -> None:
    data = quotation(totals=[("PayableAmount", "0")]).replace(b"cac:QuotationLine", b"cac:Other")
    assert any('"lines" is missing' in each.message for each in problems_of_bytes(data))
