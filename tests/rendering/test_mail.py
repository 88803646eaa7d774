"""What a mail says, and what it can never be made to say."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from portal.domain.deal.mail import TEMPLATES, Mail
from portal.outbound import smtp
from portal.outbound.smtp_url import parse_smtp_url
from portal.outbound.undelivered import Undelivered
from portal.rendering import mail
from portal.settings import Settings
from tests.outbound.house import LETTER
from tests.services.mail import SmtpSink

SETTINGS = Settings(
    _env_file=None, public_url="https://deals.kestrel.example", mail_from="Kestrel <no-reply@kestrel.example>"
)
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
URL = "https://deals.kestrel.example/j/a-token?x=1&y=2"
CONTEXT = {
    "url": URL,
    "seller": "Kestrel Machines",
    "sender": "Rita Holm",
    "company": "Oakum Foods",
    "title": "Two HP-40 presses",
    "number": "P-2026-0001",
    "revision": "3",
    "order": "O-2026-0001",
    "signer": "Sol Iversen",
    "who": "Bea Lund",
    "happened": "counteroffer",
    "count": "2",
    "valid_until": "2026-12-10",
    "digest": "ab" * 32,
    "statement": "I accept revision 3 for 43,100.00 EUR.",
    "fingerprint": "cd" * 32,
}


class Page(HTMLParser):
    """The addresses that an HTML mail names, its visible text, and what would load or run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "a":
            self.links.append(facts["href"] or "")
        if tag in {"img", "script", "iframe", "link", "object"} or "src" in facts:
            self.loads.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def letter(template: str = "invitation", **context: str) -> Mail:
    return Mail(
        template=template,  # type: ignore[arg-type]
        to_name="Bea Lund",
        to_email="bea@oakum.example",
        language="en",
        context=CONTEXT | context,
    )


def composed(mail_: Mail, **options: Any) -> EmailMessage:
    facts = {"delivery": "delivery-id", "deal_id": "deal-id", "at": AT, **options}
    return smtp.compose(mail_, mail.render(mail_, SETTINGS), SETTINGS, **facts)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_has_one_button_and_its_address_in_words(template: str) -> None:
    rendered = mail.render(letter(template), SETTINGS)
    page = Page(rendered.html)
    assert rendered.subject
    assert page.links == [URL, URL], "the button and the visible address"
    assert URL in page.text
    assert re.findall(r"https?://\S+", rendered.text) == [URL]
    assert page.loads == []
    assert "url(" not in rendered.html
    assert "{{" not in rendered.html + rendered.text


@pytest.mark.parametrize("template", TEMPLATES)
def test_text_and_html_say_the_same(template: str) -> None:
    rendered = mail.render(letter(template), SETTINGS)
    words = " ".join(Page(rendered.html).text.split())
    for sentence in rendered.text.split("\n"):
        if len(sentence) > 20:
            assert " ".join(sentence.split()).removesuffix(":") in words


@pytest.mark.parametrize("template", TEMPLATES)
def test_neither_subject_nor_preview_tells_a_price(template: str) -> None:
    rendered = mail.render(letter(template), SETTINGS)
    preview = re.search(r'class="preview"[^>]*>(.*?)</div>', rendered.html, re.DOTALL)
    assert preview
    assert preview[1].strip()
    assert not re.search(r"43,100|EUR", rendered.subject + preview[1])


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_mail_with_an_empty_context_still_reads(template: str) -> None:
    empty = msgspec.structs.replace(letter(template), context={}, to_name="")
    rendered = mail.render(empty, SETTINGS)
    assert rendered.text.startswith("Hello,")
    assert Page(rendered.html).links == []


def test_what_somebody_wrote_is_text_and_one_line() -> None:
    wicked = '<img src=x onerror=alert(1)>\r\nBcc: all@oakum.example\n\n"quoted" {{ 7*7 }} 100%'
    rendered = mail.render(letter(title=wicked, seller=wicked, who=wicked), SETTINGS)
    assert "\n" not in rendered.subject
    assert Page(rendered.html).loads == []
    assert "49" not in rendered.text
    assert "{{ 7*7 }} 100%" in rendered.text
    assert not any(line.startswith("Bcc:") for line in rendered.text.splitlines())


def test_an_address_that_is_no_web_address_is_no_button() -> None:
    rendered = mail.render(letter(url="javascript:alert(1)"), SETTINGS)
    assert Page(rendered.html).links == []
    assert "javascript:" not in rendered.html + rendered.text


