"""Bad rows over several loads: a file that is read again says again what is wrong with it.

A row that stands as it stood is not counted twice, and one that is no more was mended.
"""

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import col

from tools.store.columns import storable
from tools.store.rows import table_of
from tools.store.tables import BadRowRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from tools.store.records import BadRow, Batch

COLUMNS = ("batch", "seq", "table", "file", "line", "column", "value", "reason", "kind", "rows")


def stands(until: "datetime | None") -> "ColumnElement[bool]":
    """Whether a row was in quarantine at an instant, or is now."""
    gone = col(BadRowRow.gone_at)
    return gone.is_(None) if until is None else or_(gone.is_(None), gone > until)


def new_rows(
    session: "Session", batch: "Batch", rejected: "Iterable[BadRow]", read: tuple[str, ...]
) -> "Iterator[tuple[object, ...]]":
    """The bad rows that are new; those of files read again that are no more are marked gone."""
    if not read:
        return _bad_rows(batch.id, rejected)
    new = list(_bad_rows(batch.id, rejected))
    row = table_of(BadRowRow).c
    names = {storable(name) for name in read}
    query = select(*(row[name] for name in COLUMNS)).where(
        row.gone_at.is_(None), row.file.in_(names)
    )
    held: dict[tuple[object, ...], list[tuple[str, int]]] = {}
    for one in session.execute(query):
        held.setdefault(_key(one), []).append((one.batch, one.seq))
    fresh = [one for one in new if not _taken(held, _key(one))]
    gone = [{"b": batch_, "s": seq} for places in held.values() for batch_, seq in places]
    if gone:
        mark = update(table_of(BadRowRow)).values(gone_at=batch.committed_at)
        mark = mark.where(row.batch == bindparam("b"), row.seq == bindparam("s"))
        session.connection().execute(mark, gone)
    return iter(fresh)


def _key(row: "Sequence[object]") -> "tuple[object, ...]":
    """What makes a bad row the same when its file is read again."""
    return tuple(row[2:])


def _taken(
    held: "dict[tuple[object, ...], list[tuple[str, int]]]", key: "tuple[object, ...]"
) -> bool:
    """Whether a row is held already; each holding answers for one row."""
    places = held.get(key)
    if not places:
        return False
    places.pop()
    return True


def _bad_rows(batch: str, rejected: "Iterable[BadRow]") -> "Iterator[tuple[object, ...]]":
    """Foreign text made storable; the order of arrival becomes the key."""
    for seq, bad in enumerate(rejected):
        yield (
            batch,
            seq,
            bad.table,
            storable(bad.file),
            bad.line,
            storable(bad.column),
            storable(bad.value),
            storable(bad.reason),
            bad.kind,
            bad.rows,
        )
