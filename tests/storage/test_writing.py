"""One committer: nothing is visible before the commit, a failed command leaves nothing, a failed commit fails all."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, func, insert, select

from portal.database.database import Database
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Misconfigured, Refused
from portal.storage import migrate, tables
from portal.storage.session import Store, Transaction
from tests.cast import open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, opened: Callable[[str], Database]) -> Database:
    return opened(request.param)


def count(name: str, work: UnitOfWork) -> int:
    return work.next_number(name)


def stored(transaction: Transaction) -> dict[str, int]:
    rows = transaction.connection.execute(select(tables.counter.c.name, tables.counter.c.value))
    return {row.name: row.value for row in rows}


def test_another_connection_sees_nothing_before_the_commit(database: Database) -> None:
    written, may_go_on = threading.Event(), threading.Event()

    def command(work: UnitOfWork) -> int:
        number = count("before", work)
        with work.connection.begin_nested():
            count("inside a savepoint that is released", work)
        written.set()
        assert may_go_on.wait(10)
        return number

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(database.write_now, command)
        assert written.wait(10)
        assert database.read_now(stored) == {}
        may_go_on.set()
        assert answer.result(10) == 1
    assert database.read_now(stored) == {"before": 1, "inside a savepoint that is released": 1}


def test_nobody_is_answered_before_the_commit(database: Database) -> None:
    at_the_commit, may_go_on = threading.Event(), threading.Event()

    def hold(connection: object) -> None:
        at_the_commit.set()
        assert may_go_on.wait(10)

    event.listen(database.store.writer, "commit", hold)
    answer = database._submit(lambda work: count("kept", work))
    assert at_the_commit.wait(10)
    # Answers are given by the thread that stands at the commit now.
    assert not answer.done()
    may_go_on.set()
    assert answer.result(10) == 1


def test_a_command_that_fails_leaves_nothing_and_spares_its_neighbours(database: Database) -> None:
    def refused(work: UnitOfWork) -> None:
        count("refused", work)
        raise Refused("No.")

    with ThreadPoolExecutor(8) as pool:
        good = [pool.submit(database.write_now, lambda work: count("good", work)) for _ in range(40)]
        bad = [pool.submit(database.write_now, refused) for _ in range(40)]
        assert sorted(each.result(30) for each in good) == list(range(1, 41))
        for each in bad:
            with pytest.raises(Refused):
                each.result(30)
    assert database.read_now(stored) == {"good": 40}


def test_commands_that_wait_share_a_commit_on_sqlite(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/parley.db")
    commits = []
    event.listen(database.store.writer, "commit", lambda connection: commits.append(1))
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(work: UnitOfWork) -> int:
        begun.set()
        assert may_go_on.wait(10)
        return count("group", work)

    with ThreadPoolExecutor(31) as pool:
        first = pool.submit(database.write_now, slow)
        assert begun.wait(10)
        answers = [database._submit(lambda work: count("group", work)) for _ in range(30)]
        may_go_on.set()
        assert first.result(10) == 1
        assert [each.result(10) for each in answers] == list(range(2, 32))
    assert len(commits) == 2
    database.close()


def test_a_commit_that_fails_fails_every_command_of_its_group(tmp_path: Path) -> None:
    rung: list[str] = []
    database = open_database(f"sqlite:///{tmp_path}/parley.db", ring=lambda deals, events: rung.extend(deals))

    def broken(connection: object) -> None:
        raise OSError("disk full")

    event.listen(database.store.writer, "commit", broken)

    def command(work: UnitOfWork) -> int:
        work.mark_changed("deal")
        return count("lost", work)

    with pytest.raises(OSError, match="disk full"):
        database.write_now(command)
    event.remove(database.store.writer, "commit", broken)
    assert database.read_now(stored) == {}
    assert rung == []
    assert database.write_now(command) == 1
    assert rung == ["deal"]
    database.close()


def test_the_doorbell_rings_after_the_commit_and_never_for_a_refusal(tmp_path: Path) -> None:
    seen: list[dict[str, int]] = []
    database = open_database(
        f"sqlite:///{tmp_path}/parley.db", ring=lambda deals, events: seen.append(database.read_now(stored))
    )

    def command(work: UnitOfWork) -> None:
        count("rung", work)
        work.mark_changed("deal")

    def refused(work: UnitOfWork) -> None:
        command(work)
        raise Refused("No.")

    with pytest.raises(Refused):
        database.write_now(refused)
    database.write_now(command)
    assert seen == [{"rung": 1}]
    database.close()


def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"):
        database.read_now(lambda t: t.connection.execute(insert(tables.counter).values(name="x", value=1)))


def test_two_processes_worth_of_writers_share_one_sqlite_file(tmp_path: Path) -> None:
    one = open_database(f"sqlite:///{tmp_path}/parley.db")
    other = open_database(f"sqlite:///{tmp_path}/parley.db")
    with ThreadPoolExecutor(8) as pool:
        both = [pool.submit(each.write_now, lambda work: count("shared", work)) for each in (one, other) * 50]
        assert sorted(each.result(30) for each in both) == list(range(1, 101))
    one.close()
    other.close()


def test_the_sqlite_writer_is_durable(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/parley.db")

    def pragmas(work: UnitOfWork) -> list[str | int]:
        names = ("journal_mode", "synchronous", "wal_autocheckpoint")
        return [work.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]

    assert database.write_now(pragmas) == ["wal", 2, 4_000]
    database.close()


def test_the_migrations_make_the_tables(database: Database) -> None:
    assert migrate.is_current(database.store)
    with database.store.writer.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        assert connection.execute(select(func.count()).select_from(tables.installation)).scalar_one() == 1


def test_an_empty_database_is_behind(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/empty.db")
    assert not migrate.is_current(store)
    store.close()


@pytest.mark.parametrize(
    "url", ["", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "not an address"]
)
def test_an_address_that_cannot_serve_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(Misconfigured, match="PORTAL_DATABASE_URL"):
        Store(url)


def test_a_doorbell_that_fails_ends_no_writer(tmp_path: Path) -> None:
    def broken(deals: object, events: object) -> None:
        raise RuntimeError("no bell")

    database = open_database(f"sqlite:///{tmp_path}/parley.db", ring=broken)

    def command(work: UnitOfWork) -> int:
        work.mark_changed("deal")
        return count("kept", work)

    assert [database._submit(command).result(10) for _ in range(2)] == [1, 2]
    database.close()
