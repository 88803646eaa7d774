"""Post a file to a receiver, signed by Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature).

A seller's manager chooses the address, so it must not reach what only this machine can reach: the name is looked up once,
every address behind it must be public, and the connection goes to one of those and nowhere else. Redirects and proxies,
which would look up names of their own, are not used.
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

SECONDS = 10
CONNECT_SECONDS = 4
GONE = 410


async def deliver(export: Export, delivery: Delivery, *, loopback: bool) -> None:
    """Delivered when the receiver answers 2xx within ten seconds; 410 says that it wants nothing more, for good.

    `loopback` lets it go to this machine (demo).
    """
    url = httpx.URL(delivery.target)
    try:
        async with asyncio.timeout(SECONDS):
            addresses = await _addresses(url, loopback=loopback)
            status = await _posted(export, delivery, url, addresses)
    except TimeoutError as error:
        raise Undelivered(
            Sentence("%(host)s did not answer within %(seconds)s seconds.", host=url.host, seconds=SECONDS)
        ) from error
    if not 200 <= status < 300:
        raise Undelivered(_refusal(url.host, status), for_good=status == GONE)


async def _addresses(url: httpx.URL, *, loopback: bool) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(url.raw_host.decode(), url.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Undelivered(Sentence("There is no address for %(host)s.", host=url.host)) from error
    # A link-local address comes with the name of an interface.
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    inside = [address for address in addresses if not _allowed(ip_address(address), loopback=loopback)]
    if not addresses:
        raise Undelivered(Sentence("There is no address for %(host)s.", host=url.host))
    if inside:
        raise Undelivered(
            Sentence(
                "%(host)s stands for %(inside)s, which is not on the internet. Webhooks go to public addresses only.",
                host=url.host,
                inside=", ".join(inside),
            )
        )
    return list(dict.fromkeys(addresses))


def _allowed(address: IPv4Address | IPv6Address, *, loopback: bool) -> bool:
    return receiver.public(address) or (loopback and address.is_loopback)


async def _posted(export: Export, delivery: Delivery, url: httpx.URL, addresses: list[str]) -> int:
    headers = {
        "host": url.netloc.decode(),
        "content-type": export.media_type,
        "user-agent": "Parley",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(delivery.at.timestamp())),
        "webhook-signature": Webhook(delivery.secret).sign(delivery.id, delivery.at, export.content.decode()),
    }
    why, timeout = "", httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
    transport = httpx.AsyncHTTPTransport(verify=_trust())
    async with httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False) as client:
        for address in addresses:
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                content=export.content,
                headers=headers,
                # The certificate must be the name's, although the connection goes to the address.
                extensions={"sni_hostname": url.raw_host.decode()},
            )
            try:
                # Streamed, and never read: what a receiver says in its body is of no use, and has no end.
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
def _trust() -> ssl.SSLContext:
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
