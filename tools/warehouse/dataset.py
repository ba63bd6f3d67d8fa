"""A company's facts on disk: immutable Parquet files, each committed by a row in the store.

A file that is not committed does not exist for a reader, so a load is atomic; a reader opens
only the files whose days can matter to it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from tools.warehouse.schema import BY_NAME, USAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tools.warehouse.engine import Engine

FileKind = Literal["fact", "usage", "snapshot"]
FACT: FileKind = "fact"
USAGE_KIND: FileKind = "usage"
SNAPSHOT: FileKind = "snapshot"


@dataclass(frozen=True)
class CommittedFile:
    """One immutable Parquet file; `path` is relative to the data folder, days are inclusive."""

    kind: FileKind
    table: str
    path: str
    rows: int
    min_day: int
    max_day: int
    min_known: int
    max_known: int
    batch: str


class FileManifest(Protocol):
    """What the warehouse needs of the store: which files are committed."""

    def data_files(self, kind: FileKind, table: str | None = None) -> "Sequence[CommittedFile]":
        """Committed files of a kind, oldest first."""
        ...


@dataclass(frozen=True)
class ListedFiles:
    """Files of some kinds as they were when they were listed; of others as they are."""

    listed: "Mapping[FileKind, Sequence[CommittedFile]]"
    others: FileManifest

    def data_files(self, kind: FileKind, table: str | None = None) -> "Sequence[CommittedFile]":
        """Committed files of a kind, oldest first."""
        if kind not in self.listed:
            return self.others.data_files(kind, table)
        return [f for f in self.listed[kind] if table is None or f.table == table]


@dataclass(frozen=True)
class Dataset:
    """The committed files of one company."""

    folder: "Path"
    manifest: FileManifest

    def files(self, kind: FileKind, table: str, *, as_of: int | None = None) -> list[CommittedFile]:
        """Committed files, without those that cannot hold a fact known as of a day."""
        found = self.manifest.data_files(kind, table)
        return [f for f in found if as_of is None or (f.min_day < as_of and f.min_known <= as_of)]

    def listed(self) -> "Dataset":
        """The same with its files of facts and use as of this moment: they are asked for once."""
        kinds = (FACT, USAGE_KIND)
        files = {kind: tuple(self.manifest.data_files(kind)) for kind in kinds}
        return Dataset(self.folder, ListedFiles(files, self.manifest))

    def present(self, as_of: int) -> frozenset[str]:
        """The canonical tables of which at least one fact was known as of a day."""
        return frozenset(t for t in BY_NAME if any(self.files(FACT, t, as_of=as_of)))

    def first_known(self, table: str) -> int | None:
        """The first day as of which a fact of a table may be known; before it there is none."""
        return min((max(f.min_day + 1, f.min_known) for f in self.files(FACT, table)), default=None)

    def scan(self, as_of: int, engine: "Engine") -> None:
        """Name `fact_<table>` for every canonical table, and `fact_usage`, in an engine."""
        for table in BY_NAME.values():
            paths = self.paths(self.files(FACT, table.name, as_of=as_of))
            engine.scan(f"fact_{table.name}", paths, table.arrow)
        engine.scan("fact_usage", self.paths(self.files(USAGE_KIND, "usage", as_of=as_of)), USAGE)

    def paths(self, files: "Sequence[CommittedFile]") -> "list[Path]":
        """Where files lie on disk."""
        return [self.folder / f.path for f in files]
