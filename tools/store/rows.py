"""Ways in and out of tables that both databases share: new rows only, in bulk, and as records."""

from dataclasses import asdict, fields
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

import tools.arrow  # noqa: F401 - before the first list is given to Arrow
from tools.store.columns import StoreRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from _typeshed import DataclassInstance
    from sqlalchemy import Connection, Select
    from sqlmodel import Session

Record = TypeVar("Record", bound="DataclassInstance")
Item = TypeVar("Item")
CHUNK = 20_000
A_STATEMENT = 500


def record_of(kind: type[Record], row: object, **rest: Any) -> Record:
    """A frozen record from the row's fields of the same names; `rest` gives the others."""
    names = [field.name for field in fields(kind) if field.name not in rest]
    return kind(**{name: getattr(row, name) for name in names}, **rest)


def table_of(row: type[StoreRow]) -> Table:
    """The table behind a row class."""
    return StoreRow.metadata.tables[str(row.__tablename__)]


def insert_new(
    session: "Session", row: type[StoreRow], records: "Iterable[DataclassInstance]", **rest: Any
) -> int:
    """Insert what is not there yet, by any unique key, and say how many rows that were.

    Fields of a record that are not columns are refused by the database layer, never dropped.
    """
    maker = postgresql.insert if _is_postgres(session.connection()) else sqlite.insert
    statement = maker(table_of(row)).on_conflict_do_nothing()
    counted = {"preserve_rowcount": True}
    new = 0
    for chunk in chunks([{**asdict(record), **rest} for record in records], A_STATEMENT):
        answer = session.connection().execute(statement.values(chunk), execution_options=counted)
        new += answer.rowcount
    return new


def insert_all(
    connection: "Connection",
    row: type[StoreRow],
    columns: "Sequence[str]",
    tuples: "Iterable[Sequence[object]]",
) -> None:
    """Insert many rows the quick way of each database: COPY, or one prepared statement."""
    names = ", ".join(f'"{name}"' for name in columns)
    table = table_of(row).name
    if not _is_postgres(connection):
        marks = ", ".join("?" * len(columns))
        for chunk in chunks(tuples, CHUNK):
            connection.exec_driver_sql(
                f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [tuple(t) for t in chunk]
            )
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for values in tuples:
            copy.write_row(values)


def arrow_of(connection: "Connection", query: "Select[Any]", schema: pa.Schema) -> pa.Table:
    """The answer to a query, whose columns stand in the order of the schema, as Arrow."""
    answer = connection.execute(query, execution_options={"yield_per": CHUNK})
    batches = [
        pa.RecordBatch.from_arrays(
            [
                pa.array(values, kind)
                for values, kind in zip(zip(*part, strict=True), schema.types, strict=True)
            ],
            schema=schema,
        )
        for part in answer.partitions()
    ]
    return pa.Table.from_batches(batches, schema)


def chunks(items: "Iterable[Item]", size: int) -> "Iterator[list[Item]]":
    """The items in lists of at most `size`."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def _is_postgres(connection: "Connection") -> bool:
    return bool(connection.dialect.name == "postgresql")
