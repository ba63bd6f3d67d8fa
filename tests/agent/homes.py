"""Installations that have lived through a morning or two, to be copied as often as a test likes."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from tests.agent.company import FIRST, MAPPING, SECOND, Company
from tests.agent.launcher import Ended, Launcher
from tests.databases import COPIED, _drop, _on_server, need_postgres, text_of

_numbers = count()


@dataclass(frozen=True)
class Home:
    """One installation: its folder and the address of its database."""

    folder: Path
    database: str
    company: Company
    launcher: Launcher

    def run(self, day: date = SECOND, crash_at: str = "") -> Ended:
        """`lifecycle run --as-of DAY` on the export of that morning."""
        data = ["--data", str(self.company.export(day)), "--mapping", str(MAPPING)]
        return self.call("run", "--as-of", day.isoformat(), *data, crash_at=crash_at)

    def call(self, *arguments: str, crash_at: str = "") -> Ended:
        """Any command on this installation."""
        return self.launcher.run([*arguments, "--home", str(self.folder)], self.told(crash_at))

    def told(self, crash_at: str = "") -> dict[str, str]:
        """What a process is told by its environment."""
        return {
            "LIFECYCLE_DATABASE_URL": self.database,
            "LIFECYCLE_POLICIES": str(self.company.policies),
            "LIFECYCLE_CRASH_AT": crash_at,
            "COLUMNS": "200",
        }


class Homes:
    """Keeps, for each kind of database, a home after its first morning and one after its second."""

    def __init__(self, folder: Path, company: Company, launcher: Launcher) -> None:
        self._folder = folder
        self._company = company
        self._launcher = launcher
        self._lived: dict[tuple[str, date], Home] = {}
        self._names: list[str] = []

    def lived(self, kind: str, until: date = FIRST) -> Home:
        """A home after its mornings until a day; to be looked at, not to be changed."""
        if (kind, until) not in self._lived:
            home = self._home(kind, self._fresh(kind)) if until == FIRST else self._copied(kind)
            ended = home.run(until)
            assert ended.code == 0, ended.text
            self._lived[kind, until] = home
        return self._lived[kind, until]

    @contextmanager
    def copy(self, kind: str, until: date = FIRST) -> Iterator[Home]:
        """A home of one's own that has lived through the mornings until a day."""
        home = self._copied(kind, until)
        yield home
        self._forget(home)

    @contextmanager
    def fresh(self, kind: str) -> Iterator[Home]:
        """An empty home of one's own."""
        home = self._home(kind, self._fresh(kind))
        yield home
        self._forget(home)

    def close(self) -> None:
        """Drop what is on a server."""
        for name in self._names:
            _drop(need_postgres(), name)

    def _copied(self, kind: str, until: date = FIRST) -> Home:
        lived = self.lived(kind, until)
        home = self._home(kind, self._fresh(kind, template=lived.database))
        shutil.copytree(lived.folder, home.folder, dirs_exist_ok=True)
        return home

    def _fresh(self, kind: str, template: str | None = None) -> str:
        """The name of a new home's folder; on PostgreSQL its database is there already."""
        name = f"lifecycle_agent_{os.getpid()}_{next(_numbers)}"
        if kind == "postgresql":
            source = f" TEMPLATE {template.rsplit('/', 1)[1].split('?')[0]}" if template else ""
            _on_server(need_postgres(), f"CREATE DATABASE {name}{source} {COPIED}")
            self._names.append(name)
        (self._folder / name).mkdir()
        return name

    def _home(self, kind: str, name: str) -> Home:
        folder = self._folder / name
        database = f"sqlite:///{folder / 'lifecycle.db'}"
        if kind == "postgresql":
            database = text_of(need_postgres().set(database=name))
        return Home(folder, database, self._company, self._launcher)

    def _forget(self, home: Home) -> None:
        shutil.rmtree(home.folder)
        if home.folder.name in self._names:
            self._names.remove(home.folder.name)
            _drop(need_postgres(), home.folder.name)
