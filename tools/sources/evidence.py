"""What the ids of files have in common: which occur in both, and whether they mean the same."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from tools.sources.raw import Wanted, quoted
from tools.sources.shelf import RawTables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from tools.sources.profile import FileProfile
    from tools.sources.raw import Raw

_LABELS = ("email", "domain", "name")
_SHOWN = 3
_LONG = 6  # characters of an id that nobody counts up to


@dataclass(frozen=True)
class FileColumn:
    """One column of one file."""

    file: "FileProfile"
    name: str


@dataclass(frozen=True)
class Overlap:
    """How many distinct ids two columns share, of how many, and what is told about them."""

    shared: int
    total: int
    length: float = 0.0
    compared: int = 0
    agreed: int = 0
    examples: str = ""

    @property
    def share(self) -> float:
        """The part of the first column's ids that occur in the second."""
        return self.shared / self.total if self.total else 0.0

    @property
    def telling(self) -> bool:
        """Whether the shared ids are too long to be the same by chance, as 1, 2, 3 are."""
        return self.shared > 0 and self.length >= _LONG


class FolderEvidence:
    """The ids and labels of a folder's files, read once."""

    def __init__(self, folder: "Path", columns: "Mapping[FileProfile, set[str]]") -> None:
        """Read the columns of each file into memory."""
        self._shelf = RawTables(folder)
        self._raws: dict[str, Raw] = {}
        self._ids: dict[FileColumn, str] = {}
        for file, names in columns.items():
            wanted = Wanted(file.file, file.reader, file.file, dict.fromkeys(sorted(names), ""))
            self._shelf.fill([wanted])
            self._raws[file.file] = self._shelf.raw(file.file, file.reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self._shelf.__exit__(kind, error, trace)

    def overlap(self, one: FileColumn, two: FileColumn) -> Overlap:
        """The ids of one column that occur in the other."""
        (row,) = self._run(
            f"SELECT count(b.v), count(*), coalesce(avg(length(b.v)), 0) "
            f"FROM {self._distinct(one)} AS a LEFT JOIN {self._distinct(two)} AS b ON a.v = b.v"
        )
        return Overlap(int(row[0]), int(row[1]), float(row[2]))

    def agreement(
        self, one: FileColumn, two: FileColumn, ones: "Mapping[str, str]", twos: "Mapping[str, str]"
    ) -> Overlap:
        """The overlap of two id columns, and on how many shared ids a label agrees."""
        both = [label for label in _LABELS if label in ones and label in twos]
        found = self.overlap(one, two)
        if not both or not found.shared:
            return found
        pairs = self._pairs(one, two, [(ones[label], twos[label]) for label in both])
        compared = " OR ".join(f"(a{n} <> '' AND b{n} <> '')" for n in range(len(both)))
        agreed = " OR ".join(f"(a{n} <> '' AND a{n} = b{n})" for n in range(len(both)))
        told = "concat_ws(' / ', " + ", ".join(f"x{n}, y{n}" for n in range(len(both))[:1]) + ")"
        (row,) = self._run(
            f"SELECT count(DISTINCT v) FILTER ({compared}), count(DISTINCT v) FILTER ({agreed}), "
            f"list_sort(array_agg(DISTINCT v || ': ' || {told}))[1:{_SHOWN}] FROM ({pairs})"
        )
        return Overlap(
            shared=found.shared,
            total=found.total,
            length=found.length,
            compared=int(row[0]),
            agreed=int(row[1]),
            examples="; ".join(row[2] or ()),
        )

    def _pairs(self, one: FileColumn, two: FileColumn, labels: list[tuple[str, str]]) -> str:
        left = self._labelled(one, [a for a, _ in labels], "a", "x")
        right = self._labelled(two, [b for _, b in labels], "b", "y")
        return f"SELECT * FROM ({left}) AS l JOIN ({right}) AS r USING (v)"

    def _labelled(self, column: FileColumn, labels: list[str], low: str, plain: str) -> str:
        raw = self._raws[column.file.file]
        shown = [
            f", {_label(raw.aliases[name])} AS {low}{n}, {raw.aliases[name]} AS {plain}{n}"
            for n, name in enumerate(labels)
        ]
        return f"SELECT {_id(raw.aliases[column.name])} AS v{''.join(shown)} FROM {raw.name}"

    def _distinct(self, column: FileColumn) -> str:
        if column not in self._ids:
            raw, name = self._raws[column.file.file], f"ids{len(self._ids)}"
            value = _id(raw.aliases[column.name])
            self._shelf.connection.execute(
                f"CREATE TEMP TABLE {name} AS SELECT DISTINCT {value} AS v FROM {raw.name} "
                f"WHERE {value} IS NOT NULL"
            )
            self._ids[column] = name
        return self._ids[column]

    def _run(self, sql: str) -> "list[tuple[Any, ...]]":
        return self._shelf.connection.execute(sql).fetchall()


def _id(column: str) -> str:
    """An id as others write it: 100.0 is 100."""
    return f"regexp_replace(lower({column}), '\\.0$', '')"


def _label(column: str) -> str:
    """A label without what web addresses have around the name."""
    pattern = quoted(r"^https?://(www\.)?|^www\.|/.*$")
    return f"coalesce(regexp_replace(lower({column}), {pattern}, '', 'g'), '')"
