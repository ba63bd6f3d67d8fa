"""A worked-out entry of a proposed mapping, and what a column's dates need."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.sources.profile import ColumnProfile

TRUE = "('true', 't', 'yes', 'y', '1', '1.0')"
FALSE = "('false', 'f', 'no', 'n', '0', '0.0')"


@dataclass(frozen=True)
class DerivedEntry:
    """An entry that is worked out, the columns it reads, and what is doubtful about it."""

    entry: str
    reads: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    question: tuple[str, ...] = ()


def formats_of(column: "ColumnProfile") -> str:
    """The option that says how a column's dates are written, '' for ISO."""
    return formats_option(column.dates.formats)


def formats_option(forms: tuple[str, ...]) -> str:
    """The option for forms of dates, '' for ISO alone."""
    if forms in {(), ("iso",)}:
        return ""
    told = ", ".join(f'"{form}"' for form in forms)
    return f"formats: {told}" if len(forms) == 1 else f"formats: [{told}]"
