"""Small worlds for tests: canonical rows written by hand, and a manifest in memory."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.days import DAY_US
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import CommittedFile, Dataset, FileKind
from tools.warehouse.engine import DuckEngine
from tools.warehouse.load import load
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Rows = list[dict[str, object]]


@dataclass
class MemoryManifest:
    """The ten-line sibling of the store's manifest."""

    committed: list[CommittedFile] = field(default_factory=list)

    def data_files(self, kind: FileKind, table: str | None = None) -> "Sequence[CommittedFile]":
        """Committed files of a kind, oldest first."""
        return [f for f in self.committed if f.kind == kind and table in {None, f.table}]


def fact(
    table: str, day: int, known_day: int | None = None, **content: object
) -> dict[str, object]:
    """One canonical row that happened on a day and was known the next morning, or later."""
    known = day + 1 if known_day is None else known_day
    shown = repr(sorted(content.items())) + str(day)
    digest = hashlib.sha256(shown.encode()).digest()
    row: dict[str, object] = {
        "source": "test",
        "occurred_at": day * DAY_US,
        "observed_at": known * DAY_US,
        "day": day,
        "known_day": known,
        "row_hash": int.from_bytes(digest[:7], "big"),
    }
    row.update(content)
    return {name: row.get(name) for name in BY_NAME[table].arrow.names}


def arrow(table: str, rows: Rows) -> pa.Table:
    """Rows as an Arrow table of the canonical schema."""
    return pa.Table.from_pylist(rows, schema=BY_NAME[table].arrow)


def land(
    as_of: int, facts: "Mapping[str, Rows]", dataset: Dataset, *, closed_day: int | None = None
) -> None:
    """Load rows and commit them to the dataset's manifest in memory."""
    manifest = dataset.manifest
    assert isinstance(manifest, MemoryManifest)
    tables = {name: arrow(name, rows) for name, rows in facts.items()}
    manifest.committed += load(as_of, tables, dataset, DuckEngine(), closed_day=closed_day).files


def world_of(as_of: int, facts: "Mapping[str, Rows]", folder: Path) -> World:
    """The world as of a day after loading rows once."""
    dataset = Dataset(folder, MemoryManifest())
    land(as_of, facts, dataset)
    return open_world(as_of, DuckEngine(), dataset)


def rows_of(world: World, relation: str) -> list[dict[str, object]]:
    """A relation's rows in a total order, to compare worlds."""
    rows: list[dict[str, object]] = world.engine.run(f"SELECT * FROM {relation}").to_pylist()
    return sorted(rows, key=repr)
