"""How the databases are opened: which are refused, and what a transaction promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.databases import need_postgres, text_of
from tests.store.made import NOW, batch
from tools.errors import BadInput
from tools.store.columns import UtcDateTime, storable
from tools.store.engine import Database, checked_url, disk_kind
from tools.store.store import Store


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("lifecycle.db", "is no URL"),
        ("mysql://localhost/x", "'mysql' is not supported"),
        ("postgre://localhost/x", "did you mean 'postgres'"),
        ("sqlite://", "in memory is lost"),
        ("sqlite:///:memory:", "in memory is lost"),
    ],
)
def test_other_databases_are_refused_with_what_to_do(url: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        checked_url(url)


def test_any_spelling_of_postgresql_gets_our_driver() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert checked_url(f"{scheme}://h/d").drivername == "postgresql+psycopg"


def test_a_network_disk_is_found_by_the_deepest_mount() -> None:
    mounts = "/dev/sda1 / ext4 rw 0 0\nnas:/x /home/a nfs4 rw 0 0\n"

    assert disk_kind(Path("/home/a/data"), mounts) == "nfs4"
    assert disk_kind(Path("/home/b"), mounts) == "ext4"
    assert disk_kind(Path("/home/b"), "") == ""


def test_sqlite_is_opened_to_lose_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/folder/l.db")
    with database.read() as session:
        answers = [
            session.connection().execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    database.close()

    assert answers == ["wal", 2, 1, 5_000]


def test_read_then_write_by_many_loses_no_update(store: Store) -> None:
    with store.database.write() as session:
        session.connection().execute(text("INSERT INTO document VALUES ('n', '0')"))

    def add_one(_: int) -> None:
        with store.database.write("count") as session:
            connection = session.connection()
            seen = connection.execute(text("SELECT text FROM document")).scalar_one()
            connection.execute(text("UPDATE document SET text = :n"), {"n": str(int(seen) + 1)})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(40)))
    with store.database.read() as session:
        assert session.connection().execute(text("SELECT text FROM document")).scalar() == "40"


def test_a_reader_sees_one_moment_and_is_not_kept_waiting(store: Store) -> None:
    with store.database.read() as session:
        before = session.connection().execute(text("SELECT count(*) FROM batch")).scalar()
        store.manifest.commit_batch(batch(), [])
        after = session.connection().execute(text("SELECT count(*) FROM batch")).scalar()

    assert (before, after) == (0, 0)
    assert store.manifest.has_batch("b1")


def test_an_error_undoes_the_whole_transaction(store: Store) -> None:
    def half() -> None:
        with store.database.write() as session:
            session.connection().execute(text("INSERT INTO document VALUES ('n', '0')"))
            raise RuntimeError("power failure")

    with pytest.raises(RuntimeError, match="power failure"):
        half()

    with store.database.read() as session:
        assert session.connection().execute(text("SELECT count(*) FROM document")).scalar() == 0


def test_foreign_keys_are_checked(store: Store) -> None:
    with pytest.raises(DBAPIError), store.database.write() as session:
        session.connection().execute(text("INSERT INTO run_document VALUES ('r', 'n', 'h')"))


def test_postgresql_refuses_to_write_in_a_read() -> None:
    database = Database(text_of(need_postgres()))
    with pytest.raises(DBAPIError, match="read-only"), database.read() as session:
        session.connection().execute(text("CREATE TABLE nothing (n INTEGER)"))
    database.close()


def test_a_connection_the_server_closed_is_replaced() -> None:
    database, killer = (Database(text_of(need_postgres())) for _ in range(2))
    with database.read() as session:
        pid = session.connection().execute(text("SELECT pg_backend_pid()")).scalar()
    with killer.write() as session:
        session.connection().execute(text("SELECT pg_terminate_backend(:p, 5000)"), {"p": pid})
    with database.read() as session:
        assert session.connection().execute(text("SELECT 1")).scalar() == 1
    database.close()
    killer.close()


def test_an_instant_comes_back_in_utc_whatever_its_zone(store: Store) -> None:
    store.switches.set_pause(
        "global",
        on=True,
        who="ann",
        reason="",
        now=NOW.astimezone(timezone(timedelta(hours=5))),
    )

    assert [(p.since, p.since.tzinfo) for p in store.switches.pauses(NOW)] == [(NOW, UTC)]


def test_a_naive_datetime_is_refused() -> None:
    naive = datetime(2024, 3, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(BadInput, match="has no time zone"):
        UtcDateTime().process_bind_param(naive, None)  # type: ignore[arg-type]  # not used


def test_foreign_text_becomes_storable_and_stays_readable() -> None:
    assert storable("a\x00b\ud800c") == "a\\u0000b\\ud800c"
    assert len(storable("x" * 10_000_000)) == 500
    assert storable("مرحبا 👩‍👩‍👧") == "مرحبا 👩‍👩‍👧"
