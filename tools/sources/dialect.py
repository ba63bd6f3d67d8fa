"""Which character stands between the columns of a text file, by DuckDB's sniffer."""

import tempfile
from contextlib import suppress

import duckdb

from tools.sources.raw import quoted

SIGNS = (",", ";", "\t", "|")
# Ragged lines and text that is no date are for quarantine; here only the columns are wanted.
_SNIFF = (
    "SELECT Delimiter FROM sniff_csv({file}, sample_size = 20480, all_varchar = true, "
    "strict_mode = false, null_padding = true, ignore_errors = true)"
)


def delimiter_of(connection: duckdb.DuckDBPyConnection, head: str, usual: str) -> str:
    """The delimiter of the first lines of a file; `usual` when they do not show one.

    The header alone does not tell: names hold commas, and so do amounts.
    """
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv") as file:
        file.write(head)
        file.flush()
        found = None
        with suppress(duckdb.Error):
            found = connection.execute(_SNIFF.format(file=quoted(file.name))).fetchone()
    return found[0] if found and found[0] in SIGNS and found[0] in head else usual
