"""Small simulated companies for the tests, each made once a session, and a look into them."""

import atexit
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import duckdb

from tools.sources.simulated import FILES, Truth, simulate

END = date(2026, 1, 1)


@dataclass(frozen=True)
class World:
    """One export and its truth."""

    folder: Path
    truth: Truth

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer of a query over the files and truths, named without their suffix."""
        con = duckdb.connect(":memory:")
        paths = (*self.folder.iterdir(), *self.truth.folder.iterdir())
        for path in (path for path in paths if path.stem in sql):
            con.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM {reader(path)}")
        answer: list[tuple[Any, ...]] = con.execute(sql).fetchall()
        return answer

    def bytes(self) -> dict[str, bytes]:
        """Every byte of the export and of the truth."""
        paths = (*self.folder.iterdir(), *self.truth.folder.iterdir())
        return {path.name: path.read_bytes() for path in paths}


def reader(path: Path) -> str:
    """A relation over a file, with every value as text unless it is Parquet."""
    if path.suffix == ".csv":
        return f"read_csv('{path}', all_varchar = true, header = true)"
    return f"read_json('{path}')" if path.suffix == ".jsonl" else f"read_parquet('{path}')"


@cache
def world(
    seed: int = 7, accounts: int = 250, until: date = END, threads: int | None = None
) -> World:
    """An export of that seed, size and day."""
    made = Path(mkdtemp(prefix="simulated_"))
    atexit.register(rmtree, made, ignore_errors=True)
    folder = made / "export"
    truth = simulate(folder, seed=seed, end=END, accounts=accounts, until=until, threads=threads)
    assert {path.name for path in folder.iterdir()} == set(FILES)
    return World(folder, truth)
