"""A folder with a few files and the batch that a mapping reads from it."""

from pathlib import Path

import pyarrow as pa

from tools.sources.batch import SourceBatch
from tools.sources.files import FileSource
from tools.sources.parse import parse_mapping

AS_OF = 19_000

TICKETS = """
company: Acme
zone: UTC
inputs:
  - table: tickets
    file: {file}
    occurred: opened
    columns:
      ticket_ref: id
      opened_day: opened
      satisfaction: score
"""


def read(folder: Path, mapping: str, **files: str | bytes) -> SourceBatch:
    """Write the files (`a_csv` becomes a.csv) and read the folder as of AS_OF."""
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("_", ".")).write_bytes(data)
    return FileSource(folder, parse_mapping(mapping, "acme.yaml")).read(AS_OF)


def column(table: pa.Table, name: str) -> list[object]:
    """The values of a column, in the order of the first key-like column."""
    rows = sorted(table.to_pylist(), key=lambda row: str(row[table.schema.names[0]]))
    return [row[name] for row in rows]


def told(batch: SourceBatch) -> list[tuple[str, int, str, str, str]]:
    """What was refused: file, line, column, value, reason."""
    return [(r.file, r.line, r.column, r.value, r.reason) for r in batch.rejected]
