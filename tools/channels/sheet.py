"""A CSV file that is only ever added to, read back so that a torn last record is noticed."""

import re
from dataclasses import dataclass

# One cell and what ends it; `\Z` ends the last cell of a file without a last line break.
_CELL = re.compile(rb'(?:"([^"]*+(?:""[^"]*+)*+)"|([^",\r\n]*+))(,|\r?\n|\r?\Z)')
_TORN = re.compile(rb'"[^"]*+(?:""[^"]*+)*+\Z')


@dataclass(frozen=True)
class Sheet:
    """The records of a file and where the last whole one ends.

    `ended` tells whether that record has its line break; `readable` is False when something in
    the middle is no CSV, which a crash of ours cannot leave behind.
    """

    records: tuple[tuple[bytes, ...], ...]
    end: int
    ended: bool
    readable: bool


def read_sheet(data: bytes, width: int) -> Sheet:
    """Read a file of records of `width` cells, of which the last may be torn."""
    records: list[tuple[bytes, ...]] = []
    end = start = closed = 0
    cells: list[bytes] = []
    while start < len(data):
        cell = _CELL.match(data, start)
        if cell is None:
            return Sheet(tuple(records), end, ended=True, readable=_is_torn(data, start))
        quoted = cell[1] is not None
        cells.append(cell[1].replace(b'""', b'"') if quoted else cell[2])
        start, closed = cell.end(), cell.start(3)
        if cell[3].endswith(b"\n"):
            records.append(tuple(cells))
            cells, end = [], start
    whole = len(cells) == width and bool(cells[-1])
    if not whole:
        return Sheet(tuple(records), end, ended=True, readable=True)
    return Sheet((*records, tuple(cells)), closed, ended=False, readable=True)


def _is_torn(data: bytes, start: int) -> bool:
    return _TORN.match(data, start) is not None
