"""What a run keeps for the runs after it: scores, segments, the model and frozen thresholds.

A snapshot of day D is one Parquet file committed by the store; a later day reads it like a fact.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.dataset import SNAPSHOT, CommittedFile, Dataset

if TYPE_CHECKING:
    from tools.warehouse.engine import DuckEngine

SCORES, SEGMENTS, MODEL, FROZEN = "scores", "segments", "churn_model", "segment_version"
PLACES, EVIDENCE = "places", "evidence"
TEXT = pa.schema([("text", pa.string())])


@dataclass(frozen=True)
class Snapshots:
    """Reads and writes the snapshots of a dataset; `upto` is the last day that may be read."""

    dataset: Dataset
    upto: int

    def files(self, name: str) -> list[CommittedFile]:
        """Snapshots of that name up to the day, oldest first."""
        found = self.dataset.files(SNAPSHOT, name, as_of=self.upto)
        return sorted(found, key=lambda file: file.max_known)

    def text(self, name: str, since: int, engine: "DuckEngine") -> tuple[int, str] | None:
        """The newest text kept under a name on `since` or later, with its day."""
        kept = [file for file in self.files(name) if file.max_known >= since]
        if not kept:
            return None
        engine.scan("kept_text", self.dataset.paths(kept[-1:]), TEXT)
        text: str = engine.run("SELECT text FROM kept_text").to_pylist()[0]["text"]
        return kept[-1].max_known, text


def write_snapshot(
    as_of: int, name: str, sql: str, dataset: Dataset, engine: "DuckEngine"
) -> CommittedFile | None:
    """Write a query's answer as the snapshot of a day; an empty one is none."""
    path = f"{SNAPSHOT}/{name}/{as_of}.parquet"
    (dataset.folder / path).parent.mkdir(parents=True, exist_ok=True)
    rows = engine.export(sql, dataset.folder / path)
    days = (as_of - 1, as_of - 1, as_of, as_of)
    return CommittedFile(SNAPSHOT, name, path, rows, *days, f"{name}-{as_of}") if rows else None


def write_text(
    as_of: int, name: str, text: str, dataset: Dataset, engine: "DuckEngine"
) -> CommittedFile | None:
    """Write a text as the snapshot of a day."""
    engine.put("text_to_keep", pa.table({"text": [text]}))
    return write_snapshot(as_of, name, "SELECT text AS text FROM text_to_keep", dataset, engine)
