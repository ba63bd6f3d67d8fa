"""The same SQL on DuckDB and on Spark in separate worker processes, every cell equal."""
