"""Child processes that misbehave are ended and replaced, and nobody else waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from portal.errors import Overloaded
from portal.sandbox.pool import Overrun, Pool, Work

MB = 1024 * 1024


def pool_of(*, seconds: float = 30, processor_seconds: int = 30, size: int = 1, queue: int = 8) -> Pool:
    return Pool(
        Work("tests.sandbox.work:answer", seconds, processor_seconds, 200 * MB), size=size, queue=queue
    )


@pytest.fixture
def pool() -> Iterator[Pool]:
    found = pool_of()
    yield found
    found.close()


def test_a_child_answers_again_and_again(pool: Pool) -> None:
    first = pool.run_now(b"pid")
    assert pool.run_now(b"abc") == b"cba"
    assert pool.run_now(b"") == b""
    assert pool.run_now(b"chatter") == b"rettahc"
    assert pool.run_now(b"pid") == first


@pytest.mark.parametrize("misbehaviour", [b"memory", b"raise", b"die", b"large"])
def test_a_child_that_fails_is_replaced(
    pool: Pool, misbehaviour: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    first = pool.run_now(b"pid")
    with pytest.raises(Overrun):
        pool.run_now(misbehaviour)
    assert pool.run_now(b"pid") != first
    assert not psutil.pid_exists(int(first))
    assert "SECRET" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("misbehaviour", "limits"),
    [(b"wait", {"seconds": 1}), (b"loop", {"seconds": 1}), (b"loop", {"processor_seconds": 1})],
    ids=["waits", "computes", "computes on its processor"],
)
def test_a_child_that_takes_too_long_is_ended(misbehaviour: bytes, limits: dict[str, int]) -> None:
    pool = pool_of(**limits)  # type: ignore[arg-type]
    try:
        first = pool.run_now(b"pid")
        began = time.monotonic()
        with pytest.raises(Overrun):
            pool.run_now(misbehaviour)
        assert time.monotonic() - began < 20
        assert pool.run_now(b"abc") == b"cba"
        assert not psutil.pid_exists(int(first))
    finally:
        pool.close()


def test_processor_time_counts_for_each_request_anew() -> None:
    """A child that is kept has used some already."""
    pool = pool_of(processor_seconds=1)
    try:
        assert [pool.run_now(b"abc") for _ in range(40)] == [b"cba"] * 40
    finally:
        pool.close()


def test_no_more_wait_than_there_is_room_for() -> None:
    pool = pool_of(seconds=3, queue=1)
    try:
        failed: list[BaseException] = []

        def ask() -> None:
            try:
                pool.run_now(b"wait")
            except (Overrun, Overloaded) as error:
                failed.append(error)

        askers = [threading.Thread(target=ask) for _ in range(5)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert sorted(type(error).__name__ for error in failed) == ["Overloaded"] * 3 + ["Overrun"] * 2
        assert pool.run_now(b"abc") == b"cba"
    finally:
        pool.close()


def test_a_child_knows_no_secret_of_the_server(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEYS", "a key of the tests that nobody else may know")
    monkeypatch.setenv("DATABASE_PASSWORD", "hush")
    names = pool.run_now(b"environment").decode().split()
    assert "PATH" in names
    assert not {"PORTAL_SECRET_KEYS", "DATABASE_PASSWORD"} & set(names)


def test_a_child_is_replaced_before_anything_gathers_in_it(pool: Pool) -> None:
    pids = {pool.run_now(b"pid") for _ in range(60)}
    assert len(pids) == 2


def test_children_end_with_their_pool(pool: Pool) -> None:
    pid = int(pool.run_now(b"pid"))
    pool.close()
    assert not psutil.pid_exists(pid)
    assert pool.run_now(b"abc") == b"cba"
