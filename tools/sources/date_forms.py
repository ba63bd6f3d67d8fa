"""Which form the dates of a column have, when more than one could be meant.

"3/4/2025" is a day of March or of April, and only the column as a whole can say which: the right
reading gives a calendar that is lived in, the wrong one scatters the same rows over the year. A
reading is judged by the days it leaves silent, by rows it puts into the future, and by whether
its weekdays are those of the rows that leave no doubt.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from tools.days import EPOCH, day_number, from_number
from tools.sources.instants import instant_sql
from tools.sources.raw import quoted

if TYPE_CHECKING:
    import duckdb

MOST_FORMS = 4  # forms that are tried in every order
ENOUGH = 12  # rows of a column, before its calendar says anything
FEW = 4  # rows that must stand elsewhere when day and month are swapped
CLEAR = 3  # silent days a better reading must save, after halving them
WEEKDAYS_ENOUGH = 60
_PAIR = re.compile(r"%-?d(.*?)%-?m|%-?m(.*?)%-?d")


@dataclass(frozen=True)
class DateForm:
    """How many rows of a column have a form, and how many have no other of those asked for."""

    form: str
    rows: int
    alone: int


@dataclass(frozen=True)
class Calendar:
    """The days that rows fall on by one reading."""

    rows: int
    first_day: int
    last_day: int
    silent_days: int
    future_rows: int
    weekdays: tuple[int, ...]

    @property
    def says(self) -> str:
        """The calendar in words."""
        first, last = from_number(self.first_day), from_number(self.last_day)
        future = f", {self.future_rows:,} rows in the future" if self.future_rows else ""
        return f"{first} to {last} with {self.silent_days:,} silent days{future}"


@dataclass(frozen=True)
class DateReading:
    """Forms in the order in which they are tried, and the calendar that gives."""

    forms: tuple[str, ...]
    calendar: Calendar


@dataclass(frozen=True)
class DateChoice:
    """What a column's dates look like: the share of each form, the reading taken, and a better one.

    `taken` differs from the mapping's own order only where its forms contradict each other and
    one order is far more plausible; `sure` when the calendar speaks against every other order.
    `other` swaps day and month of a form, where that is.
    """

    forms: tuple[DateForm, ...]
    rows: int
    unread: int
    doubtful: int
    own: DateReading
    taken: DateReading
    sure: bool
    other: DateReading | None


Days = tuple[int | None, ...]


def twin(form: str) -> str | None:
    """The form with day and month in each other's place, None when it has not both as numbers."""
    if form == "iso":
        return "%Y-%d-%m"
    found = _PAIR.search(form)
    if found is None:
        return None
    pair = found.group()
    swapped = re.sub(r"%(-?)([dm])", lambda m: f"%{m[1]}{'m' if m[2] == 'd' else 'd'}", pair)
    return form[: found.start()] + swapped + form[found.end() :]


def date_forms(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    column: str,
    forms: Sequence[str],
    zone: str,
    today: int | None = None,
) -> DateChoice:
    """Judge the forms of a text column of a table; `today` is None where the future is no fault."""
    parsed = [f"to_day({instant_sql(column, (form,), zone)}, {quoted(zone)})" for form in forms]
    groups = ", ".join(f"{sql} AS d{n}" for n, sql in enumerate(parsed))
    found = connection.execute(
        f"SELECT {groups}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY ALL"
    ).fetchall()
    return choose([(tuple(row[:-1]), int(row[-1])) for row in found], tuple(forms), today)


def choose(
    rows: "Sequence[tuple[Days, int]]", forms: tuple[str, ...], today: int | None
) -> DateChoice:
    """Judge readings by rows: the day under each form, and how many rows have those days."""
    read = [(days, n) for days, n in rows if any(day is not None for day in days)]
    doubtful = sum(n for days, n in read if len({d for d in days if d is not None}) > 1)
    own = _reading(read, forms, tuple(range(len(forms))), today)
    taken, sure = (own, True) if not doubtful else _plausible(read, forms, own, today)
    everything = sum(n for _, n in rows)
    return DateChoice(
        forms=_shares(read, forms),
        rows=everything,
        unread=everything - sum(n for _, n in read),
        doubtful=doubtful,
        own=own,
        taken=taken,
        sure=sure,
        other=_swapped(read, forms, taken, today),
    )


def _plausible(
    read: "Sequence[tuple[Days, int]]", forms: tuple[str, ...], own: DateReading, today: int | None
) -> tuple[DateReading, bool]:
    """The order whose calendar is far better than that of every order before it, if any.

    Also whether it is far better than all that give other days.
    """
    orders = permutations(range(len(forms))) if len(forms) <= MOST_FORMS else ()
    readings = [_reading(read, forms, order, today) for order in orders]
    weekdays, taken = _sure_weekdays(read), own
    for one in readings:
        taken = one if _better(one.calendar, taken.calendar, weekdays) else taken
    others = [one.calendar for one in readings if one.calendar != taken.calendar]
    return taken, all(_better(taken.calendar, other, weekdays) for other in others)


