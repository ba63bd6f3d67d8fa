"""Lines too long to be data are taken out of a file before anything holds one in memory.

A line of two gigabytes is an export that went wrong, or an attack. The file is passed once in
small pieces; only one that has such a line is copied, with an empty line in its place, so that
every other line keeps its number.
"""

import re
from typing import TYPE_CHECKING

from tools.sources.raw import SHOWN, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from tools.sources.mapping import Reader

LONGEST = 16_000_000  # bytes of one line
_CHUNK = 1 << 20
_PIECES = re.compile(rb"[^\r\n]+|\r\n|\r|\n")


def without_long_lines(
    path: "Path", file: str, reader: "Reader", copy: "Path", longest: int = LONGEST
) -> "tuple[Path, tuple[Malformed, ...]]":
    """The file itself, or a copy without the lines that are too long; and what these were."""
    wide = reader.encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16"))
    if reader.format == "parquet" or wide or not _has_long_line(path, longest):
        return path, ()
    with copy.open("wb") as out:
        return copy, tuple(_copied(path, file, out, longest))


def _has_long_line(path: "Path", longest: int) -> bool:
    length = 0
    with path.open("rb") as data:
        while chunk := data.read(_CHUNK):
            ends = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
            first = min(ends, default=-1)
            length += len(chunk) if first < 0 else first
            if length > longest:
                return True
            if first >= 0:  # a line within a piece is shorter than the piece
                length = len(chunk) - 1 - max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
    return False


def _copied(path: "Path", file: str, out: "IO[bytes]", longest: int) -> "Iterator[Malformed]":
    """Copy line by line, holding at most the longest that is allowed."""
    line, size, held = 1, 0, bytearray()
    for piece in _pieces(path):
        if piece not in {b"\n", b"\r", b"\r\n"}:
            size += len(piece)
            held += piece[: longest - len(held)]
            continue
        if size > longest:
            yield _malformed(file, line, held)
            held.clear()
        out.write(held + piece)
        line, size = line + piece.count(b"\n"), 0
        held.clear()
    if size > longest:
        yield _malformed(file, line, held)
    else:
        out.write(held)


def _pieces(path: "Path") -> "Iterator[bytes]":
    """Runs of text and ends of lines, each at most as long as a chunk."""
    with path.open("rb") as data:
        while chunk := data.read(_CHUNK):
            if chunk.endswith(b"\r"):  # its \n may be the next byte
                chunk += data.read(1)
            yield from (found[0] for found in _PIECES.finditer(chunk))


def _malformed(file: str, line: int, begin: bytearray) -> Malformed:
    return Malformed(file, line, begin[:SHOWN].decode("utf-8", "replace"), "the record is too long")
