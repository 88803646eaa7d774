"""The outbox: what is due is delivered, what fails is tried again, and no two workers deliver the same."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest

from portal.commands.outbox import finish_delivery
from portal.commands.outbox.finish_delivery import pause_after
from portal.commands.outbox.lease_deliveries import LEASE, Leased, lease_deliveries, renew_lease
from portal.commands.outbox.retry_delivery import retry_delivery
from portal.errors import Conflict, NotFound
from portal.outbound import webhook
from tests.cast import Clock, Table, open_database
from tests.outbound.house import LETTER, House
from tests.outbound.receivers import HttpReceiver
from tests.services.mail import SmtpSink

pytestmark = pytest.mark.anyio
ATTEMPTS = finish_delivery.MOST_ATTEMPTS


def lease(house: House, *transports: str) -> Leased:
    return house.database.write_now(partial(lease_deliveries, transports=transports or ("mail",), limit=5))


async def idle(house: House) -> None:
    """Until everything is written down and the worker has had time for its last look."""
    with anyio.fail_after(60):
        while house.rows(state="waiting"):
            await anyio.lowlevel.checkpoint()
    for _ in range(20):
        await house.database.read(lambda transaction: transaction.now)


async def test_what_is_due_is_sent_once(house: House, smtp_sink: SmtpSink) -> None:
    delivery = house.posts()
    assert await house.worker.deliver_due() == 1
    assert await house.worker.deliver_due() == 0
    assert len(smtp_sink.to("kim@oakum.example")) == 1
    row = house.row(delivery)
    assert (row.state, row.attempts, row.error, row.leased_until) == ("sent", 1, "", None)
    assert row.done_at == house.clock.now


async def test_without_a_mail_server_mail_stays_in_the_outbox(make_house: Callable[..., House]) -> None:
    house = make_house()
    delivery = house.posts()
    assert await house.worker.deliver_due() == 0
    row = house.row(delivery)
    assert (row.state, row.attempts) == ("waiting", 0)


async def test_what_is_refused_for_now_is_tried_again_later_under_the_same_id(
    house: House, smtp_sink: SmtpSink
) -> None:
    smtp_sink.refusal = "451 Try later"
    delivery = house.posts()
    assert await house.worker.deliver_due() == 1
    row = house.row(delivery)
    assert (row.state, row.attempts, row.leased_until) == ("waiting", 1, None)
    assert "451 Try later" in row.error
    assert timedelta(seconds=48) <= row.next_at - house.clock.now <= timedelta(seconds=72)

    smtp_sink.refusal = None
    assert await house.worker.deliver_due() == 0, "not before its time"
    house.clock.advance(seconds=72)
    assert await house.worker.deliver_due() == 1
    (message,) = smtp_sink.to("kim@oakum.example")
    assert message["Message-ID"] == f"<{delivery}@127.0.0.1>"
    assert house.row(delivery).state == "sent"


async def test_after_ten_attempts_it_has_failed_until_somebody_sends_it_again(
    house: House, smtp_sink: SmtpSink
) -> None:
    table = Table(house.database)
    await house.worker.deliver_due()
    smtp_sink.refusal = "451 Try later"
    delivery = house.posts()
    for _ in range(ATTEMPTS):
        assert house.row(delivery).state == "waiting"
        assert await house.worker.deliver_due() == 1
        house.clock.advance(hours=8)
    row = house.row(delivery)
    assert (row.state, row.attempts) == ("failed", ATTEMPTS)
    assert await house.worker.deliver_due() == 0

    smtp_sink.refusal = None
    house.database.write_now(partial(retry_delivery, actor=table.mia.actor, delivery_id=delivery))
    assert await house.worker.deliver_due() == 1
    assert house.row(delivery).state == "sent"
    (message,) = (each for each in smtp_sink.messages if each["Message-ID"].startswith(f"<{delivery}"))
    assert "secret-token" in message.as_string()


async def test_what_is_refused_for_good_is_not_tried_again(house: House, smtp_sink: SmtpSink) -> None:
    smtp_sink.refusal = "554 No such person"
    delivery = house.posts()
    await house.worker.deliver_due()
    row = house.row(delivery)
    assert (row.state, row.attempts) == ("failed", 1)
    assert "554 No such person" in row.error


def test_pauses_double_from_a_minute_to_six_hours() -> None:
    assert [pause_after(attempt, 100) for attempt in (1, 2, 3)] == [timedelta(minutes=n) for n in (1, 2, 4)]
    assert pause_after(ATTEMPTS, 100) == timedelta(hours=6)
    assert pause_after(1, 80) == timedelta(seconds=48)


async def test_a_dead_workers_lease_runs_out(house: House, smtp_sink: SmtpSink) -> None:
    delivery = house.posts()
    (taken,) = lease(house).deliveries
    assert taken.id == delivery
    assert await house.worker.deliver_due() == 0, "somebody is at it"
    house.clock.advance(seconds=LEASE.total_seconds() - 1)
    assert await house.worker.deliver_due() == 0
    house.clock.advance(seconds=1)
    assert await house.worker.deliver_due() == 1
    assert len(smtp_sink.messages) == 1


async def test_a_worker_that_was_thought_dead_cannot_report_a_failure(house: House) -> None:
    house.posts()
    (first,) = lease(house).deliveries
    house.clock.advance(minutes=2)
    (second,) = lease(house).deliveries
    assert (first.attempt, second.attempt) == (1, 2)
    finish = partial(finish_delivery.finish_delivery, delivery_id=first.id)
    assert (
        house.database.write_now(partial(finish, attempt=1, error="gone", for_good=True)).state == "waiting"
    )
    assert house.row(first.id).leased_until == house.clock.now + LEASE
    renewed = house.database.write_now(partial(renew_lease, delivery_id=first.id, attempt=1))
    assert not renewed.held
    assert house.database.write_now(partial(finish, attempt=2)).state == "sent"


async def test_a_lease_is_renewed_while_the_receiver_takes_its_time(
    house: House, http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine may take longer for a renewal than a receiver may for its answer.
    monkeypatch.setattr(webhook, "TIMEOUT", 120)
    receiver = house.receives("accounting", "webhook", http_receiver.url)
    house.places_an_order()
    (delivery,) = house.rows(receiver_id=receiver.id)
    http_receiver.open.clear()
    worker = house.another_worker(renew_every=timedelta(milliseconds=5))
    delivering = asyncio.ensure_future(worker.deliver_due())
    await anyio.to_thread.run_sync(http_receiver.wait_for)
    house.clock.advance(seconds=50)
    with anyio.fail_after(60):
        while house.row(delivery.id).leased_until != house.clock.now + LEASE:
            await house.database.read(lambda transaction: None)
    house.clock.advance(seconds=50)
    assert not lease(house, "webhook").deliveries
    http_receiver.open.set()
    await delivering
    assert house.row(delivery.id).state == "sent"


async def test_what_is_under_way_is_finished_when_the_worker_is_stopped(
    house: House, http_receiver: HttpReceiver
) -> None:
    receiver = house.receives("accounting", "webhook", http_receiver.url)
    house.places_an_order()
    http_receiver.open.clear()
    running = asyncio.ensure_future(house.worker.run())
    await anyio.to_thread.run_sync(http_receiver.wait_for)
    running.cancel()
    await anyio.lowlevel.checkpoint()
    http_receiver.open.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    (delivery,) = house.rows(receiver_id=receiver.id)
    assert delivery.state == "sent"


async def test_a_running_worker_finds_what_comes_later(house: House, smtp_sink: SmtpSink) -> None:
    for worker in (house.worker, house.another_worker(poll_every=timedelta(hours=1))):
        house.posts()
        running = asyncio.ensure_future(worker.run())
        came = len(smtp_sink.messages)
        await anyio.to_thread.run_sync(partial(smtp_sink.wait_for, "kim@oakum.example", count=came + 1))
        await idle(house)
        house.posts()
        worker.wake()
        await anyio.to_thread.run_sync(partial(smtp_sink.wait_for, "kim@oakum.example", count=came + 2))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_a_receiver_that_is_down_keeps_no_mail_waiting(
    house: House, http_receiver: HttpReceiver, smtp_sink: SmtpSink
) -> None:
    slow = [house.receives(kind, "webhook", http_receiver.url) for kind in ("accounting", "analysis")]
    house.places_an_order()
    http_receiver.open.clear()
    running = asyncio.ensure_future(house.worker.run())
    await anyio.to_thread.run_sync(partial(http_receiver.wait_for, count=2))
    house.posts()
    house.worker.wake()
    await anyio.to_thread.run_sync(partial(smtp_sink.wait_for, "kim@oakum.example"))
    under_way = [row for each in slow for row in house.rows(receiver_id=each.id)]
    assert [(row.state, row.error) for row in under_way] == [("waiting", "")] * 2
    http_receiver.open.set()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(("environment", "left"), [("production", "(sent)"), ("demo", LETTER.context["url"])])
async def test_a_sent_mail_keeps_no_link(
    make_house: Callable[..., House], smtp_sink: SmtpSink, environment: str, left: str
) -> None:
    house = make_house(environment=environment, smtp_url=smtp_sink.url)
    delivery = house.posts()
    await house.worker.deliver_due()
    assert "secret-token" in smtp_sink.messages[0].as_string()
    assert house.letter(delivery).context == LETTER.context | {"url": left}
    assert (b"secret-token" in house.row(delivery).payload) == (environment == "demo")


async def test_two_workers_on_postgresql_deliver_everything_once(
    postgres_url: str, clock: Clock, tmp_path: Path, http_receiver: HttpReceiver, smtp_sink: SmtpSink
) -> None:
    databases = [open_database(postgres_url, clock) for _ in range(2)]
    try:
        house = House(databases[0], clock, tmp_path, smtp_url=smtp_sink.url)
        receiver = house.receives("accounting", "webhook", http_receiver.url)
        house.places_an_order()
        expected = {delivery.id for delivery in house.rows(receiver_id=receiver.id)}
        expected |= {house.hands_off_again(receiver) for _ in range(30)}
        letters = {house.posts() for _ in range(30)} | {row.id for row in house.rows(transport="mail")}
        counts = await asyncio.gather(*(house.another_worker(each).deliver_due() for each in databases))
    finally:
        for database in databases:
            database.close()
    assert sorted(each.id for each in http_receiver.received) == sorted(expected)
    sent = [message["Message-ID"].strip("<>").partition("@")[0] for message in smtp_sink.messages]
    assert sorted(sent) == sorted(letters)
    assert sum(counts) == len(expected) + len(letters)
    assert min(counts) > 0, "one worker did everything: this proves nothing"


async def test_a_hand_off_can_be_sent_again_under_its_id(house: House, http_receiver: HttpReceiver) -> None:
    receiver = house.receives("accounting", "webhook", http_receiver.url)
    table = house.places_an_order()
    await house.worker.deliver_due()
    (delivery,) = house.rows(receiver_id=receiver.id)
    again = partial(retry_delivery, actor=table.rita.actor, delivery_id=delivery.id)
    house.database.write_now(again)
    await house.worker.deliver_due()
    first, second = http_receiver.received
    assert (first.id, first.body) == (second.id, second.body)


async def test_what_must_not_be_sent_again_is_refused(house: House) -> None:
    table = house.places_an_order()
    await house.worker.deliver_due()
    sent = house.rows(transport="mail")[0].id
    with pytest.raises(Conflict, match="link is not kept"):
        house.database.write_now(partial(retry_delivery, actor=table.rita.actor, delivery_id=sent))
    waiting = house.posts()
    lease(house)
    with pytest.raises(Conflict, match="on its way"):
        house.database.write_now(partial(retry_delivery, actor=table.rita.actor, delivery_id=waiting))
    for actor, delivery in ((table.bea.actor, waiting), (table.rita.actor, "no-such")):
        with pytest.raises(NotFound):
            house.database.write_now(partial(retry_delivery, actor=actor, delivery_id=delivery))


async def test_what_breaks_while_it_is_written_is_a_failure_and_not_the_end_of_the_worker(
    house: House, smtp_sink: SmtpSink
) -> None:
    broken = house.database.write_now(lambda work: work.enqueue("mail", Leased(deliveries=())))
    fine = house.posts()
    await house.worker.deliver_due()
    assert house.row(broken).state == "waiting"
    assert "went wrong" in house.row(broken).error
    assert house.row(fine).state == "sent"
