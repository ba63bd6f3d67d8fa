"""Cells of a CSV file that a spreadsheet shows and never runs.

A spreadsheet that was set to another separator also splits inside a quoted cell, so that what
follows a separator, a quote or a line break inside the text is guarded like the start of a cell.
"""

import re

_RUNS = "=+\\-@＝＋－＠"
_SPLITS = ',;|"\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029'
# Spaces, controls and what shows as nothing: a spreadsheet may look past them.
_BLANK = (
    "\\s\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff"
)
_STARTS = re.compile(f"[{_BLANK}]*+[{_RUNS}]|[\t\r\n]")
# The whole run is taken at once and never again, so that a megabyte of tabs takes one pass.
_RUN = re.compile(f"([{_SPLITS}{_BLANK}]++)([{_RUNS}]?)")
_LAST_SPLIT = re.compile(f"[{_SPLITS}](?=[^{_SPLITS}]*\\Z)")
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


def safe_text(text: str) -> str:
    """The same text with `'` before everything that a spreadsheet could take for a formula."""
    inside = _RUN.sub(_guarded, text)
    return f"'{inside}" if _STARTS.match(text) else inside


def safe_number(text: str) -> str:
    """A plain number as it is, also below zero; anything else as text."""
    return text if _NUMBER.fullmatch(text) else safe_text(text)


def row(cells: list[str]) -> bytes:
    """One record, every cell in quotes (RFC 4180)."""
    quoted = (cell.replace('"', '""') for cell in cells)
    return ('"' + '","'.join(quoted) + '"\r\n').encode()


def _guarded(run: "re.Match[str]") -> str:
    last = _LAST_SPLIT.search(run[1]) if run[2] else None
    if last is None:
        return run[0]
    return f"{run[1][: last.end()]}'{run[1][last.end() :]}{run[2]}"
