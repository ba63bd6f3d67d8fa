"""Rows of the files loaded so far that are dated on the day of the run or later."""

from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.dataset import FACT
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.warehouse.dataset import Dataset
    from tools.warehouse.engine import Engine

AHEAD = pa.schema([("subject", pa.string()), ("example", pa.string())])


def rows_ahead(
    as_of: int, engine: "Engine", dataset: "Dataset", batches: "Collection[str] | None" = None
) -> pa.Table:
    """What `audit` takes as `ahead`: (subject, example), whenever a row says it was known.

    Args:
        as_of: rows of this day and later are ahead.
        engine: reads the files; makes relation `audit_file`.
        dataset: its files; only those that reach so far are opened.
        batches: the loads that had been committed when the day was run; None for all.
    """
    found = [AHEAD.empty_table()]
    for table in BY_NAME.values():
        files = [
            file
            for file in dataset.files(FACT, table.name)
            if file.max_day >= as_of and (batches is None or file.batch in batches)
        ]
        if files:
            engine.scan("audit_file", dataset.paths(files), table.arrow)
            sql = (
                f"SELECT '{table.name}' AS subject, {table.key[0]} AS example "
                "FROM audit_file WHERE day >= $as_of"
            )
            found.append(engine.run(sql, as_of=as_of).cast(AHEAD))
    return pa.concat_tables(found)
