"""JSON lines and Parquet into a raw table; both tell the line of a record by themselves."""

from typing import TYPE_CHECKING

import duckdb

from tools.errors import BadInput
from tools.sources.paths import member_sql, reachable, root_of, steps, text_sql
from tools.sources.raw import SHOWN, Malformed, Wanted, check_columns, cleaned, first_line, quoted

if TYPE_CHECKING:
    from pathlib import Path

MAX_LINE = 64_000_000


class ObjectReader:
    """Reads JSON lines: one object a line; `a.b[0]` reaches into objects and lists."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, wanted: Wanted, table: str) -> None:
        """Keep the connection, what is wanted, and the table's name."""
        self._con, self._wanted, self._table = connection, wanted, table
        self.malformed: list[Malformed] = []

    def read(self, path: "Path", file: str) -> None:
        """Append one file; a line that is not an object is kept aside."""
        try:
            self._load(path)
        except duckdb.Error as error:
            raise BadInput(f"{file}: cannot be read as jsonl: {first_line(error)}") from error
        keys = self._keys()
        bad = self._bad(file)
        if keys or bad:
            self._check(keys, file, bad)
        picked = [
            cleaned(_member(name, keys), self._wanted.reader) for name in self._wanted.columns
        ]
        self._con.execute(
            f"INSERT INTO {self._table} SELECT {', '.join(['line', *picked])} "
            "FROM objects WHERE fit ORDER BY line"
        )
        self.malformed.extend(bad)

    def _load(self, path: "Path") -> None:
        for table in ("reject_errors", "reject_scans", "texts", "objects"):
            self._con.execute(f"DROP TABLE IF EXISTS {table}")
        self._con.execute(
            f"CREATE TEMP TABLE texts AS SELECT t FROM read_csv({quoted(str(path))}, "
            "columns = {'t': 'VARCHAR'}, auto_detect = false, header = false, delim = '', "
            f"quote = '', escape = '', store_rejects = true, max_line_size = {MAX_LINE})"
        )
        # The n-th undecodable line shifts every later row by one.
        self._con.execute(
            "CREATE TEMP TABLE objects AS SELECT texts.rowid + 1 + (SELECT count(*) FROM "
            "(SELECT line - row_number() OVER (ORDER BY line) AS good FROM reject_errors) "
            "WHERE good <= texts.rowid) AS line, t, "
            "coalesce(json_valid(t) AND json_type(TRY_CAST(t AS JSON)) = 'OBJECT', false) AS fit, "
            "TRY_CAST(t AS JSON) AS j FROM texts"
        )

    def _keys(self) -> list[str]:
        found = self._con.execute("SELECT DISTINCT unnest(json_keys(j)) FROM objects WHERE fit")
        return sorted(str(key) for (key,) in found.fetchall())

    def _bad(self, file: str) -> list[Malformed]:
        found = self._con.execute(
            f"SELECT line, t[1:{SHOWN}], 'not a JSON object' FROM objects "
            "WHERE NOT fit AND blank_to_null(t) IS NOT NULL UNION ALL "
            f"SELECT line, csv_line[1:{SHOWN}], CASE CAST(error_type AS VARCHAR) "
            "WHEN 'LINE SIZE OVER MAXIMUM' THEN 'the record is too long' "
            "ELSE 'not of the encoding' END FROM reject_errors ORDER BY 1"
        )
        return [Malformed(file, int(at), str(text), why) for at, text, why in found.fetchall()]

    def _check(self, keys: list[str], file: str, bad: list[Malformed]) -> None:
        if not keys and bad:
            raise BadInput(
                f"{file}: cannot be read as jsonl: no line is a JSON object; "
                "write one object a line, without a list around them"
            )
        check_columns(self._wanted, reachable(keys, self._wanted.columns), file)


def _member(name: str, keys: list[str]) -> str:
    root = root_of(name, keys) or name
    return member_sql("j", (root, *steps(name[len(root) :])))


def append_parquet(
    connection: duckdb.DuckDBPyConnection, wanted: Wanted, table: str, path: "Path", file: str
) -> None:
    """Append one Parquet file, every value as the text DuckDB writes for it."""
    scan = f"read_parquet({quoted(str(path))}, file_row_number = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
        names = [str(row[0]) for row in described if row[0] != "file_row_number"]
        check_columns(wanted, reachable(names, wanted.columns), file)
        kinds = {str(row[0]): str(row[1]) for row in described}
        picked = [_picked(name, kinds, wanted) for name in wanted.columns]
        connection.execute(
            f"INSERT INTO {table} SELECT {', '.join(['file_row_number + 1', *picked])} FROM {scan}"
        )
    except duckdb.Error as error:
        raise BadInput(f"{file}: cannot be read as parquet: {first_line(error)}") from error


def _picked(name: str, kinds: dict[str, str], wanted: Wanted) -> str:
    root = root_of(name, kinds) or name
    path = steps(name[len(root) :])
    if not path:
        return _as_text(name, kinds[name], wanted)
    column = '"' + root.replace('"', '""') + '"'
    if kinds[root] == "VARCHAR":
        return cleaned(text_sql(column, path), wanted.reader)
    return cleaned(member_sql(f"to_json({column})", path), wanted.reader)


def _as_text(name: str, kind: str, wanted: Wanted) -> str:
    sql = 'CAST("' + name.replace('"', '""') + '" AS VARCHAR)'
    plain = kind != "VARCHAR" and not wanted.reader.nulls
    return sql if plain else cleaned(sql, wanted.reader)
