"""The faults themselves: a trial that passes because its network never failed would prove nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.chaos.proxy import Proxy

ANSWER_WITHIN = 15.0


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that answers with what it was sent; its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client:
            try:
                while data := client.recv(65536):
                    client.sendall(data)
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield int(listening.getsockname()[1])
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


@pytest.fixture
def net(echo: int) -> Iterator[Proxy]:
    with Proxy(echo) as proxy:
        yield proxy


def dial(net: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", net.port), timeout=ANSWER_WITHIN)


def echoed(client: socket.socket, text: bytes) -> bytes:
    client.sendall(text)
    return client.recv(65536)


def taken(client: socket.socket, text: bytes) -> bool:
    try:
        return client.send(text) > 0
    except BlockingIOError:
        return False


def silent(client: socket.socket) -> bool:
    client.settimeout(0.1)
    try:
        return not client.recv(1)
    except TimeoutError:
        return True
    finally:
        client.settimeout(ANSWER_WITHIN)


def test_it_relays_and_its_links_can_be_cut(net: Proxy) -> None:
    with dial(net) as client:
        assert echoed(client, b"one") == b"one"
        net.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    with dial(net) as client:
        assert echoed(client, b"two") == b"two"


def test_a_network_that_is_down_refuses_until_it_is_healed(net: Proxy) -> None:
    net.down()
    with pytest.raises(ConnectionResetError), dial(net) as client:
        client.recv(1)
    net.heal()
    with dial(net) as client:
        assert echoed(client, b"up") == b"up"


def test_a_stalled_network_keeps_what_is_sent_and_holds_the_sender_back(net: Proxy) -> None:
    with dial(net) as client:
        net.stall()
        client.sendall(b"waits")
        assert silent(client)
        client.setblocking(False)
        assert not all(taken(client, b"x" * 4096) for _ in range(10_000))
        client.settimeout(ANSWER_WITHIN)
        net.heal()
        assert client.recv(5) == b"waits"


@pytest.mark.parametrize("way", ["up", "down"])
def test_half_open_loses_one_direction_for_ever(net: Proxy, way: str) -> None:
    with dial(net) as client:
        net.swallow(way)  # type: ignore[arg-type]
        client.sendall(b"lost")
        assert silent(client)
        assert net.swallowed == 4
        net.heal()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_frame_is_cut_in_the_middle(net: Proxy) -> None:
    with dial(net) as client:
        net.truncate(3)
        assert echoed(client, b"a frame") == b"a f"
        assert client.recv(1) == b""
        assert net.fired.is_set()


def test_an_answer_never_comes_to_a_question_that_arrived(net: Proxy) -> None:
    with dial(net) as client, dial(net) as other:
        net.never_answer(b"key", b"COMMIT")
        assert echoed(other, b"COMMIT") == b"COMMIT"
        assert echoed(client, b"the key") == b"the key"
        assert echoed(client, b"COMMIT") == b""
        assert net.fired.is_set()
        assert echoed(other, b"key") == b"key"


def test_a_slow_network_keeps_the_order(net: Proxy) -> None:
    net.delay(0.02)
    with dial(net) as client:
        for number in b"12345":
            client.sendall(bytes([number]))
        found = b""
        while len(found) < 5:
            found += client.recv(5)
        assert found == b"12345"
