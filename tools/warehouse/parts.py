"""Parts of a record: which input said a row, which columns it fills, and whether it still does.

A part is written as a word and a signature, `full crm.csv|contact_ref|email|name|`: the file as
the mapping names it, and the columns it fills. The words:

    some   the input holds some records of its table
    full   the input holds all of them: who is not in it any more is gone
    gone   the record is not in the full input any more; the row repeats what it said last
    lost   the same, but the input is taken as truncated: the record may still be there
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

SOME, FULL, GONE, LOST = "some", "full", "gone", "lost"
# What a full input says of a record that is not in it any more, by table: its column, or that
# the row is not there ('').
ENDS: MappingProxyType[str, str] = MappingProxyType({
    "contacts": "deleted", "accounts": "deleted", "subscriptions": "ended_day",
    "deals": "", "tickets": "", "invoices": "", "campaigns": "",
})  # fmt: skip
# SQL of what stays the same when a record is gone or comes back: the part without its word.
SIGNATURE = "SUBSTRING({row}.part, 6)"
# The columns that only the newest row may tell, also among facts of before parts were known.
STATES = frozenset({"merged_into", "deleted", "email_consent", "phone_consent"})


@dataclass(frozen=True)
class FullInput:
    """Inputs that hold every record of a table and id space together, and whom they name today.

    `keys` has a row of key columns for each record that is there, those whose row was refused
    for another reason included; `unread` counts the records whose key could not be read.
    """

    table: str
    space: str
    files: tuple[str, ...]
    keys: "pa.Table"
    unread: int
    lost_share: float


def part_of(word: str, file: str, columns: "Iterable[str]") -> str:
    """The part that an input's rows are."""
    return f"{word} {file.replace('|', '/')}|{'|'.join(sorted(columns))}|"


def is_a(word: str, row: str) -> str:
    """SQL: whether a row's part is of a word."""
    return f"COALESCE({row}.part LIKE '{word} %', FALSE)"


def fills(column: str, row: str, *, alone: bool) -> str:
    """SQL: whether a row says something about a column, if only that it is empty.

    Facts of before parts were known say only what they hold, where `alone` is false and they may
    have come from several inputs. What a row holds it says, whatever its part: an erasure marks
    every row of a person as deleted.
    """
    before = f" OR {row}.part IS NULL" if alone or column in STATES else ""
    return f"(NOT {row}.{column} IS NULL OR STRPOS({row}.part, '|{column}|') > 0{before})"
