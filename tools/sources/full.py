"""Whom a full input names: who is not among them any more is gone."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.sources.compile import cells_of
from tools.sources.mapping import INLINE
from tools.sources.raw import count
from tools.warehouse.parts import FullInput
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.sources.mapping import Input
    from tools.sources.shelf import RawTables


def full_input(shelf: "RawTables", each: "Input") -> FullInput:
    """The records an input names, of which `typed` holds the rows it was read into.

    A row that is refused for another column still names its record.
    """
    cells = {cell.name: n for n, cell in enumerate(cells_of(each))}
    key = BY_NAME[each.table].key
    named = " AND ".join(f"c{cells[name]} IS NOT NULL" for name in key)
    columns = ", ".join(f"CAST(c{cells[name]} AS VARCHAR) AS {name}" for name in key)
    rows = shelf.connection.sql(f"SELECT DISTINCT {columns} FROM typed WHERE {named}")
    keys = rows.to_arrow_table().cast(pa.schema([(name, pa.string()) for name in key]))
    malformed = len(shelf.raw(each.file, each.reader).malformed)
    unread = count(shelf.connection, f"typed WHERE NOT ({named})") + malformed
    space = each.cells[cells[key[0]]].space
    return FullInput(
        table=each.table,
        space="" if space == INLINE else space,
        files=(each.file,),
        keys=keys,
        unread=unread,
        lost_share=each.lost_share,
    )


def together(inputs: "Iterable[FullInput]") -> tuple[FullInput, ...]:
    """One for each table and id space: two files of the same ids are the truth together."""
    found: dict[tuple[str, str], FullInput] = {}
    for each in inputs:
        first = found.get((each.table, each.space))
        found[each.table, each.space] = each if first is None else _both(first, each)
    return tuple(found[name] for name in sorted(found))


def _both(one: FullInput, other: FullInput) -> FullInput:
    return replace(
        one,
        files=(*one.files, *other.files),
        keys=pa.concat_tables([one.keys, other.keys]),
        unread=one.unread + other.unread,
        lost_share=min(one.lost_share, other.lost_share),
    )
