"""The tables come from migrations, from empty to head and back, the same on both databases."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from tests.store.made import batch
from tools.errors import BadInput
from tools.store import migrate as migrations
from tools.store.columns import StoreRow
from tools.store.engine import Database
from tools.store.migrate import HEAD, check, downgrade, migrate, open_database, revision
from tools.store.store import open_store


def tables(url: str) -> set[str]:
    database = Database(url)
    names = set(inspect(database.engine).get_table_names())
    database.close()
    return names - {"alembic_version"}


def test_from_empty_to_head_makes_exactly_the_tables_of_the_code(empty_url: str) -> None:
    migrate(empty_url)

    assert tables(empty_url) == set(StoreRow.metadata.tables)
    check(empty_url)


def test_down_and_up_again_leaves_nothing_behind(empty_url: str) -> None:
    migrate(empty_url)
    downgrade(empty_url)

    assert tables(empty_url) == set()

    migrate(empty_url)
    check(empty_url)


def test_check_notices_a_table_that_the_migrations_do_not_make(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        session.connection().execute(text("DROP TABLE refusal"))
    database.close()

    with pytest.raises(Exception, match="refusal"):
        check(database_url)


def test_opening_brings_an_empty_database_up_to_date(empty_url: str) -> None:
    database = open_database(empty_url)

    assert revision(database) == HEAD
    database.close()


def test_two_that_start_together_make_the_tables_once(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate, [empty_url, empty_url]))

    check(empty_url)


def test_a_newer_database_is_refused_with_what_to_do(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    with pytest.raises(BadInput, match=f"version 9999, this code knows {HEAD}"):
        open_database(database_url)


def test_quarantine_of_an_older_home_is_read_and_mended(empty_url: str) -> None:
    migrate(empty_url, "0005")
    old = Database(empty_url)
    with old.write() as session:
        for statement in (
            (
                "INSERT INTO batch (id, source, rows, committed_at) VALUES"
                " ('b', 's', 1, '2025-01-01 00:00:00.000000')"
            ),
            (
                'INSERT INTO bad_row (batch, seq, "table", file, line, "column", value, reason)'
                " VALUES ('b', 0, 'deals', 'a.csv', 7, 'state', 'x', 'not in the value map')"
            ),
        ):
            session.connection().exec_driver_sql(statement)
    old.close()

    store = open_store(empty_url)
    (bad,) = store.manifest.quarantine()
    assert (bad.line, bad.kind, bad.rows) == (7, "refused", 1)
    store.manifest.commit_batch(batch("b2"), [], [bad], ["a.csv"])
    assert len(store.manifest.quarantine()) == 1
    store.manifest.commit_batch(batch("b3"), [], [], ["a.csv"])
    assert store.manifest.quarantine() == ()
    store.database.close()


def test_head_is_the_last_migration_and_every_migration_is_in_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_migration_that_breaks_halfway_leaves_the_database_as_it_was(empty_url: str) -> None:
    database = Database(empty_url)
    with database.write() as session:  # stands in the way of the last tables
        session.connection().execute(text("CREATE TABLE pause (seq INTEGER)"))

    with pytest.raises(Exception, match="pause"):
        migrate(empty_url)

    assert tables(empty_url) == {"pause"}
    assert revision(database) is None
    database.close()
