"""A UBL Quotation as a sender writes it, for tests to change in one place."""

from collections.abc import Sequence

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Quotation xmlns="urn:oasis:names:specification:ubl:schema:xsd:Quotation-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
"""

STANDARD = """<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent>
  <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory>"""

SELLER = """<cac:SellerSupplierParty><cac:Party>
  <cac:PartyName><cbc:Name>Pressworks</cbc:Name></cac:PartyName>
  <cac:Contact><cbc:Name>Rolf Rep</cbc:Name><cbc:Telephone>+49 30 1</cbc:Telephone>
    <cbc:ElectronicMail>rolf@pressworks.example</cbc:ElectronicMail></cac:Contact>
</cac:Party></cac:SellerSupplierParty>"""

BUYER = """<cac:BuyerCustomerParty><cac:Party>
  <cac:PartyName><cbc:Name>Nordlicht Druck</cbc:Name></cac:PartyName>
  <cac:Contact><cbc:Name>Anna Berg</cbc:Name>
    <cbc:ElectronicMail>anna@nordlicht.example</cbc:ElectronicMail></cac:Contact>
</cac:Party></cac:BuyerCustomerParty>"""


def line(
    *,
    quantity: str = "2",
    price: str = "10.00",
    base: str = "",
    extension: str = "",
    tax: str = STANDARD,
    more: str = "",
    total_tax: str = "",
    name: str = "Press",
    number: str = "L1",
    currency: str = "EUR",
    item: str = "",
    after: str = "",
) -> str:
    """A QuotationLine; what is empty is left out. `more` follows the amounts, `after` the line item."""

    def amount(tag: str, value: str) -> str:
        return f'<cbc:{tag} currencyID="{currency}">{value}</cbc:{tag}>' if value else ""

    base_quantity = f'<cbc:BaseQuantity unitCode="EA">{base}</cbc:BaseQuantity>' if base else ""
    priced = f"<cac:Price>{amount('PriceAmount', price)}{base_quantity}</cac:Price>" if price else ""
    counted = f'<cbc:Quantity unitCode="EA">{quantity}</cbc:Quantity>' if quantity else ""
    named = f"<cbc:Name>{name}</cbc:Name>" if name else ""
    return f"""<cac:QuotationLine><cac:LineItem><cbc:ID>{number}</cbc:ID>{counted}
      {amount("LineExtensionAmount", extension)}{amount("TotalTaxAmount", total_tax)}{more}
      {priced}<cac:Item>{item}{named}{tax}</cac:Item></cac:LineItem>{after}</cac:QuotationLine>"""


def allowance(amount: str, *, charge: bool = False, reason: str = "", tax: str = "") -> str:
    told = f"<cbc:AllowanceChargeReason>{reason}</cbc:AllowanceChargeReason>" if reason else ""
    return f"""<cac:AllowanceCharge><cbc:ChargeIndicator>{str(charge).lower()}</cbc:ChargeIndicator>{told}
      <cbc:Amount currencyID="EUR">{amount}</cbc:Amount>{tax}</cac:AllowanceCharge>"""


def quotation(
    *lines: str,
    number: str = "Q-1",
    end: str = "2030-04-30",
    head: str = "",
    parties: str = SELLER + BUYER,
    body: str = "",
    totals: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A Quotation; `head` follows the number, `body` the parties, `totals` are (name, amount) in EUR."""
    stated = "".join(f'<cbc:{name} currencyID="EUR">{amount}</cbc:{name}>' for name, amount in totals)
    return f"""{HEAD}<cbc:ID>{number}</cbc:ID>{head}
      <cac:ValidityPeriod><cbc:EndDate>{end}</cbc:EndDate></cac:ValidityPeriod>{parties}{body}
      <cac:QuotedMonetaryTotal>{stated}</cac:QuotedMonetaryTotal>
      {"".join(lines or [line()])}</Quotation>""".encode()
