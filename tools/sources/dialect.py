"""Which character stands between the columns of a text file, by DuckDB's sniffer."""

from contextlib import suppress

import duckdb

from tools.scratch import READ, held_folder, scratch_folder
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
    found = None
    with held_folder(scratch_folder(), READ) as folder, suppress(duckdb.Error):
        file = folder / "head.csv"
        file.write_text(head, encoding="utf-8", newline="")
        found = connection.execute(_SNIFF.format(file=quoted(str(file)))).fetchone()
    return found[0] if found and found[0] in SIGNS and found[0] in head else usual
