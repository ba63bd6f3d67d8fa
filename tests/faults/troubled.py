"""Databases with a trouble of their own: siblings of the real one, and rules in the server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from tests.databases import text_of
from tools.store.engine import Database
from tools.store.store import Store


class CalledOff(Exception):  # noqa: N818 - named like the driver's
    """What a driver raises when the server calls a transaction off for its own reasons."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def called_off(sqlstate: str = "40001") -> OperationalError:
    """The same, as SQLAlchemy hands it on."""
    return OperationalError("COMMIT", {}, CalledOff(sqlstate))


class Interposed(Database):
    """A database where something happens before each writing transaction, or after its commit."""

    def __init__(
        self,
        url: str,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(url)
        self._before, self._after = before, after

    @contextmanager
    def write(self, lock: str | None = None) -> Iterator[Session]:
        """Interpose."""
        self._before()
        with super().write(lock) as session:
            yield session
        self._after()


def url_of(store: Store) -> str:
    """The URL of an open store."""
    return text_of(store.database.url)


def is_sqlite(store: Store) -> bool:
    """Whether it is on SQLite."""
    return store.database.url.get_backend_name() == "sqlite"


# A sequence keeps counting when a transaction is undone, so `times` errors come and no more.
TRIGGER = """
CREATE SEQUENCE trouble;
CREATE FUNCTION trouble() RETURNS trigger AS $$ BEGIN
  IF nextval('trouble') <= {times} THEN RAISE EXCEPTION 'trouble' USING ERRCODE = '{sqlstate}';
  END IF; RETURN NEW; END $$ LANGUAGE plpgsql;
CREATE TRIGGER trouble BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION trouble();
"""


def trouble_with(store: Store, table: str, sqlstate: str, times: int) -> None:
    """Let the PostgreSQL server itself refuse the next rows of a table, some times."""
    with store.database.write() as session:
        session.connection().execute(
            text(TRIGGER.format(table=table, sqlstate=sqlstate, times=times).replace(":", "\\:"))
        )


def no_more_trouble(store: Store, table: str) -> None:
    """Take it back."""
    with store.database.write() as session:
        session.connection().execute(text(f"DROP TRIGGER trouble ON {table}"))
