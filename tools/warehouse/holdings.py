"""What an engine knows of its relations without asking: of what shape they are, which are empty.

A shape is a hash of all that the types of a relation's columns can rest on: the query, the kinds
of its parameters and the shapes of what it reads. Of a query that can have no row the shape is
enough, once the database has told the columns for it: they are kept beside the code.
"""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from tools.warehouse.nothing import reading_of
from tools.warehouse.query_cache import QueryCache, kept_beside_code
from tools.warehouse.sql import SqlPiece

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from tools.warehouse.sql import Parameter

# Whole numbers of this size have one type in every place; days are among them.
DAYS = range(256, 32_768)


@dataclass(frozen=True)
class View:
    """A query that is run when it is read: its shape and its rows are those of what it reads."""

    text: str
    parameters: "Mapping[str, Parameter]"


@dataclass
class Holdings:
    """The relations of one engine, by name."""

    shapes: dict[str, str] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    views: dict[str, View] = field(default_factory=dict)

    def forget(self, name: str) -> None:
        """Know nothing of a name any more."""
        key = name.lower()
        self.shapes.pop(key, None)
        self.views.pop(key, None)
        self.empty.discard(key)

    def files(self, name: str, paths: "Sequence[Path]", columns: "Callable[[], str]") -> None:
        """Note files that are never changed; what is in them is asked once in this process."""
        key = tuple(map(str, paths))
        if key not in _files:
            _files[key] = _hash("table", columns())
        self.note(name, _files[key], rows=1)

    def rename(self, name: str, to: str) -> None:
        """Note that a relation has another name."""
        key, new = name.lower(), to.lower()
        self.forget(new)
        if key in self.shapes:
            self.shapes[new] = self.shapes.pop(key)
        if key in self.views:
            self.views[new] = self.views.pop(key)
        if key in self.empty:
            self.empty.remove(key)
            self.empty.add(new)

    def view(self, name: str, text: str, parameters: "Mapping[str, Parameter]") -> None:
        """Note a view."""
        self.forget(name)
        self.views[name.lower()] = View(text, parameters)

    def note(self, name: str, shape: str | None, rows: int) -> None:
        """Note a table, by its shape where that is known."""
        self.forget(name)
        key = name.lower()
        if shape is not None:
            self.shapes[key] = shape
        if not rows:
            self.empty.add(key)

    def void_shape(self, text: str, parameters: "Mapping[str, Parameter]") -> str | None:
        """The shape of a query that can have no row; None for any other."""
        void = any(all(map(self._is_empty, way)) for way in reading_of(text).ways)
        return self.shape(text, parameters) if void else None

    def shape(self, text: str, parameters: "Mapping[str, Parameter]") -> str | None:
        """The shape of a query; None where it reads what nobody told of."""
        reading = reading_of(text)
        given = [_kind(name, value) for name, value in sorted(parameters.items())]
        read = [self._shape_of(name) for name in sorted(reading.names - reading.own)]
        read += [self._shape_of(name) or "own" for name in sorted(reading.names & reading.own)]
        parts = [*given, *read]
        return None if None in parts else _hash("query", text, *map(str, parts))

    def _shape_of(self, name: str) -> str | None:
        view = self.views.get(name)
        return self.shapes.get(name) if view is None else self.shape(view.text, view.parameters)

    def _is_empty(self, name: str) -> bool:
        view = self.views.get(name)
        if view is None:
            return name in self.empty
        return any(all(map(self._is_empty, way)) for way in reading_of(view.text).ways)


def shape_of(schema: "pa.Schema") -> str:
    """The shape of a table that was handed over."""
    return _hash("table", str(schema))


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def _kind(name: str, value: "Parameter") -> str | None:
    """All of a parameter that a type may rest on; None where it could read a relation."""
    if isinstance(value, bool | float | None):
        return f"{name} {value!r}"
    if isinstance(value, int):
        return f"{name} day" if value in DAYS else f"{name} {value}"
    if isinstance(value, str):
        return f"{name} text"
    plain = isinstance(value, SqlPiece) and "select" not in value.text.lower()
    return f"{name} {value!r}" if plain else None


_columns: dict[str, str] = {}
_files: dict[tuple[str, ...], str] = {}


@cache
def _kept() -> QueryCache:
    rules = sha256(Path(__file__).read_bytes()).hexdigest()
    return kept_beside_code(f"columns\0{duckdb.__version__}\0{rules}")


def columns_of(shape: str) -> str | None:
    """The names and types of the columns of a shape, as a table is made with them, once told."""
    if shape not in _columns and (kept := _kept().get(shape, "columns")) is not None:
        _columns[shape] = kept[0]
    return _columns.get(shape)


def keep_columns(shape: str, columns: str) -> None:
    """Remember the columns of a shape, for this process and later ones."""
    _columns[shape] = columns
    _kept().put(shape, "columns", columns, frozenset())
