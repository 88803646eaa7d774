"""A password and a proposal's link go only where nobody listens in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from portal.database.database import utc_now
from portal.errors import Misconfigured
from portal.outbound import smtp
from portal.outbound.undelivered import Undelivered
from portal.rendering import mail
from portal.settings import Settings
from tests.outbound.certificates import certificate, server_context
from tests.outbound.house import LETTER, House
from tests.services.mail import SmtpSink
from tests.services.process import READY_WITHIN

SETTINGS = Settings(_env_file=None)
Serve = Callable[..., AbstractContextManager[int]]


@pytest.fixture
def serve(smtp_sink: SmtpSink, free_port: Callable[[], int]) -> Serve:
    """A mail server of the test's own, whose messages the sink keeps; its port."""

    @contextmanager
    def start(**options: Any) -> Iterator[int]:
        port = free_port()
        controller = Controller(
            smtp_sink, hostname="127.0.0.1", port=port, ready_timeout=READY_WITHIN, **options
        )
        controller.start()
        yield port
        controller.stop()

    return start


def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"parley", b"p@ss")
    return AuthResult(success=right, handled=False)


def send(url: str) -> None:
    rendered = mail.render(LETTER, SETTINGS)
    facts = {"delivery": "delivery-id", "deal_id": None, "at": utc_now()}
    smtp.send(smtp.compose(LETTER, rendered, SETTINGS, **facts), url)


def test_encryption_is_used_when_it_is_offered(serve: Serve, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    secure = server_context(certificate(tmp_path, "mail.example"))
    with serve(tls_context=secure, require_starttls=True, authenticator=authenticator) as port:
        send(f"smtp://parley:p%40ss@127.0.0.1:{port}")
    assert len(smtp_sink.messages) == 1


def test_a_wrong_password_is_no_fault_of_the_mail(serve: Serve, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    secure = server_context(certificate(tmp_path, "mail.example"))
    with (
        serve(tls_context=secure, require_starttls=True, authenticator=authenticator) as port,
        pytest.raises(Undelivered, match="535") as failure,
    ):
        send(f"smtp://parley:guessed@127.0.0.1:{port}")
    assert not failure.value.for_good
    assert "guessed" not in failure.value.sentence
    assert smtp_sink.messages == []


def test_a_password_is_not_sent_in_clear_to_another_machine(serve: Serve, smtp_sink: SmtpSink) -> None:
    # Another way to write 127.0.0.1, which is not taken for this machine.
    with (
        serve(authenticator=authenticator, auth_require_tls=False) as port,
        pytest.raises(Undelivered, match="offers no encryption"),
    ):
        send(f"smtp://parley:p%40ss@127.1:{port}")
    assert smtp_sink.messages == []


def test_another_machines_certificate_must_be_its_own(
    serve: Serve, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    secure = server_context(certificate(tmp_path, "mail.example"))
    with serve(tls_context=secure) as port, pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
        send(f"smtp://127.1:{port}")
    assert smtp_sink.messages == []


def test_smtps_wants_a_certificate_that_is_trusted(
    serve: Serve, smtp_sink: SmtpSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    with serve(ssl_context=server_context(file)) as port:
        with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
            send(f"smtps://127.0.0.1:{port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        send(f"smtps://127.0.0.1:{port}")
    assert len(smtp_sink.messages) == 1


@pytest.mark.parametrize(
    "url", ["mail.example:25", "http://mail.example", "smtp://", "smtp://mail.example:port"]
)
def test_a_wrong_address_of_the_mail_server_stops_the_start(
    make_house: Callable[..., House], url: str
) -> None:
    with pytest.raises(Misconfigured, match="PORTAL_SMTP_URL"):
        make_house(smtp_url=url)
