import json
from datetime import date

import pytest

from portal.errors import Invalid
from portal.intake.contact import NewContact, parse_contact
from tests.intake.written import COMPLETE, SMALLEST, TODAY, changed, problems_of_bytes, read, read_bytes


def test_a_file_of_50_megabytes_is_refused_unparsed() -> None:
    (told,) = problems_of_bytes(b"{" * (50 * 1024 * 1024))
    assert "50 MB" in told.message
    assert "10 MB" in told.message


@pytest.mark.parametrize(
    ("data", "filename", "words"),
    [
        (b"", "quote.json", "empty"),
        (b"\xef\xbb\xbf \n", "quote.json", "empty"),
        ('{"title": "x"}'.encode("utf-16"), "quote.json", "UTF-16"),
        ("<Quotation/>".encode("utf-16-le"), "quote.xml", "UTF-16"),
        (b"Press;1", "quote.txt", '"quote.txt" is in none of the formats'),
        (b"PK\x03\x04", "quote.xlsx", "damaged"),
        (b"\x00\x01\x02\x03", "quote.bin", "UTF-8"),
        (b"title: Press", "quote.json", "not JSON"),
        (b"%PDF-1.7", "a\nb\x1b.pdf", "a\\nb\\x1b.pdf"),
    ],
)
def test_what_is_not_a_quote_is_told_in_a_sentence(data: bytes, filename: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_bytes(data, filename)
    assert words in refused.value.sentence


def test_formats_that_are_read_are_named() -> None:
    (told,) = problems_of_bytes(b"Press;1", filename="quote.txt")
    assert "JSON" in told.hint
    assert "UBL" in told.hint


def test_the_content_decides_not_the_name() -> None:
    assert read_bytes(json.dumps(SMALLEST).encode(), "quote.xml").offer.title == "Press A3"


def test_equal_content_has_equal_fingerprints() -> None:
    again = json.loads(json.dumps(COMPLETE, indent=3).replace('"9.80"', '"9.8000"'))
    first = read(COMPLETE)
    assert read(again).fingerprint == first.fingerprint
    assert read(COMPLETE, today=date(2030, 4, 1), zone="Asia/Tokyo").fingerprint == first.fingerprint


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/title", "Other"),
        ("/valid_until", "2030-05-01"),
        ("/lines/0/private/unit_cost", "6.01"),
        ("/buyer/contacts/0/role", "signer"),
        ("/lines/0/description", "Other"),
    ],
)
def test_other_content_has_another_fingerprint(pointer: str, value: str) -> None:
    assert read(changed(pointer, value, COMPLETE)).fingerprint != read(COMPLETE).fingerprint


def test_an_end_that_nobody_stated_is_no_content() -> None:
    endless = {name: value for name, value in SMALLEST.items() if name != "valid_until"}
    first, later = read(endless), read(endless, today=date(2030, 6, 1))
    assert first.offer.valid_until != later.offer.valid_until
    assert first.fingerprint == later.fingerprint
    assert first.external_id == later.external_id
    assert read(endless, valid_until=first.offer.valid_until).fingerprint != first.fingerprint


def test_an_override_of_the_end_is_content() -> None:
    assert read(SMALLEST, valid_until=TODAY).fingerprint != read(SMALLEST).fingerprint


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        (
            "Anna Berg <anna@example.com>:signer",
            NewContact(name="Anna Berg", email="anna@example.com", role="signer"),
        ),
        (
            '"Berg, Anna: CFO" <anna@example.com> : viewer',
            NewContact(name="Berg, Anna: CFO", email="anna@example.com", role="viewer"),
        ),
        ("<anna@example.com>", NewContact(email="anna@example.com")),
        ("anna@example.com:commenter", NewContact(email="anna@example.com", role="commenter")),
        (" anna@example.com ", NewContact(email="anna@example.com")),
    ],
)
def test_contacts_of_the_command_line(text: str, contact: NewContact) -> None:
    assert parse_contact(text) == contact


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anna Berg",
        "Anna <anna>",
        "a@b.example:owner",
        "A <a@b.example>:signer:x",
        "A <a@b.example",
        "\0<a@b.example>",
    ],
)
def test_what_is_no_contact_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_contact(text)
    assert {each.place for each in refused.value.problems} == {"--contact"}
