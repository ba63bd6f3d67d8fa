"""An engine runs our SQL and answers with Arrow; DuckDB in memory is the default one."""

from typing import TYPE_CHECKING, Protocol

import duckdb
import pyarrow as pa

from tools.duck import connect_duck
from tools.scratch import spill_folder
from tools.warehouse.holdings import Holdings, columns_of, keep_columns, shape_of
from tools.warehouse.sql import compile_sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.warehouse.sql import Parameter


class Engine(Protocol):
    """What every calculator needs of a database; `sql` is DuckDB dialect, `$name` a parameter."""

    def run(self, sql: str, **parameters: "Parameter") -> pa.Table:
        """Answer a query."""
        ...

    def create(self, name: str, sql: str, **parameters: "Parameter") -> None:
        """Keep a query's answer as a relation, replacing one of that name."""
        ...

    def view(self, name: str, sql: str, **parameters: "Parameter") -> None:
        """Name a query that is run each time it is read, replacing one of that name."""
        ...

    def narrow(self, name: str, sql: str) -> None:
        """Put a query over a relation in its place; it reads the relation as `<name>_whole`."""
        ...

    def put(self, name: str, table: pa.Table) -> None:
        """Keep an Arrow table as a relation, replacing one of that name."""
        ...

    def scan(self, name: str, paths: "Sequence[Path]", schema: pa.Schema) -> None:
        """Name the union of Parquet files; no file makes an empty relation of that schema.

        A column that no file has is NULL: facts written by an earlier version stay readable.
        """
        ...


class DuckEngine:
    """DuckDB in memory: a file open for writing would refuse every other process."""

    dialect = "duckdb"

    def __init__(self, *, threads: int | None = None, memory: str | None = None) -> None:
        """Open one private database; `memory` is a limit such as '8GB'."""
        self._con = connect_duck()
        self._kinds: dict[str, str] = {}
        self._held = Holdings()
        self._con.sql("SET preserve_insertion_order = false")
        self._con.execute("SET temp_directory = ?", [str(spill_folder())])
        if threads is not None:
            self._con.sql(f"SET threads = {int(threads)}")
        if memory is not None:
            self._con.sql("SET memory_limit = '" + memory.replace("'", "") + "'")

    def run(self, sql: str, **parameters: "Parameter") -> pa.Table:
        """Answer a query."""
        return self._con.sql(compile_sql(sql, self.dialect, **parameters)).to_arrow_table()

    def create(self, name: str, sql: str, **parameters: "Parameter") -> None:
        """Keep a query's answer as a table in memory."""
        query = compile_sql(sql, self.dialect, **parameters)
        void = self._held.void_shape(sql, parameters)
        if void is not None and (columns := columns_of(void)) is not None:
            self._replace("TABLE", name, f"({columns})")
            self._held.note(name, void, rows=0)
            return
        shape = self._held.shape(sql, parameters)
        rows = self._replace("TABLE", name, f"AS {query}")
        self._held.note(name, shape, rows)
        if void is not None and not rows:
            keep_columns(void, self._described(name))

    def view(self, name: str, sql: str, **parameters: "Parameter") -> None:
        """Name a query, so that a reader's own conditions reach the files."""
        query = compile_sql(sql, self.dialect, **parameters)
        self._replace("VIEW", name, f"AS {query}")
        self._held.view(name, sql, parameters)

    def narrow(self, name: str, sql: str) -> None:
        """Put a query over a relation in its place, without copying what may be large."""
        whole = f"{name}_whole"
        self._con.execute(f'ALTER {self._kinds[name]} "{name}" RENAME TO "{whole}"')
        self._kinds[whole] = self._kinds.pop(name)
        self._held.rename(name, whole)
        self.view(name, sql)

    def export(self, sql: str, path: "Path", **parameters: "Parameter") -> int:
        """Write a query's answer to a Parquet file and return its number of rows."""
        query = compile_sql(sql, self.dialect, **parameters)
        target = str(path).replace("'", "''")
        copied = self._con.execute(
            f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )
        row = copied.fetchone()
        return int(row[0]) if row else 0

    def put(self, name: str, table: pa.Table) -> None:
        """Copy an Arrow table in, so that the caller may let go of it."""
        shape = shape_of(table.schema)
        void = columns_of(shape) if not table.num_rows else None
        if void is not None:
            self._replace("TABLE", name, f"({void})")
        else:
            self._con.register("_incoming", table)
            self._replace("TABLE", name, "AS SELECT * FROM _incoming")
            self._con.unregister("_incoming")
        self._held.note(name, shape, table.num_rows)
        if void is None and not table.num_rows:
            keep_columns(shape, self._described(name))

    def scan(self, name: str, paths: "Sequence[Path]", schema: pa.Schema) -> None:
        """Name the union of Parquet files as a view, read when asked."""
        if not paths:
            self.put(name, schema.empty_table())
            return
        files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
        parquet = f"read_parquet([{files}], union_by_name = true)"
        names = ", ".join(f'"{column}"' for column in schema.names)
        try:
            self._replace("VIEW", name, f"AS SELECT {names} FROM {parquet}")
        except duckdb.BinderException:
            columns = self._columns(parquet, schema)
            self._replace("VIEW", name, f"AS SELECT {columns} FROM {parquet}")
        self._held.files(name, paths, lambda: self._described(name))

    def _columns(self, parquet: str, schema: pa.Schema) -> str:
        """The columns of a schema; one that came after every file was written is NULL."""
        held = set(self._con.sql(f"SELECT * FROM {parquet} LIMIT 0").columns)
        kinds = self._con.from_arrow(schema.empty_table()).types
        parts = [
            f'"{name}"' if name in held else f'CAST(NULL AS {kind}) AS "{name}"'
            for name, kind in zip(schema.names, kinds, strict=True)
        ]
        return ", ".join(parts)

    def _described(self, name: str) -> str:
        """The columns of a relation and their types, as a table is made with them."""
        found = self._con.table(name)
        pairs = zip(found.columns, found.types, strict=True)
        return ", ".join('"' + c.replace('"', '""') + f'" {kind}' for c, kind in pairs)

    def _replace(self, kind: str, name: str, body: str) -> int:
        """Make a table or a view; a name may be of the other kind before. How many rows it got."""
        self._held.forget(name)
        had = self._kinds.pop(name, None)
        if had is not None:
            self._con.execute(f'DROP {had} "{name}"')
        made = self._con.execute(f'CREATE TEMP {kind} "{name}" {body}')
        self._kinds[name] = kind
        row = made.fetchone() if kind == "TABLE" else None
        return int(row[0]) if row else 0
