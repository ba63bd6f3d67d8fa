"""Land a batch: keep what is new, roll events up by day, write the files to be committed.

Loading is idempotent by natural key: what is known already changes nothing, so a batch may be
read twice, in any order, or in parts. What arrives after a day was closed by a run is known from
the next day on: a run can be replayed because nothing slips in behind it.
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.warehouse.absent import AbsentRecords, Moment, find_absent
from tools.warehouse.conflicts import (
    KeyConflict,
    conflicts_of,
    first_seen_sql,
    repeated_sql,
    unlike_sql,
)
from tools.warehouse.dataset import FACT, USAGE_KIND, CommittedFile, Dataset, FileKind
from tools.warehouse.news import first_sql, news_sql
from tools.warehouse.schema import BY_NAME, COMMON, CanonicalTable
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from tools.warehouse.engine import DuckEngine, Engine
    from tools.warehouse.parts import FullInput

NEVER = -1
FEW_DAYS = 7


@dataclass(frozen=True)
class Loaded:
    """What a batch brought: files to commit, and per table how many rows were new."""

    batch: str
    files: tuple[CommittedFile, ...]
    new: "Mapping[str, int]"
    repeated: "Mapping[str, int]"
    conflicts: tuple[KeyConflict, ...] = ()
    absent: "tuple[AbsentRecords, ...]" = ()


def load(
    as_of: int,
    tables: "Mapping[str, pa.Table]",
    dataset: Dataset,
    engine: "DuckEngine",
    *,
    closed_day: int | None,
    full: "Iterable[FullInput]" = (),
    load_instant: int = 0,
) -> Loaded:
    """Write the new rows of a batch to Parquet; nothing counts until the files are committed.

    Who is not in a full input any more is gone; `load_instant` is when we came to know it.
    """
    closed = NEVER if closed_day is None else closed_day
    kept = [name for name in sorted(tables) if BY_NAME[name].versioned]
    conflicts: tuple[KeyConflict, ...] = ()
    for name in kept:
        conflicts += _sift(BY_NAME[name], tables[name], dataset, engine, closed)
    moment = Moment(as_of, load_instant, closed)
    absent = tuple(find_absent(moment, each, dataset, engine) for each in full)
    batch = batch_id(as_of, tables, engine, [n for n in kept if dataset.files(FACT, n)])
    files: list[CommittedFile] = []
    new: dict[str, int] = {}
    for name in sorted(tables):
        if name not in kept:
            conflicts += _sift(BY_NAME[name], tables[name], dataset, engine, closed)
        relation = f"sifted_{name}" if name in kept else "sifted"
        written = _write(FACT, name, relation, batch, dataset.folder, engine)
        new[name] = sum(f.rows for f in written)
        if name == "events" and written:
            engine.create("rolled_up", read_sql(__package__, "rollup"))
            written += _write(USAGE_KIND, "usage", "rolled_up", batch, dataset.folder, engine)
        files += written
    repeated = {name: tables[name].num_rows - count for name, count in new.items()}
    return Loaded(batch, tuple(files), new, repeated, conflicts, absent)


def batch_id(
    as_of: int, tables: "Mapping[str, pa.Table]", engine: "DuckEngine", known: "Iterable[str]" = ()
) -> str:
    """A name for the content of a batch, whatever the order of its rows.

    Of the `known` tables, where something was known before, also for what is new in it: a state
    that returns is not the batch that brought it first.
    """
    digest = hashlib.sha256(str(as_of).encode())
    sums = "SUM(CAST(row_hash AS HUGEINT)), SUM(CAST(observed_at AS HUGEINT)), COUNT(*)"
    for name in sorted(tables):
        engine.put("incoming", tables[name].select(["row_hash", "observed_at"]))
        row = engine.run(f"SELECT {sums} FROM incoming").to_pylist()[0]
        digest.update(f"{name}{sorted(row.items())}".encode())
    for name in known:
        row = engine.run(f"SELECT {sums} FROM sifted_{name}").to_pylist()[0]
        digest.update(f"new {name}{sorted(row.items())}".encode())
    return digest.hexdigest()[:24]


def _sift(
    table: CanonicalTable,
    rows: "pa.Table",
    dataset: Dataset,
    engine: "Engine",
    closed: int,
) -> tuple[KeyConflict, ...]:
    """Make relation `sifted` (`sifted_<table>` of a versioned one): what a batch says that is new.

    Returns the rows that are not used because of their key.
    """
    engine.put("incoming", rows.select(table.arrow.names))
    known = dataset.files(FACT, table.name)
    if not table.versioned:
        known = _overlapping(known, engine)
    engine.scan("existing", dataset.paths(known), table.arrow)
    if table.versioned:
        query = news_sql(table) if known else first_sql(table)
        engine.create(f"sifted_{table.name}", query, closed=closed)
    else:
        fresh = _fresh(table, engine, known=bool(known))
        engine.create("sifted", _sift_sql(table, fresh), closed=closed)
    return conflicts_of(table, engine, known=bool(known))


def _fresh(table: CanonicalTable, engine: "Engine", *, known: bool) -> str:
    """The relation of an immutable table's rows whose key is not known yet."""
    fresh = "fresh" if known else "incoming"
    if known:
        engine.create("unlike", unlike_sql(table))
        engine.view(fresh, "SELECT * FROM unlike WHERE before IS NULL")
    engine.create("repeated_key", repeated_sql(table, fresh))
    return fresh


def _overlapping(files: list[CommittedFile], engine: "Engine") -> list[CommittedFile]:
    """An immutable fact repeats only among facts of the same days."""
    span = engine.run("SELECT MIN(day) AS low, MAX(day) AS high FROM incoming").to_pylist()[0]
    if span["low"] is None:
        return []
    return [f for f in files if f.max_day >= span["low"] and f.min_day <= span["high"]]


def _sift_sql(table: CanonicalTable, fresh: str) -> str:
    names = [c.name for c in (*table.columns, *COMMON)]
    known = "CASE WHEN known_day <= $closed THEN $closed + 1 ELSE known_day END AS known_day"
    columns = ", ".join(known if n == "known_day" else n for n in names)
    return first_seen_sql(table, columns, fresh)


def _write(
    kind: FileKind, table: str, relation: str, batch: str, folder: "Path", engine: "DuckEngine"
) -> list[CommittedFile]:
    """Write one file; its path follows from its content, so a second try overwrites the first."""
    spans = "MIN(day) AS d0, MAX(day) AS d1, MIN(known_day) AS k0, MAX(known_day) AS k1"
    span = engine.run(f"SELECT COUNT(*) AS n, {spans} FROM {relation}").to_pylist()[0]
    if not span["n"]:
        return []
    path = f"{kind}/{table}/{batch}.parquet"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    days = (span["d0"], span["d1"], span["k0"], span["k1"])
    # In order of day a reader of some days skips the blocks of all others; a few days need none.
    order = " ORDER BY day, known_day" if span["d1"] - span["d0"] > FEW_DAYS else ""
    engine.export(f"SELECT * FROM {relation}{order}", folder / path)
    return [CommittedFile(kind, table, path, span["n"], *days, batch)]
