"""The same SQL on Spark, for a company whose facts already live on a cluster."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tools.scratch import SPARK, HeldFolder, scratch_folder
from tools.warehouse.sql import compile_sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.warehouse.sql import Parameter


class SparkEngine:
    """An engine over a Spark session; the session is the caller's to start and to stop."""

    dialect = "spark"

    def __init__(self, session: Any) -> None:
        """Keep a `pyspark.sql.SparkSession`, classic or Connect."""
        self._session = session
        self._folder = HeldFolder(scratch_folder(), SPARK).path
        self._count = 0

    def run(self, sql: str, **parameters: "Parameter") -> pa.Table:
        """Answer a query."""
        return self._session.sql(compile_sql(sql, self.dialect, **parameters)).toArrow()

    def create(self, name: str, sql: str, **parameters: "Parameter") -> None:
        """Keep a query's answer in files of its own, so that it is computed once."""
        frame = self._session.sql(compile_sql(sql, self.dialect, **parameters))
        path = self._next(name)
        frame.write.parquet(str(path))
        self._session.read.schema(frame.schema).parquet(str(path)).createOrReplaceTempView(name)

    def view(self, name: str, sql: str, **parameters: "Parameter") -> None:
        """Name a query that is run each time it is read."""
        frame = self._session.sql(compile_sql(sql, self.dialect, **parameters))
        frame.createOrReplaceTempView(name)

    def narrow(self, name: str, sql: str) -> None:
        """Put a query over a relation in its place."""
        self._session.table(name).createOrReplaceTempView(f"{name}_whole")
        self.view(name, sql)

    def put(self, name: str, table: pa.Table) -> None:
        """Hand an Arrow table over through a file, which every worker can read."""
        path = self._next(name)
        pq.write_table(table, path)
        self.scan(name, [path], table.schema)

    def scan(self, name: str, paths: "Sequence[Path]", schema: pa.Schema) -> None:
        """Name the union of Parquet files; no file makes an empty relation of that schema."""
        if not paths:
            self.put(name, schema.empty_table())
            return
        # A schema given spares reading every footer first; a column a file lacks is NULL.
        shape = self._session.createDataFrame(schema.empty_table()).schema
        frame = self._session.read.schema(shape).parquet(*map(str, paths))
        frame.createOrReplaceTempView(name)

    def _next(self, name: str) -> "Path":
        self._count += 1
        return self._folder / f"{self._count:05d}-{name}.parquet"