@pytest.mark.parametrize("language", ["en", "en-GB", "ar-EG", "zh-Hans-CN", "xx", "", "not a language"])
def test_a_language_without_a_catalog_is_written_in_english(language: str) -> None:
    rendered = mail.render(msgspec.structs.replace(letter(), language=language), SETTINGS)
    assert "sent you a proposal" in rendered.subject
    assert "December 10, 2026" in rendered.text or "10 December 2026" in rendered.text
    assert '<html lang="en' in rendered.html


def test_styles_are_inline_and_dark_mode_stays() -> None:
    html = mail.render(letter(), SETTINGS).html
    assert re.search(r'<a class="button"[^>]* style="[^"]*background-color', html)
    assert "prefers-color-scheme: dark" in html


def test_mails_about_a_deal_stand_in_one_thread() -> None:
    first, second = composed(letter()), composed(letter("new_answer"), delivery="another")
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert (first["Message-ID"], second["Message-ID"]) == (
        "<delivery-id@deals.kestrel.example>",
        "<another@deals.kestrel.example>",
    )
    assert "deal-id" not in first["References"]
    assert composed(letter(), deal_id="other")["References"] != first["References"]
    assert composed(letter("sign_in_link"), deal_id=None)["References"] is None


def test_headers_are_what_they_should_be() -> None:
    message = composed(letter())
    assert message["From"] == "Kestrel <no-reply@kestrel.example>"
    assert message["To"] == "Bea Lund <bea@oakum.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "name",
    [
        "Bea\r\nBcc: all@oakum.example",
        "Bea\nX-Injected: 1",
        "Bea\u2028Bcc: x@y.example",
        "Bea\x00Lund",
        'Bea" <x@y.example>, "',
        "Bea, Lund <x@y.example>",
        "Bea \u202egro.live\u202c",
        "Béa Lünd " * 30,
    ],
)
def test_a_name_can_add_no_header_and_no_recipient(name: str, smtp_sink: SmtpSink) -> None:
    smtp.send(composed(msgspec.structs.replace(letter(), to_name=name)), smtp_sink.url)
    (message,) = smtp_sink.messages
    assert message["Bcc"] is None
    assert message["X-Injected"] is None
    (address,) = message["To"].addresses
    assert address.addr_spec == "bea@oakum.example"
    assert all(sign.isprintable() for sign in address.display_name)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "bea",
        "bea@oakum.example\r\nBcc: all@oakum.example",
        "bea@oakum.example, all@oakum.example",
        "bea lund@oakum.example",
        "<bea@oakum.example>",
        "bea@",
    ],
)
def test_what_is_no_address_fails_for_good(address: str) -> None:
    with pytest.raises(Undelivered, match="not a mail address") as failure:
        composed(msgspec.structs.replace(letter(), to_email=address))
    assert failure.value.for_good


def test_umlauts_arrive(smtp_sink: SmtpSink) -> None:
    smtp.send(composed(letter(title="Zwei Pressen für Köln – größer")), smtp_sink.url)
    (message,) = smtp_sink.messages
    assert message["Subject"] == "Kestrel Machines sent you a proposal: Zwei Pressen für Köln – größer"
    body = message.get_body(("plain",))
    assert body is not None
    assert "für Köln – größer" in body.get_content()


def test_a_server_that_is_not_there_is_tried_again(free_port: Callable[[], int]) -> None:
    port = free_port()
    with pytest.raises(Undelivered, match=f"127.0.0.1:{port} could not be reached") as failure:
        smtp.send(composed(letter()), f"smtp://user:pass@127.0.0.1:{port}")
    assert not failure.value.for_good
    assert "pass" not in failure.value.sentence


@pytest.mark.parametrize(
    ("url", "port", "encrypted"),
    [
        ("smtp://mail.example", 25, False),
        ("smtp://user:p%40ss@mail.example", 587, False),
        ("smtps://user:p%40ss@mail.example", 465, True),
        ("smtp://mail.example:2525", 2525, False),
    ],
)
def test_the_address_of_the_mail_server(url: str, port: int, encrypted: bool) -> None:
    to = parse_smtp_url(url)
    assert (to.host, to.port, to.encrypted) == ("mail.example", port, encrypted)
    assert to.password in {"", "p@ss"}


def test_the_letter_of_these_tests_is_one_that_can_be_sent() -> None:
    assert "secret-token" in mail.render(LETTER, SETTINGS).text
