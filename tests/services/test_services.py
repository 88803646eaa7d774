"""The programs behind other tests do what those tests rely on."""

from __future__ import annotations

import os
import signal
import smtplib
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import psutil
import psycopg
import pytest
from playwright.sync_api import Browser, Page
from redis import Redis

from tests.conftest import NewContext
from tests.services.browser import Actor
from tests.services.mail import SmtpSink
from tests.services.postgres import PostgresServer
from tests.services.process import Process
from tests.services.redis import RedisServer


def python(tmp_path: Path, program: str) -> Process:
    return Process("program", [sys.executable, "-c", program], log=tmp_path / "log")


def test_a_program_that_dies_is_reported_with_what_it_said(tmp_path: Path) -> None:
    process = python(tmp_path, "import sys; sys.exit('no such setting')")
    with pytest.raises(RuntimeError, match=r"(?s)ended with status 1.*no such setting"):
        process.wait_until(lambda: False)


def test_a_program_that_is_never_ready_is_ended(tmp_path: Path) -> None:
    process = python(tmp_path, "input = print('here', flush=True) or __import__('signal').pause()")
    process.wait_until(lambda: "here" in process.output())
    with pytest.raises(RuntimeError, match=r"(?s)not ready after 0.05 s.*here"):
        process.wait_until(lambda: False, seconds=0.05)
    assert not process.running


def test_ending_a_program_ends_its_children(tmp_path: Path) -> None:
    waiting = "import signal; print(1, flush=True); signal.pause()"
    process = python(tmp_path, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {waiting!r}])")
    process.wait_until(lambda: "1" in process.output())
    (child,) = psutil.Process(process.pid).children()
    process.kill()
    # Nobody waits for an orphan on a machine whose first process does not: a zombie has ended.
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_paused_program_can_be_ended(tmp_path: Path) -> None:
    process = python(tmp_path, "import signal; print(1, flush=True); signal.pause()")
    process.wait_until(lambda: "1" in process.output())
    process.pause()
    assert process.stop() == -signal.SIGTERM


def test_redis_comes_back_on_its_port(own_redis: RedisServer) -> None:
    with Redis.from_url(own_redis.url) as client:
        client.set("key", "value")
    own_redis.kill()
    own_redis.start()
    with Redis.from_url(own_redis.url) as client:
        assert client.get("key") is None


def test_redis_subscribers_can_be_cut_off(own_redis: RedisServer) -> None:
    with Redis.from_url(own_redis.url, retry=None) as client, client.pubsub() as subscription:
        subscription.subscribe("doorbell")
        subscription.get_message(timeout=5)
        own_redis.cut_connections()
        with Redis.from_url(own_redis.url) as other:
            assert other.pubsub_numsub("doorbell") == [(b"doorbell", 0)]


def test_each_postgres_database_is_fresh(create_database: Callable[..., str]) -> None:
    prepared = []

    def migrate(url: str) -> None:
        prepared.append(url)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE deal (id int)")

    first, second = create_database(migrate), create_database(migrate)
    for url in (first, second):
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO deal VALUES (1)")
            assert connection.execute("SELECT count(*) FROM deal").fetchone() == (1,)
    assert len(prepared) == 1
    assert first != second


def test_postgres_keeps_what_it_acknowledged_through_a_crash(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE deal AS SELECT 1 AS id")
    postgres_server.kill()
    postgres_server.start()
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT id FROM deal").fetchone() == (1,)


def test_mail_arrives_or_is_refused(smtp_sink: SmtpSink) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "rita@kestrel.example", "bea@oakum.example", "Größe"
    message.set_content("Guten Tag")
    with smtplib.SMTP("127.0.0.1", int(smtp_sink.url.rsplit(":", 1)[1])) as smtp:
        smtp.send_message(message)
        smtp_sink.refusal = "451 Try later"
        with pytest.raises(smtplib.SMTPDataError, match="Try later"):
            smtp.send_message(message)
    (received,) = smtp_sink.wait_for("bea@oakum.example")
    assert received["Subject"] == "Größe"


def test_complaints_of_a_page_are_heard(browser: Browser) -> None:
    actor = Actor(browser.new_context(), allowed=["expected"])
    page = actor.context.new_page()
    page.route(
        "**/*",
        lambda route: route.fulfill(
            headers={"content-security-policy": "default-src 'none'; script-src 'unsafe-inline'"},
            content_type="text/html",
            body="<p style='color: red'>Hello</p><script>console.error('expected'); console.error('odd'); oops()</script>",
        ),
    )
    page.goto("http://parley.example/")
    actor.context.close()
    heard = "\n".join(actor.complaints())
    assert "Content-Security-Policy: style-src-attr" in heard
    assert "console: odd" in heard
    assert "oops is not defined" in heard
    assert "expected" not in heard


def test_axe_finds_a_field_without_a_name(page: Page, axe: Callable[..., list[str]]) -> None:
    page.set_content(
        "<html lang=en><title>Offer</title><main><h1>Offer</h1><label>Name <input></label></main>"
    )
    assert axe(page) == []
    page.set_content("<html lang=en><title>Offer</title><main><h1>Offer</h1><input></main>")
    assert [finding.split(":")[0] for finding in axe(page)] == ["label"]


def test_actors_do_not_share_cookies(new_context: NewContext) -> None:
    buyer, rep = new_context(), new_context()
    buyer.add_cookies([{"name": "session", "value": "bea", "url": "http://parley.example/"}])
    assert rep.cookies() == []


@pytest.mark.anyio
async def test_coroutines_can_be_tests() -> None:
    assert os.getpid()
