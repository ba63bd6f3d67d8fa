"""How recurring revenue moved, month by month and to the cent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from tools.days import from_number, month_start
from tools.errors import NotComputable
from tools.reports.internal import NOBODY, Internal, mark_internal
from tools.warehouse.billing import bills_end
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tools.warehouse.engine import Engine

Boundary = Literal["opening", "last_day"]
_BOUNDARY_WORDS = {
    "opening": "what is in force on the first day of the next month",
    "last_day": "what is in force on the last day of the month",
}
_POINTS = pa.schema([("month_n", pa.int64()), ("day", pa.int32())])
KINDS = (
    "new", "reactivation", "resumption", "expansion", "contraction", "pause", "currency_change",
    "churn",
)  # fmt: skip
SELDOM = frozenset({"resumption", "pause", "currency_change"})


@dataclass(frozen=True)
class Movement:
    """One month of one currency, in minor units; contraction, pause and churn are zero or below.

    Attributes:
        month: months since 1970-01.
        resumption: what came back after a pause; pause: what a pause took away. Who leaves during
            a pause is in both resumption and churn, with what was held.
        currency_change: what accounts took to another currency (below zero) or brought from one.
        accounts: number of accounts by kind of movement, `same` included.
        paid_before: accounts that paid at the start; paying: those that pay at the end.
    """

    month: int
    currency: str
    start: int
    new: int
    reactivation: int
    resumption: int
    expansion: int
    contraction: int
    pause: int
    currency_change: int
    churn: int
    end: int
    accounts: tuple[tuple[str, int], ...]
    paid_before: int
    paying: int

    @property
    def label(self) -> str:
        """The month as 2023-06."""
        return from_number(month_start(self.month)).isoformat()[:7]

    @property
    def difference(self) -> int:
        """What the movements leave unexplained: 0, or the report is wrong."""
        moved: int = sum(getattr(self, kind) for kind in KINDS)
        return self.start + moved - self.end

    @property
    def gross_churn(self) -> float | None:
        """(churn + contraction) over start, movement form; None without revenue at the start."""
        lost = self.churn + self.contraction
        return -lost / self.start if self.start else None

    @property
    def net_churn(self) -> float | None:
        """(churn + contraction - expansion - reactivation) over start, movement form."""
        lost = self.churn + self.contraction + self.expansion + self.reactivation
        return -lost / self.start if self.start else None


@dataclass(frozen=True)
class Movements:
    """Every closed month, with the definition."""

    as_of: int
    boundary: Boundary
    months: tuple[Movement, ...]
    definition: str

    @property
    def rolls(self) -> bool:
        """Whether every month adds up and starts where the one before ended."""
        if any(month.difference for month in self.months):
            return False
        ends = {(m.currency, m.month): m.end for m in self.months}
        return all(ends.get((m.currency, m.month - 1), 0) == m.start for m in self.months)


@dataclass(frozen=True)
class Week:
    """What became of recurring revenue between two evenings, one movement for each currency.

    Attributes:
        first_day: the revenue of the evening before it is the start.
        end_day: the revenue of the evening before it is the end.
    """

    first_day: int
    end_day: int
    moves: tuple[Movement, ...]


def shown_kinds(months: "Iterable[Movement]") -> tuple[str, ...]:
    """The kinds with a column in a table; what seldom happens has one only where it happened."""
    moved = {kind for month in months for kind, _ in month.accounts}
    return tuple(kind for kind in KINDS if kind not in SELDOM or kind in moved)


def measure_movements(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    boundary: Boundary = "opening",
    internal: Internal = NOBODY,
) -> Movements:
    """Classify what every account did to recurring revenue, in every month that is over.

    Args:
        as_of: day number D; a month counts when the day it is read on is before D.
        engine: holds the as-of relations recurring_revenue, bills_end and calendar.
        present: canonical tables this company has at all.
        boundary: read revenue at the opening of the next month (default) or on the last day.
        internal: accounts of our own or for tests, left out.

    Raises:
        NotComputable: without subscriptions.
    """
    prepare_revenue(as_of, engine, present, boundary, internal)
    return Movements(as_of, boundary, _moves(engine), _words(boundary, as_of, bills_end(engine)))


def measure_week(
    first_day: int,
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    internal: Internal = NOBODY,
) -> Week:
    """Classify what every account did between the evenings before two days.

    The relations stay those of the week until a month is measured again. Nothing moved when the
    bills on record end before the week does: the next ones are not there yet.
    """
    _prepare_lines(engine, present, internal)
    rows = [{"month_n": 0, "day": first_day - 1}, {"month_n": 1, "day": as_of - 1}]
    rows = rows if as_of <= bills_end(engine) else []
    engine.put("revenue_points", pa.Table.from_pylist(rows, schema=_POINTS))
    _prepare_moves(engine)
    return Week(first_day, as_of, _moves(engine))


def prepare_revenue(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    boundary: Boundary,
    internal: Internal = NOBODY,
) -> None:
    """Make the relations revenue_lines, revenue_first, revenue_points, revenue_mrr, revenue_moves.

    The moves are a view: they are read to count them, and by those who look behind a figure.
    """
    _prepare_lines(engine, present, internal)
    points = read_sql(__package__, "points")
    engine.create("revenue_points", points, as_of=as_of, opening=boundary == "opening")
    _prepare_moves(engine)


def _prepare_lines(engine: "Engine", present: "Collection[str]", internal: Internal) -> None:
    if "subscriptions" not in present:
        raise NotComputable("subscriptions")
    mark_internal(engine, internal)
    engine.create("revenue_lines", read_sql(__package__, "lines"))
    engine.create("revenue_first", read_sql(__package__, "first"))


def _prepare_moves(engine: "Engine") -> None:
    engine.create("revenue_mrr", read_sql(__package__, "mrr"))
    engine.view("revenue_moves", read_sql(__package__, "moves"))


def _moves(engine: "Engine") -> tuple[Movement, ...]:
    rows = engine.run(read_sql(__package__, "movements")).to_pylist()
    groups: dict[tuple[str, int], list[dict[str, int]]] = {}
    for row in rows:
        groups.setdefault((row["currency"], row["month_n"]), []).append(row)
    return tuple(_movement(*key, group) for key, group in groups.items())


def _movement(currency: str, month: int, rows: list[dict[str, int]]) -> Movement:
    by_kind = {str(row["kind"]): row for row in rows}
    moved = {kind: row["minor"] for kind, row in by_kind.items()}
    return Movement(
        month=month,
        currency=currency,
        start=sum(row["before"] for row in rows),
        end=sum(row["after"] for row in rows),
        accounts=tuple((kind, row["accounts"]) for kind, row in by_kind.items()),
        paid_before=sum(row["paid_before"] for row in rows),
        paying=sum(row["paying"] for row in rows),
        **{kind: moved.get(kind, 0) for kind in KINDS},
    )


def _words(boundary: Boundary, as_of: int, end: int) -> str:
    words = (
        f"Monthly recurring revenue of a month's end is {_BOUNDARY_WORDS[boundary]}: the sum over "
        "paid subscription lines from the first day covered to the day before the first day no "
        "longer covered, as each line was on that day, discounts and credit lines taken off (an "
        "account whose lines sum to nothing or less pays nothing), a plan billed by the year "
        "counted by the month, trials and one-off amounts left out, per currency. New: nothing at "
        "the start and never paid before; reactivation: "
        "nothing at the start, paid before; churn: nothing at the end in any currency. A pause and "
        "its resumption are neither, nor is a change of currency; a second currency is expansion. "
        "An account that leaves during a pause is churn then: what was paused resumes and is lost."
    )
    if end >= as_of:
        return words
    day = from_number(end).isoformat()
    return f"{words} The bills on record end on {day}: nothing later can be told yet."
