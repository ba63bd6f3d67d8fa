"""Physical line numbers, worked out only for the records that are reported."""

import csv
import sys
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tools.sources.raw import Piece

_CHUNK = 1 << 20


def line_at(path: "Path", offsets: "Sequence[int]", first_line: int) -> list[int]:
    """The line of the record that starts at each byte offset (ascending, line ends skipped)."""
    found, line, position = [], first_line, 0
    with path.open("rb") as data:
        for offset in offsets:
            while chunk := data.read(min(_CHUNK, max(0, offset - position))):
                line, position = line + _newlines(chunk), position + len(chunk)
            position = max(position, offset)
            while (byte := data.read(1)) in {b"\r", b"\n"}:
                line, position = line + (byte == b"\n"), position + 1
            data.seek(position)
            found.append(line)
    return found


def _newlines(data: bytes) -> int:
    return data.count(b"\n")


def starts_of(piece: "Piece", rows: "Sequence[int]") -> dict[int, int]:
    """The physical line on which each record of a piece starts, by its place in the piece."""
    if _one_line_each(piece):
        shifts = [
            bad - piece.first_line - piece.skipped - n for n, bad in enumerate(piece.bad_lines)
        ]
        first = piece.first_line + piece.skipped
        return {row: first + row + bisect_right(shifts, row) for row in rows}
    wanted = set(rows)
    return {row: line for row, line in enumerate(_records(piece)) if row in wanted}


def _one_line_each(piece: "Piece") -> bool:
    with piece.path.open("rb") as data:
        lines, last = 0, b""
        while chunk := data.read(_CHUNK):
            lines, last = lines + _newlines(chunk), chunk[-1:]
    lines += last not in {b"\n", b""}
    return lines == piece.skipped + piece.rows + len(piece.bad_lines)


def _records(piece: "Piece") -> "Iterator[int]":
    bad, line = set(piece.bad_lines), piece.first_line
    limit = csv.field_size_limit(sys.maxsize)
    try:
        with piece.path.open(encoding="utf-8", errors="replace", newline="") as text:
            reader = csv.reader(text, delimiter=piece.reader.separator)
            for record in reader:
                kept = bool(record) or piece.columns == 1
                if kept and line not in bad and line >= piece.first_line + piece.skipped:
                    yield line
                line = piece.first_line + reader.line_num
    finally:
        csv.field_size_limit(limit)
