"""Who gets an order's parts, by which way and in which format; and which addresses on the net a webhook may go to.

What can be checked without looking anything up is checked here, when a receiver is set up. The addresses behind a name
are checked by `public` at each delivery, since a name may point elsewhere tomorrow.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import PurePosixPath
from typing import Literal, get_args
from urllib.parse import urlsplit

from portal.domain.order.formats import WRITTEN, format_for
from portal.domain.order.work_order import KINDS
from portal.errors import Invalid, Sentence, either

Transport = Literal["folder", "webhook"]
TRANSPORTS: tuple[Transport, ...] = get_args(Transport)
FORMATS = WRITTEN
_SEGMENT = re.compile(r"[^\x00-\x1f/\\:]{1,100}")
# RFC 6052: an IPv6 address that stands for an IPv4 one.
_NAT64 = IPv6Network("64:ff9b::/96")


def check(kind: str, transport: str, target: str, format: str, *, anywhere: bool, loopback: bool) -> None:  # noqa: A002
    """Invalid at the field that is wrong.

    `anywhere`: a folder may be an absolute path (the operator's own doing, not a manager's in a browser).
    `loopback`: a webhook may go to this machine, without encryption (demo).
    """
    _one_of("kind", kind, KINDS)
    _one_of("transport", transport, TRANSPORTS)
    format_for(format, kind)
    problem = (
        _folder(target, anywhere=anywhere) if transport == "folder" else _webhook(target, loopback=loopback)
    )
    if problem:
        raise Invalid.field("target", problem)


def public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the internet could be reached there: not private, loopback, link-local or reserved."""
    if isinstance(address, IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return public(carried)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _one_of(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        hint = Sentence("Use %(names)s.", names=either(known))
        if not value:
            raise Invalid.field(field, "This is empty.", hint)
        raise Invalid.field(field, "Parley does not know “%(value)s”.", hint, value=value)


def _folder(target: str, *, anywhere: bool) -> str | None:
    path = PurePosixPath(target)
    if path.is_absolute() and not anywhere:
        return "A folder is named inside the installation's own, such as warehouse/in. `portal` can set any other."
    parts = path.parts[1:] if path.is_absolute() else path.parts
    if not parts or any(part == ".." or not _SEGMENT.fullmatch(part) for part in parts):
        return "A folder needs a name such as warehouse/in, without .., backslashes or colons."
    return None


def _webhook(target: str, *, loopback: bool) -> str | None:
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, 0
    if (
        not host
        or port == 0
        or parts.scheme not in {"http", "https"}
        or re.search(r"[\s\x00-\x1f\\]", target)
    ):
        return "A webhook needs an address such as https://erp.example.com/orders."
    if parts.username is not None or parts.fragment:
        return "A webhook's address has no user, password or fragment: deliveries are signed instead."
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    here = host == "localhost" or (address is not None and address.is_loopback)
    if here and loopback:
        return None
    if here or (address is not None and not public(address)):
        return Sentence(
            "%(host)s is not on the internet. Webhooks go to public addresses only; use a folder inside the house.",
            host=host,
        )
    if parts.scheme != "https":
        return "A webhook needs https: an order tells prices and names."
    return None