def _shares(read: "Sequence[tuple[Days, int]]", forms: tuple[str, ...]) -> tuple[DateForm, ...]:
    return tuple(
        DateForm(
            form,
            sum(count for days, count in read if days[n] is not None),
            sum(
                count
                for days, count in read
                if days[n] is not None and sum(d is not None for d in days) == 1
            ),
        )
        for n, form in enumerate(forms)
    )


def _reading(
    read: "Sequence[tuple[Days, int]]",
    forms: tuple[str, ...],
    order: tuple[int, ...],
    today: int | None,
) -> DateReading:
    days: Counter[int] = Counter()
    for row, count in read:
        days[next(row[n] or 0 for n in order if row[n] is not None)] += count
    return DateReading(tuple(forms[n] for n in order), calendar_of(days, today))


def calendar_of(days: "Counter[int]", today: int | None) -> Calendar:
    """The calendar of rows by day; what lies in the future is counted and spans no days."""
    weekdays = [0] * 7
    for day, count in days.items():
        weekdays[(day + EPOCH.weekday()) % 7] += count
    past = [day for day in days if today is None or day < today]
    first, last = min(past, default=0), max(past, default=-1)
    return Calendar(
        rows=sum(days.values()),
        first_day=first,
        last_day=last,
        silent_days=last - first + 1 - len(past),
        future_rows=sum(n for day, n in days.items() if today is not None and day >= today),
        weekdays=tuple(weekdays),
    )


def _better(one: Calendar, other: Calendar, sure: tuple[int, ...] = ()) -> bool:
    """Whether a calendar is so much more plausible than another that it can be taken for true."""
    if other.rows < ENOUGH:
        return False
    if one.future_rows > other.future_rows or one.silent_days > other.silent_days:
        return False
    fewer = one.silent_days + CLEAR <= other.silent_days / 2
    if fewer or one.future_rows < other.future_rows:
        return True
    same = one.silent_days == other.silent_days
    if not same or min(sum(sure), one.rows - sum(sure)) < WEEKDAYS_ENOUGH:
        return False
    near, far = _distance(one.weekdays, sure), _distance(other.weekdays, sure)
    return near < far / 2 and far > 0.1


def _distance(some: Sequence[int], sure: Sequence[int]) -> float:
    """How far the weekdays of the doubtful rows are from those of the rest, from 0 to 1."""
    rest = [a - b for a, b in zip(some, sure, strict=True)]
    a, b = max(sum(rest), 1), max(sum(sure), 1)
    return sum(abs(x / a - y / b) for x, y in zip(rest, sure, strict=True)) / 2


def _sure_weekdays(read: "Sequence[tuple[Days, int]]") -> tuple[int, ...]:
    certain: Counter[int] = Counter()
    for days, count in read:
        said = {day for day in days if day is not None}
        if len(said) == 1:
            certain[said.pop()] += count
    return calendar_of(certain, None).weekdays


def _swapped(
    read: "Sequence[tuple[Days, int]]",
    forms: tuple[str, ...],
    taken: DateReading,
    today: int | None,
) -> DateReading | None:
    """The reading with day and month of one form swapped, where it is far more plausible."""
    order = [forms.index(form) for form in taken.forms]
    for at in order:
        other = twin(forms[at])
        if other is None or other in forms:
            continue
        days, swapped = _with_twin(read, order, at)
        if swapped < FEW:
            continue
        calendar = calendar_of(days, today)
        if _better(calendar, taken.calendar):
            names = tuple(other if n == at else forms[n] for n in order)
            return DateReading(names, calendar)
    return None


def _with_twin(
    read: "Sequence[tuple[Days, int]]", order: Iterable[int], at: int
) -> "tuple[Counter[int], int]":
    """Rows by day with one form swapped, and how many; none when it does not fit them all."""
    days: Counter[int] = Counter()
    swapped = 0
    for row, count in read:
        n = next(n for n in order if row[n] is not None)
        day = row[n] or 0
        if n == at:
            turned = _turned(day)
            if turned is None:
                return Counter(), 0
            day, swapped = turned, swapped + count
        days[day] += count
    return days, swapped


def _turned(day: int) -> int | None:
    """The day whose day and month are those of another in each other's place."""
    date = from_number(day)
    return day_number(date.replace(month=date.day, day=date.month)) if date.day <= 12 else None
