"""The CSM's list as a file: a CSV that no spreadsheet takes for formulas, and JSON."""

import json
from typing import TYPE_CHECKING

from tools.channels.cells import row, safe_number, safe_text
from tools.reports.accounts.record import COLUMNS, NUMBERS, cells, record

if TYPE_CHECKING:
    from tools.reports.accounts import AccountList

BOM = "\ufeff"  # so that a spreadsheet reads the names as UTF-8


def csv_of(found: "AccountList") -> bytes:
    """Every account shown, one a line; what a spreadsheet could run is guarded."""
    rows = [_guarded(one) for one in cells(found)]
    return BOM.encode() + b"".join(row(one) for one in [list(COLUMNS), *rows])


def _guarded(values: list[str]) -> list[str]:
    return [
        safe_number(value) if name in NUMBERS else safe_text(value)
        for name, value in zip(COLUMNS, values, strict=True)
    ]


def json_of(found: "AccountList") -> str:
    """Everything shown, for programs."""
    return json.dumps(record(found), ensure_ascii=False, indent=1)
