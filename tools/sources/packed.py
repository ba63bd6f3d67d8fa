"""Files that need unpacking before anything reads them: gzip, and UTF-16 that says so itself."""

import gzip
import shutil
import zlib
from typing import TYPE_CHECKING

from tools.errors import BadInput
from tools.sources.raw import first_line

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

    from tools.sources.mapping import Reader

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CHUNK = 1 << 20
MOST_TIMES = 200  # text packs to a hundredth at best; a bomb to a thousandth
LARGE = 256_000_000  # bytes below which nobody asks


def plain(path: "Path", file: str, reader: "Reader", copy: "Path") -> "Path":
    """The file itself, or a copy of it as plain text where it is packed or marked as UTF-16.

    Raises:
        BadInput: when it cannot be unpacked.
    """
    if reader.format == "parquet":
        return path
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as packed, copy.open("wb") as out:
                _unpack(packed, out, path.stat().st_size)
            path, copy = copy, copy.with_suffix(".text")
        if not _is_utf16(path, reader):
            return path
        with (
            path.open(encoding="utf-16", newline="") as text,
            copy.open("w", encoding="utf-8", newline="") as out_text,
        ):
            shutil.copyfileobj(text, out_text, _CHUNK)
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise BadInput(f"{file}: cannot be unpacked: {first_line(error)}") from error
    return copy


def _unpack(packed: gzip.GzipFile, out: "IO[bytes]", size: int) -> None:
    """Copy what was packed, unless it swells as no data do.

    Raises:
        OSError: when so little stands for so much that only the disk would be filled.
    """
    most, written = max(LARGE, size * MOST_TIMES), 0
    while chunk := packed.read(_CHUNK):
        written += len(chunk)
        if written > most:
            raise OSError(f"it swells to over {MOST_TIMES} times its size")
        out.write(chunk)


def _is_utf16(path: "Path", reader: "Reader") -> bool:
    """Whether a file begins with the mark of UTF-16, and the mapping does not say so already."""
    if reader.encoding.lower().replace("_", "-") not in {"utf-8", "utf8"}:
        return False
    with path.open("rb") as data:
        return data.read(2) in _UTF16
