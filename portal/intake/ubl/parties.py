"""Read seller, buyer and addresses of a UBL Quotation."""

from lxml import etree

from portal.intake.ubl.draft import Draft
from portal.intake.ubl.xml import every, find, text


def read_parties(draft: Draft, root: etree._Element) -> None:
    seller = find(root, "cac:SellerSupplierParty")
    if seller is not None:
        _put_party(draft, "/seller", "name", seller)
        contact = _contact(seller, "cac:SellerContact")
        for field, path in (
            ("name", "cbc:Name"),
            ("email", "cbc:ElectronicMail"),
            ("phone", "cbc:Telephone"),
        ):
            draft.put_text(f"/seller/contact/{field}", _find_in(contact, path))
    buyer = find(root, "cac:BuyerCustomerParty")
    buyer = find(root, "cac:OriginatorCustomerParty") if buyer is None else buyer
    if buyer is None:
        draft.refuse(
            root,
            "The quotation names no buyer.",
            "Add cac:BuyerCustomerParty or cac:OriginatorCustomerParty.",
        )
        return
    _put_party(draft, "/buyer", "company", buyer)
    contact = _contact(buyer, "cac:BuyerContact")
    address = _find_in(contact, "cbc:ElectronicMail")
    if text(address):
        draft.put_text("/buyer/contacts/0/email", address)
        draft.put_text("/buyer/contacts/0/name", _find_in(contact, "cbc:Name"))


def read_delivery(draft: Draft, root: etree._Element) -> None:
    delivery = find(root, "cac:Delivery")
    for path in ("cac:DeliveryAddress", "cac:DeliveryLocation/cac:Address"):
        address = _find_in(delivery, path)
        if address is not None:
            _put_address(draft, "/delivery/address", address)
            return


def _put_party(draft: Draft, pointer: str, name_field: str, role: etree._Element) -> None:
    party = find(role, "cac:Party")
    draft.mark(pointer, role if party is None else party)
    draft.put_text(
        f"{pointer}/{name_field}",
        _first(party, "cac:PartyName/cbc:Name", "cac:PartyLegalEntity/cbc:RegistrationName"),
    )
    draft.put_text(
        f"{pointer}/tax_id",
        _first(party, "cac:PartyTaxScheme/cbc:CompanyID", "cac:PartyLegalEntity/cbc:CompanyID"),
    )
    address = _first(party, "cac:PostalAddress", "cac:PartyLegalEntity/cac:RegistrationAddress")
    if address is not None:
        _put_address(draft, f"{pointer}/address", address)


def _put_address(draft: Draft, pointer: str, address: etree._Element) -> None:
    street = " ".join(filter(None, [text(address, "cbc:StreetName"), text(address, "cbc:BuildingNumber")]))
    more = [
        text(address, "cbc:AdditionalStreetName"),
        *(text(line) for line in every(address, "cac:AddressLine/cbc:Line")),
    ]
    draft.put(f"{pointer}/street", street, address)
    draft.put(f"{pointer}/street2", ", ".join(filter(None, more)), address)
    draft.put_text(f"{pointer}/city", find(address, "cbc:CityName"))
    draft.put_text(f"{pointer}/region", _first(address, "cbc:CountrySubentity", "cbc:Region"))
    draft.put_text(f"{pointer}/postcode", find(address, "cbc:PostalZone"))
    country = find(address, "cac:Country/cbc:IdentificationCode")
    draft.put(f"{pointer}/country", text(country).upper(), country)


def _contact(role: etree._Element, own: str) -> etree._Element | None:
    return _first(role, own, "cac:Party/cac:Contact")


def _find_in(element: etree._Element | None, path: str) -> etree._Element | None:
    return None if element is None else find(element, path)


def _first(element: etree._Element | None, *paths: str) -> etree._Element | None:
    """Return the first element at one of the paths that has text or children."""
    candidates = (_find_in(element, path) for path in paths)
    return next((each for each in candidates if each is not None and (len(each) or text(each))), None)
