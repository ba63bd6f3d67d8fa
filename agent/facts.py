"""Between source, warehouse and store: read a company's data, land it, commit it."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.errors import BadInput
from tools.store.records import BadRow, Batch
from tools.store.records import DataFile as StoredFile
from tools.warehouse.dataset import DataFile, Dataset, FileKind
from tools.warehouse.engine import DuckEngine
from tools.warehouse.load import Loaded, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from agent.wiring import Deps
    from tools.sources.batch import Batch as SourceBatch
    from tools.store.manifest import Manifest as StoreManifest
    from tools.store.store import Store


@dataclass(frozen=True)
class CommittedFiles:
    """The store's list of files, as the warehouse wants to read it."""

    store: "StoreManifest"

    def data_files(self, kind: FileKind, table: str | None = None) -> "Sequence[DataFile]":
        """Committed files of a kind, oldest first."""
        found = self.store.data_files(kind, table)
        return [_warehouse_file(file) for file in found]


def _warehouse_file(file: StoredFile) -> DataFile:
    days = (file.min_day or 0, file.max_day or 0, file.min_known or 0, file.max_known or 0)
    return DataFile(file.kind, file.table, file.path, file.rows, *days, file.batch)


def files_id(folder: "Path", mapping: "Path") -> str:
    """A name for the state of a folder and its mapping: names, sizes and times of change.

    While it stays the same there is nothing new to read.
    """
    if not folder.is_dir():
        raise BadInput(f"--data {folder}: there is no such folder")
    if not mapping.is_file():
        raise BadInput(f"{mapping}: there is no such mapping; `lifecycle connect` proposes one")
    digest = hashlib.sha256(mapping.read_bytes())
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        state = path.stat()
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return f"files-{digest.hexdigest()[:24]}"


@dataclass(frozen=True)
class Reading:
    """What reading the sources brought."""

    batch: str
    read: "Mapping[str, int]"
    new: "Mapping[str, int]"
    rejected: int


def land(
    as_of: int,
    batch: "SourceBatch",
    dataset: Dataset,
    store: "Store",
    now: "datetime",
    crash: "Callable[[str], None]",
) -> Reading:
    """Write what is new in a batch and commit it with its quarantine in one transaction."""
    loaded = load(as_of, batch.tables, dataset, DuckEngine(), closed_day=store.runs.closed_day())
    crash("read.files_written")
    bad = [BadRow("", r.table, r.file, r.line, r.column, r.value, r.reason) for r in batch.rejected]
    commit(loaded.batch, batch.source, loaded.files, dataset, store, now, bad)
    crash("read.committed")
    return Reading(loaded.batch, dict(batch.read), _counts(loaded), len(bad))


def read_company(as_of: int, deps: "Deps") -> Reading | None:
    """Read the company's files and land what is new; None when the folder has not changed."""
    if deps.settings.data is None:
        return None
    seen = files_id(deps.settings.data, deps.mapping_path)
    if deps.store.manifest.has_batch(seen):
        return None
    batch = deps.source.read(as_of)
    found = land(as_of, batch, deps.dataset, deps.store, deps.clock(), deps.crash)
    commit(seen, batch.source, (), deps.dataset, deps.store, deps.clock())
    return found


def _counts(loaded: Loaded) -> dict[str, int]:
    return dict(sorted(loaded.new.items()))


def commit(
    batch: str,
    source: str,
    files: "Iterable[DataFile]",
    dataset: Dataset,
    store: "Store",
    now: "datetime",
    rejected: "Iterable[BadRow]" = (),
) -> bool:
    """Make files visible; False when the same batch was committed before."""
    kept = [_stored(file, dataset) for file in files]
    rows = sum(file.rows for file in kept if file.kind == "fact")
    return store.manifest.commit_batch(Batch(batch, source, rows, now), kept, rejected)


def _stored(file: DataFile, dataset: Dataset) -> StoredFile:
    digest = hashlib.sha256()
    with (dataset.folder / file.path).open("rb") as opened:
        while block := opened.read(1 << 20):
            digest.update(block)
    days = (file.min_day, file.max_day, file.min_known, file.max_known)
    return StoredFile(
        file.table,
        file.kind,
        file.path,
        file.rows,
        *days,
        digest.hexdigest(),
        file.batch,
    )
