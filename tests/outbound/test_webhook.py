"""Signed deliveries over HTTP, and the addresses they must never go to."""

import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest
from standardwebhooks import WebhookVerificationError

from portal.commands.order.configure_receiver import new_secret, replace_secret
from portal.commands.outbox.lease_deliveries import Delivery
from portal.database.database import utc_now
from portal.outbound import webhook
from portal.outbound.export import Export
from portal.outbound.undelivered import Undelivered
from tests.outbound.certificates import certificate, server_context
from tests.outbound.house import House
from tests.outbound.receivers import HttpReceiver

pytestmark = pytest.mark.anyio
FILE = Export(content='{"Größe":"ü"}'.encode(), media_type="application/json", name="O-1.json")


def delivery(target: str, secret: str | None = None) -> Delivery:
    return Delivery(
        id="delivery-id",
        transport="webhook",
        attempt=1,
        at=utc_now(),
        deal_id=None,
        payload=b"",
        target=target,
        secret=secret or new_secret(),
    )


async def test_a_receiver_can_check_who_sent_it(house: House, http_receiver: HttpReceiver) -> None:
    receiver = house.receives("accounting", "webhook", http_receiver.url)
    house.places_an_order()
    await house.worker.deliver_due()
    (received,) = http_receiver.received
    received.verify(receiver.secret)
    with pytest.raises(WebhookVerificationError):
        received.verify(new_secret())
    with pytest.raises(WebhookVerificationError):
        received._replace(body=received.body + b" ").verify(receiver.secret)
    assert received.body == house.part("accounting")
    assert received.headers["content-type"] == "application/json"
    assert received.path == "/orders"
    (row,) = house.rows(receiver_id=receiver.id)
    assert received.id == row.id


async def test_csv_is_signed_as_well(house: House, http_receiver: HttpReceiver) -> None:
    receiver = house.receives("analysis", "webhook", http_receiver.url, format="csv")
    house.places_an_order()
    await house.worker.deliver_due()
    (received,) = http_receiver.received
    received.verify(receiver.secret)
    assert received.headers["content-type"] == "text/csv; charset=utf-8"
    assert received.body.startswith(b"kind,order,")


async def test_a_replaced_secret_signs_nothing_any_more(house: House, http_receiver: HttpReceiver) -> None:
    old = house.receives("accounting", "webhook", http_receiver.url)
    table = house.places_an_order()
    change = partial(replace_secret, actor=table.mia.actor, receiver_id=old.id)
    new = house.database.write_now(change)
    await house.worker.deliver_due()
    (received,) = http_receiver.received
    received.verify(new.secret)
    with pytest.raises(WebhookVerificationError):
        received.verify(old.secret)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_what_is_not_taken_is_tried_again(
    house: House, http_receiver: HttpReceiver, status: int
) -> None:
    receiver = house.receives("accounting", "webhook", http_receiver.url)
    house.places_an_order()
    http_receiver.status = status
    await house.worker.deliver_due()
    (row,) = house.rows(receiver_id=receiver.id)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert str(status) in row.error
    http_receiver.status = 204
    house.clock.advance(seconds=72)
    await house.worker.deliver_due()
    assert house.row(row.id).state == "sent"
    assert {each.id for each in http_receiver.received} == {row.id}


async def test_gone_is_gone(house: House, http_receiver: HttpReceiver) -> None:
    receiver = house.receives("accounting", "webhook", http_receiver.url)
    house.places_an_order()
    http_receiver.status = 410
    await house.worker.deliver_due()
    (row,) = house.rows(receiver_id=receiver.id)
    assert (row.state, row.attempts) == ("failed", 1)


async def test_redirects_are_not_followed(http_receiver: HttpReceiver) -> None:
    http_receiver.status, http_receiver.location = 307, http_receiver.url + "/elsewhere"
    with pytest.raises(Undelivered, match="redirects are not followed"):
        await webhook.deliver(FILE, delivery(http_receiver.url), loopback=True)
    assert [each.path for each in http_receiver.received] == ["/orders"]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "2130706433",
    ],
)
async def test_outside_the_demo_nothing_goes_to_this_machine(http_receiver: HttpReceiver, host: str) -> None:
    target = f"http://{host}:{http_receiver.port}/orders"
    with pytest.raises(Undelivered, match=r"not on the internet|no address"):
        await webhook.deliver(FILE, delivery(target), loopback=False)
    assert http_receiver.received == []


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fd00::1]"]
)
async def test_not_even_the_demo_reaches_the_house_network(host: str) -> None:
    with pytest.raises(Undelivered, match="not on the internet"):
        await webhook.deliver(FILE, delivery(f"http://{host}/orders"), loopback=True)


async def test_a_proxy_of_the_environment_is_not_used(
    http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    await webhook.deliver(FILE, delivery(http_receiver.url), loopback=True)
    assert len(http_receiver.received) == 1


async def test_the_connection_is_encrypted_for_the_name_and_goes_to_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, "localhost")
    receiver = HttpReceiver(server_context(file))
    target = f"https://localhost:{receiver.port}/orders?token=1"
    webhook._tls_context.cache_clear()
    try:
        with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
            await webhook.deliver(FILE, delivery(target), loopback=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        webhook._tls_context.cache_clear()
        await webhook.deliver(FILE, delivery(target), loopback=True)
        with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
            await webhook.deliver(FILE, delivery(target.replace("localhost", "127.0.0.1")), loopback=True)
    finally:
        webhook._tls_context.cache_clear()
        receiver.stop()
    (received,) = receiver.received
    assert received.headers["host"] == f"localhost:{receiver.port}"
    assert received.path == "/orders?token=1"


async def test_a_receiver_that_says_nothing_is_left_after_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Undelivered, match="did not answer"):
            await webhook.deliver(FILE, delivery(target), loopback=True)


async def test_an_endless_answer_is_not_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = threading.Event()

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                try:
                    while True:
                        connection.sendall(b"ffff\r\n" + b"x" * 65535 + b"\r\n")
                except OSError:
                    closed.set()

        thread = threading.Thread(target=answer)
        thread.start()
        await webhook.deliver(FILE, delivery(f"http://127.0.0.1:{server.getsockname()[1]}/"), loopback=True)
        thread.join(timeout=20)
        assert closed.is_set()


async def test_nobody_there_is_tried_again(free_port: Callable[[], int]) -> None:
    with pytest.raises(Undelivered, match="could not be reached") as failure:
        await webhook.deliver(FILE, delivery(f"http://127.0.0.1:{free_port()}/"), loopback=True)
    assert not failure.value.for_good


def test_the_library_joins_no_cookies_or_addresses_of_its_own() -> None:
    assert httpx.URL("http://a.example/x").copy_with(host="2606:4700::1111").netloc == b"[2606:4700::1111]"
