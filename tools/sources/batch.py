"""The source contract: what every source hands over, whatever system it reads.

A batch is the answer to "what does this system say, as of day D?": one Arrow table for each
canonical table it fills (see `tools/warehouse/schema.py`), and what could not be read.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from tools.warehouse.parts import FullInput


Place = tuple[str, int]  # a file and a line in it
Locator = Callable[[str, Collection[int]], dict[int, Place]]


def nowhere(_: str, __: Collection[int]) -> dict[int, Place]:
    """Locates nothing: the rows of such a source stand in no file."""
    return {}


@dataclass(frozen=True, order=True)
class Rejected:
    """One value, or one whole row, that could not be used.

    `line` is the physical line of a text file on which the record starts, counted from 1 with
    the header, or the record number of a Parquet file. `column` is the canonical column the
    value was meant for; '' when the line itself is malformed. `reason` says whether the row was
    left out or kept without the value.
    """

    table: str
    file: str
    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, order=True)
class Remark:
    """What a person should know of a column or file that was read, though no row of it is bad.

    `file` is as the mapping names it; `rows` says how many rows it is about.
    """

    code: str
    table: str
    file: str
    column: str
    says: str
    rows: int


@dataclass(frozen=True)
class SourceBatch:
    """What a source says as of a day.

    `tables` holds only the canonical tables the company has at all; a table that is present and
    empty is a different thing from one that is absent. `read` counts records per canonical
    table before rejects are taken out and duplicates collapse; `folded` counts what collapsed.
    `files` are those that were read, by their name and as the mapping calls them; `locate` finds
    the file and line of rows of a table by their hash.
    """

    source: str
    tables: "Mapping[str, pa.Table]"
    rejected: tuple[Rejected, ...]
    read: "Mapping[str, int]"
    zone: str
    currency: str | None
    remarks: tuple[Remark, ...] = ()
    folded: "Mapping[str, int]" = field(default_factory=dict)
    files: tuple[str, ...] = ()
    locate: "Locator" = nowhere
    full: "tuple[FullInput, ...]" = ()

    def __post_init__(self) -> None:
        """Refuse a table that is not exactly of the canonical schema, and freeze the maps."""
        for name, table in self.tables.items():
            if table.schema != BY_NAME[name].arrow:
                raise TypeError(f"{self.source}: {name} is not of the canonical schema")
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))
        object.__setattr__(self, "read", MappingProxyType(dict(self.read)))


class Source(Protocol):
    """One system that can be read."""

    def read(self, as_of: int) -> SourceBatch:
        """Everything the system says on local day `as_of`."""
        ...
