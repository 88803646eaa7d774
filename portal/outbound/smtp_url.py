"""The setting PORTAL_SMTP_URL."""

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from portal.errors import Misconfigured


class Server(NamedTuple):
    """The parts of PORTAL_SMTP_URL."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool

    @property
    def is_local(self) -> bool:
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_smtp_url(smtp_url: str) -> Server:
    """Parse PORTAL_SMTP_URL. Misconfigured when it is not smtp://user:pass@host:587 or smtps://…"""
    try:
        parts = urlsplit(smtp_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"smtp", "smtps"}:
        raise Misconfigured(
            "PORTAL_SMTP_URL is not an address such as smtp://user:password@mail.example.com:587."
        )
    encrypted, user = parts.scheme == "smtps", unquote(parts.username or "")
    return Server(
        host=host,
        port=port or (465 if encrypted else 587 if user else 25),
        user=user,
        password=unquote(parts.password or ""),
        encrypted=encrypted,
    )
