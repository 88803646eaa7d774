"""Post a file to a receiver, signed as Standard Webhooks 1.0 says (webhook-id, webhook-timestamp, webhook-signature).

A manager of the seller chooses the URL, so it must not reach internal services (SSRF). The host is resolved once, all its
addresses must be public, and the connection goes to one of them. Redirects and proxies are not used, because they would
resolve hosts of their own.
"""

import asyncio
import socket
import ssl
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx
from standardwebhooks import Webhook

from portal.commands.outbox.lease_deliveries import Delivery
from portal.domain.order import receiver
from portal.errors import Sentence
from portal.outbound.export import Export
from portal.outbound.undelivered import Undelivered

TIMEOUT = 10  # seconds
CONNECT_TIMEOUT = 4
GONE = 410


async def deliver(export: Export, delivery: Delivery, *, loopback: bool) -> None:
    """Return when the receiver answers 2xx within ten seconds, else Undelivered; for good when it answers 410.

    `loopback` allows addresses of this machine (demo).
    """
    url = httpx.URL(delivery.target)
    try:
        async with asyncio.timeout(TIMEOUT):
            addresses = await _resolve(url, loopback=loopback)
            status = await _post(export, delivery, url, addresses)
    except TimeoutError as error:
        raise Undelivered(
            Sentence("%(host)s did not answer within %(seconds)s seconds.", host=url.host, seconds=TIMEOUT)
        ) from error
    if not 200 <= status < 300:
        raise Undelivered(_refusal(url.host, status), for_good=status == GONE)


async def _resolve(url: httpx.URL, *, loopback: bool) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        entries = await loop.getaddrinfo(url.raw_host.decode(), url.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Undelivered(Sentence("There is no address for %(host)s.", host=url.host)) from error
    # A link-local address ends with the name of an interface.
    addresses = [str(entry[4][0]).partition("%")[0] for entry in entries]
    internal = [address for address in addresses if not _is_allowed(ip_address(address), loopback=loopback)]
    if not addresses:
        raise Undelivered(Sentence("There is no address for %(host)s.", host=url.host))
    if internal:
        raise Undelivered(
            Sentence(
                "%(host)s stands for %(inside)s, which is not on the internet. Webhooks go to public addresses only.",
                host=url.host,
                inside=", ".join(internal),
            )
        )
    return list(dict.fromkeys(addresses))


def _is_allowed(address: IPv4Address | IPv6Address, *, loopback: bool) -> bool:
    return receiver.public(address) or (loopback and address.is_loopback)


async def _post(export: Export, delivery: Delivery, url: httpx.URL, addresses: list[str]) -> int:
    headers = {
        "host": url.netloc.decode(),
        "content-type": export.media_type,
        "user-agent": "Parley",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(delivery.at.timestamp())),
        "webhook-signature": Webhook(delivery.secret).sign(delivery.id, delivery.at, export.content.decode()),
    }
    why, timeout = "", httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT)
    transport = httpx.AsyncHTTPTransport(verify=_tls_context())
    async with httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False) as client:
        for address in addresses:
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                content=export.content,
                headers=headers,
                # The certificate is checked against the host name, although the URL has the address.
                extensions={"sni_hostname": url.raw_host.decode()},
            )
            try:
                # Streamed and not read: the body is not used, and may be endless.
                answer = await client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                why = str(error) or type(error).__name__
                continue
            except httpx.HTTPError as error:
                raise Undelivered(
                    Sentence("%(host)s broke off: %(name)s.", host=url.host, name=type(error).__name__)
                ) from error
            await answer.aclose()
            return answer.status_code
    raise Undelivered(Sentence("%(host)s could not be reached: %(reason)s.", host=url.host, reason=why))


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _refusal(host: str, status: int) -> str:
    if status == GONE:
        return Sentence(
            "%(host)s answered 410: it wants no more deliveries. Switch the receiver off, or send again later.",
            host=host,
        )
    if 300 <= status < 400:
        return Sentence(
            "%(host)s answered %(status)s: redirects are not followed. Set the address it redirects to.",
            host=host,
            status=status,
        )
    return Sentence("%(host)s answered %(status)s.", host=host, status=status)
