"""Compose a mail and send it through the mail server, blocking.

The Message-ID is the id of the delivery, so that mail clients can show a mail that was sent twice only once. Mails about one
deal refer to the same Message-ID, so that clients show them as one thread. Names and subjects are reduced to one line, so
that they cannot add headers.
"""

import contextlib
import hashlib
import re
import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from portal.domain.deal.mail import Mail
from portal.errors import Sentence
from portal.outbound.smtp_url import Server, parse_smtp_url
from portal.outbound.undelivered import Undelivered
from portal.rendering.mail import Rendered, unsubscribe_url
from portal.rendering.mail_values import one_line
from portal.settings import Settings

# Seconds for each answer of the mail server.
TIMEOUT = 30
_ADDRESS = re.compile(r"[^\s\x00-\x1f<>()\[\]\"@,;:\\]+@[^\s\x00-\x1f<>()\"@,;:\\]+")


def compose(
    mail: Mail, rendered: Rendered, settings: Settings, *, delivery: str, deal_id: str | None, at: datetime
) -> EmailMessage:
    """Return the message with its headers. Undelivered for good when an address is not a mail address."""
    host = re.sub(r"[^A-Za-z0-9.-]", "-", urlsplit(settings.public_url).hostname or "localhost")
    message = EmailMessage()
    sender, address = parseaddr(settings.mail_from)
    message["From"] = _address(
        sender, address, Sentence("PORTAL_MAIL_FROM, “%(address)s”, is not a mail address.", address=address)
    )
    message["To"] = _address(
        mail.to_name,
        mail.to_email,
        Sentence(
            "The contact's address, “%(address)s”, is not a mail address.", address=one_line(mail.to_email)
        ),
    )
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{delivery}@{host}>"
    if deal_id:
        # Hashed: mails are forwarded to people who must not learn the id of the deal.
        root = f"<deal-{hashlib.sha256(deal_id.encode()).hexdigest()[:32]}@{host}>"
        message["In-Reply-To"] = message["References"] = root
    message["Auto-Submitted"] = "auto-generated"
    if stop := unsubscribe_url(mail, settings):
        # RFC 8058: one-click unsubscribe in mail clients.
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    return message


def send(message: EmailMessage, smtp_url: str) -> None:
    """Send the message. Undelivered when the server does not accept it; for good when another attempt is useless."""
    to = parse_smtp_url(smtp_url)
    host = f"{to.host}:{to.port}"
    try:
        client = _connect(to)
        try:
            client.send_message(message)
        finally:
            # The server has answered already; an error while closing must not change the result.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()
    except smtplib.SMTPRecipientsRefused as error:
        (code, said), *_ = error.recipients.values()
        raise Undelivered(
            Sentence(
                "The mail server %(host)s refused %(address)s: %(answer)s",
                host=host,
                address=message["To"],
                answer=_answer(code, said),
            ),
            for_good=code >= 500,
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Undelivered(
            Sentence("The mail server %(host)s can't send this mail: %(error)s", host=host, error=str(error)),
            for_good=True,
        ) from error
    except smtplib.SMTPResponseException as error:
        refused = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
        answer = _answer(error.smtp_code, error.smtp_error)
        raise Undelivered(
            Sentence("The mail server %(host)s answered %(answer)s", host=host, answer=answer),
            for_good=refused,
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(
            Sentence(
                "The mail server %(host)s could not be reached: %(name)s %(error)s",
                host=host,
                name=type(error).__name__,
                error=str(error),
            )
        ) from error


def _connect(to: Server) -> smtplib.SMTP:
    if to.encrypted:
        secure = ssl.create_default_context()
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            to.host, to.port, "localhost", timeout=TIMEOUT, context=secure
        )
    else:
        client = smtplib.SMTP(to.host, to.port, "localhost", timeout=TIMEOUT)
    try:
        client.ehlo()
        if not to.encrypted and client.has_extn("starttls"):
            client.starttls(context=_tls_context(to))
            client.ehlo()
        elif to.user and not to.encrypted and not to.is_local:
            raise Undelivered(
                Sentence(
                    "The mail server %(host)s offers no encryption, so the password was not sent.",
                    host=f"{to.host}:{to.port}",
                )
            )
        if to.user:
            client.login(to.user, to.password)
    except BaseException:
        client.close()
        raise
    return client


def _tls_context(to: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if to.is_local:
        # A mail server on this machine rarely has a certificate for "localhost", and no data leaves the machine.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _address(name: str, address: str, wrong: Sentence) -> Address:
    """Undelivered for good, with the sentence `wrong`, when the address is none."""
    try:
        if not _ADDRESS.fullmatch(address):
            raise ValueError(address)
        return Address(one_line(name), addr_spec=address)
    except Exception as error:
        raise Undelivered(wrong, for_good=True) from error


def _answer(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {one_line(text)[:200]}"
