"""Whole copies of a database, and putting one back in its place, as after a lost disk."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine, text

from tests.databases import COPIED


@dataclass
class Copies:
    """The copies of one database by name; `let_go` closes every connection to it."""

    url: URL
    folder: Path
    let_go: Callable[[], None]

    def take(self, name: str) -> None:
        """Keep a copy as it stands, in the place of an older one of this name."""
        self.let_go()
        if self._is_sqlite:
            with (
                closing(sqlite3.connect(str(self.url.database))) as here,
                closing(sqlite3.connect(self._file(name))) as there,
            ):
                here.backup(there)
        else:
            self._on_server(
                f"DROP DATABASE IF EXISTS {self._name(name)} WITH (FORCE)",
                self._copy(self.url.database, self._name(name)),
            )

    def put_back(self, name: str) -> None:
        """Put a copy in the place of the database, whose newer rows are lost."""
        self.let_go()
        if self._is_sqlite:
            live = Path(str(self.url.database))
            for path in live.parent.glob(f"{live.name}*"):
                path.unlink()
            with (
                closing(sqlite3.connect(self._file(name))) as here,
                closing(sqlite3.connect(live)) as there,
            ):
                here.backup(there)
        else:
            self._on_server(
                f"DROP DATABASE {self.url.database} WITH (FORCE)",
                self._copy(self._name(name), self.url.database),
            )

    def remove(self, *names: str) -> None:
        """Remove the copies."""
        if not self._is_sqlite:
            self._on_server(
                *[f"DROP DATABASE IF EXISTS {self._name(name)} WITH (FORCE)" for name in names]
            )

    @property
    def _is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.db"

    def _name(self, name: str) -> str:
        return f"{self.url.database}_{name}"

    def _copy(self, from_: str | None, to: str | None) -> str:
        return f"CREATE DATABASE {to} TEMPLATE {from_} {COPIED}"

    def _on_server(self, *statements: str) -> None:
        engine = create_engine(self.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()
