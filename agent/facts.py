"""Between source, warehouse and store: read a company's data, land it, commit it."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from agent.quarantine import absent_rows, bad_rows, conflict_rows
from tools.days import from_number, start_of
from tools.errors import BadInput
from tools.store.erasures import ErasedKey
from tools.store.records import REFUSED, BadRow, Batch
from tools.store.records import DataFile as StoredFile
from tools.store.sends import suppression_key
from tools.traces import Traces, scrub_all
from tools.warehouse.dataset import CommittedFile, Dataset, FileKind
from tools.warehouse.engine import DuckEngine
from tools.warehouse.erasing import Eraser
from tools.warehouse.load import Loaded, load
from tools.warehouse.persons import ref_key, returning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from agent.wiring import Deps
    from tools.sources.batch import SourceBatch
    from tools.store.manifest import Manifest as StoreManifest
    from tools.store.store import Store

# Data older than this cannot be meant by the morning of a day: the day is mistyped.
STALE_DAYS = 366


@dataclass(frozen=True)
class CommittedFiles:
    """The store's list of files, as the warehouse wants to read it."""

    store: "StoreManifest"

    def data_files(self, kind: FileKind, table: str | None = None) -> "Sequence[CommittedFile]":
        """Committed files of a kind, oldest first."""
        found = self.store.data_files(kind, table)
        return [_warehouse_file(file) for file in found]


def _warehouse_file(file: StoredFile) -> CommittedFile:
    days = (file.min_day or 0, file.max_day or 0, file.min_known or 0, file.max_known or 0)
    return CommittedFile(file.kind, file.table, file.path, file.rows, *days, file.batch)


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
    secret: bytes,
) -> Reading:
    """Write what is new in a batch and commit it with its quarantine in one transaction.

    Whoever was erased and comes back is taken out before anything is written.
    """
    batch = without_erased(batch, store, secret)
    loaded = load(
        as_of,
        batch.tables,
        dataset,
        DuckEngine(),
        closed_day=store.runs.closed_day(),
        full=batch.full,
        load_instant=start_of(as_of, ZoneInfo(batch.zone)),
    )
    crash("read.files_written")
    bad = [*absent_rows(loaded.absent), *bad_rows(batch), *conflict_rows(batch, loaded.conflicts)]
    commit(loaded.batch, batch.source, loaded.files, dataset, store, now, bad, batch.files, as_of)
    crash("read.committed")
    refused = sum(one.kind == REFUSED for one in bad)
    return Reading(loaded.batch, dict(batch.read), _counts(loaded), refused)


def without_erased(batch: "SourceBatch", store: "Store", secret: bytes) -> "SourceBatch":
    """A batch without those who were erased; a new id a source gave them is known from now on."""
    known = store.gate.read(lambda tx: tx.erasures.keys())
    engine = DuckEngine()
    keys = [(one.key, one.erasure) for one in known]
    people = returning(batch.tables, keys, secret, engine)
    if not people:
        return batch
    new = tuple(key for one in people for key in keys_of(one, secret))
    store.gate.write(lambda tx: tx.erasures.know(new))
    eraser = Eraser(people, secret, engine)
    tables = {name: eraser.table(name, rows) for name, rows in batch.tables.items()}
    full = tuple(replace(one, keys=eraser.table(one.table, one.keys)) for one in batch.full)
    rejected = tuple(replace(r, value=scrub_all(people, r.value)) for r in batch.rejected)
    return replace(batch, tables=tables, rejected=rejected, full=full)


def keys_of(traces: Traces, secret: bytes) -> tuple[ErasedKey, ...]:
    """The keyed hashes by which somebody is known again: of their ids and addresses."""
    refs = [
        ErasedKey(keyed_hash(secret, ref_key(ref)), "ref", traces.erasure) for ref in traces.refs
    ]
    emails = [
        ErasedKey(suppression_key(secret, address), "email", traces.erasure)
        for address in traces.emails
    ]
    return (*refs, *emails)


def keyed_hash(secret: bytes, text: str) -> str:
    """The keyed hash of a text as it stands."""
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def read_company(as_of: int, deps: "Deps") -> Reading | None:
    """Read the company's files and land what is new; None when the folder has not changed."""
    if deps.settings.data is None:
        return None
    seen = files_id(deps.settings.data, deps.mapping_path)
    if deps.store.manifest.has_batch(seen):
        return None
    batch = deps.source.read(as_of)
    refuse_nothing(as_of, batch, deps.settings.data)
    secret = deps.key.secret
    found = land(as_of, batch, deps.dataset, deps.store, deps.clock(), deps.crash, secret)
    commit(seen, batch.source, (), deps.dataset, deps.store, deps.clock(), as_of=as_of)
    return found


def refuse_nothing(as_of: int, batch: "SourceBatch", folder: "Path") -> None:
    """Refuse a reading without any row, and a day that can have nothing to do with its rows.

    Raises:
        BadInput: with what to do.
    """
    if not sum(batch.read.values()):
        raise BadInput(
            f"--data {folder}: every file the mapping names is empty; export the files again"
        )
    days = [pc.min_max(rows["day"]).as_py() for rows in batch.tables.values() if rows.num_rows]
    known = [(one["min"], one["max"]) for one in days if one["min"] is not None]
    if not known:
        return
    first, last = min(low for low, _ in known), max(high for _, high in known)
    told = from_number(as_of)
    if last < as_of - STALE_DAYS and last > 0:
        raise BadInput(
            f"--as-of {told}: the newest row of {folder} is of {from_number(last)}, more than a "
            f"year before; give the day after it, --as-of {from_number(last + 1)}"
        )
    if first >= as_of:
        raise BadInput(
            f"--as-of {told}: no row of {folder} is of a day before it, the first is of "
            f"{from_number(first)}; give a later day"
        )


def _counts(loaded: Loaded) -> dict[str, int]:
    return dict(sorted(loaded.new.items()))


def commit(
    batch: str,
    source: str,
    files: "Iterable[CommittedFile]",
    dataset: Dataset,
    store: "Store",
    now: "datetime",
    rejected: "Iterable[BadRow]" = (),
    read: "Iterable[str]" = (),
    as_of: int | None = None,
) -> bool:
    """Make files visible; False when the same batch was committed before."""
    kept = [stored(file, dataset) for file in files]
    rows = sum(file.rows for file in kept if file.kind == "fact")
    made = Batch(batch, source, rows, now, as_of)
    return store.manifest.commit_batch(made, kept, rejected, read)


def stored(file: CommittedFile, dataset: Dataset) -> StoredFile:
    """A file as the store lists it, with the hash of its bytes."""
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
