"""Which forms the dates of a column have: found by trying, doubts decided by the calendar.

A column may hold two forms: a spreadsheet rewrites those dates it understands.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.sources.date_forms import date_forms, twin
from tools.sources.instants import instant_sql

if TYPE_CHECKING:
    import duckdb

_DAYS = (
    *(form.replace("-", sep) for sep in ("-", "/", ".")
      for form in ("%d-%m-%Y", "%m-%d-%Y", "%Y-%m-%d", "%Y-%d-%m")),
    "%d %b %Y", "%d %b, %Y", "%b %d, %Y", "%b %d %Y", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H.%M", ", %H:%M", " %I:%M %p", " %I:%M:%S %p", ", %I:%M %p")
FORMATS = (
    "iso", *(day + time for day in _DAYS for time in _TIMES), "%Y%m%d", "%Y%m%d %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %z", "epoch_s", "epoch_ms", "epoch_us",
)  # fmt: skip
_DIGITS = {
    "%d": r"\d{1,2}", "%m": r"\d{1,2}", "%Y": r"\d{4}", "%y": r"\d{2}", "%H": r"\d{1,2}",
    "%I": r"\d{1,2}", "%M": r"\d{1,2}", "%S": r"\d{1,2}", "%p": "[AaPp][Mm]",
    "%b": "[A-Za-z]{3,9}", "%B": "[A-Za-z]{3,9}", "%a": "[A-Za-z]{3,9}", "%z": r"[-+]\d\d:?\d\d|Z",
}  # fmt: skip
_WHOLE = {
    "iso": r"\d{4}-\d\d-\d\d.*", "epoch_s": r"\d{9,10}(\.\d+)?", "epoch_ms": r"\d{12,13}(\.\d+)?",
    "epoch_us": r"\d{15,16}",
}  # fmt: skip


def _shape(form: str) -> re.Pattern[str]:
    """What a text of a form looks like: asked before the database, which takes longer."""
    parts = re.split(r"(%[a-zA-Z])", form)
    return re.compile(_WHOLE.get(form) or "".join(_DIGITS.get(p, re.escape(p)) for p in parts))


_SHAPES = {form: _shape(form) for form in FORMATS}
_FEW = 300  # values whose shape is looked at
_STRAY = 0.1  # a form of fewer values is taken only when it can be read in one way


@dataclass(frozen=True)
class DatePatterns:
    """The forms of a column's dates with how many values each reads, and what is doubtful."""

    formats: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    rivals: tuple[tuple[str, str, bool], ...] = ()  # chosen, other, decided by the calendar

    @property
    def fits(self) -> int:
        """How many values one of the forms reads."""
        return sum(self.counts)


def find_dates(run: "duckdb.DuckDBPyConnection", table: str, column: str) -> DatePatterns:
    """The forms that read the most values of a column, the commonest first."""
    values = f"(SELECT {column} AS v FROM {table} WHERE {column} IS NOT NULL ORDER BY rowid)"
    total, whole = _counts(run, values, ("iso",), ())
    if total == whole:
        return DatePatterns(("iso",), (whole,)) if total else DatePatterns()
    few = f"SELECT DISTINCT v FROM {values} USING SAMPLE {_FEW} ROWS (reservoir, 1)"
    shown = [str(v) for (v,) in run.execute(few).fetchall()]
    likely = [form for form, shape in _SHAPES.items() if any(map(shape.fullmatch, shown))]
    chosen: list[str] = []
    counts: list[int] = []
    rivals: list[tuple[str, str, bool]] = []
    while likely and len(chosen) < 4:
        total, *fits = _counts(run, values, tuple(likely), tuple(chosen))
        best = max(fits)
        alike = [form for form, n in zip(likely, fits, strict=True) if n == best]
        unique = _alone(likely, fits)
        if not best or (len(alike) > 1 and chosen and best < total * _STRAY):
            break
        form = unique or alike[0]
        if form == alike[0] and len(alike) > 1 and not unique:
            form, other, decided = _closer(run, (table, column), chosen, alike)
            rivals += [(form, other, decided)] if other else []
        chosen, counts = [*chosen, form], [*counts, dict(zip(likely, fits, strict=True))[form]]
        likely = [one for one in likely if one != form]
    return DatePatterns(tuple(chosen), tuple(counts), tuple(rivals))


def _counts(
    run: "duckdb.DuckDBPyConnection", values: str, forms: tuple[str, ...], chosen: tuple[str, ...]
) -> list[int]:
    """The rows, and how many each form reads of those that the chosen ones do not."""
    rest = f"{instant_sql('v', chosen, 'UTC')} IS NULL AND " if chosen else ""
    asked = [f"count(*) FILTER ({rest}{_read(form)})" for form in forms]
    found: list[int] = []
    for first in range(0, len(asked), 40):  # a query of many expressions takes long to plan
        some = ", ".join(["count(*)", *asked[first : first + 40]])
        (row,) = run.execute(f"SELECT {some} FROM {values}").fetchall()
        found += row if not found else row[1:]
    return found or [0]


def _read(form: str) -> str:
    # 1990 to 2100: else a number is no date
    return f"{instant_sql('v', (form,), 'UTC')} BETWEEN 631152000000000 AND 4102444800000000"


def _alone(likely: list[str], fits: list[int]) -> str:
    """The best form whose day and month cannot be taken for each other, '' when none is."""
    known = dict(zip(likely, fits, strict=True))
    sure = [form for form, n in known.items() if n and known.get(twin(form) or "", 0) < n]
    return max(sure, key=lambda form: known[form], default="")


def _closer(
    run: "duckdb.DuckDBPyConnection", place: tuple[str, str], chosen: list[str], alike: list[str]
) -> tuple[str, str, bool]:
    """Of a form and its twin the one whose calendar is lived in, and whether that is clear."""
    first, other = alike[0], twin(alike[0])
    if other is None or other not in alike:
        return first, "", False
    choice = date_forms(run, *place, (*chosen, first, other), "UTC")
    taken = [form for form in choice.taken.forms if form in {first, other}]
    rival = other if taken[0] == first else first
    return taken[0], rival, choice.sure
