"""Retention by cohort: how many of those who came stay, with the definition printed."""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tools.days import from_number
from tools.errors import NotComputable
from tools.reports.retention.definition import definition
from tools.reports.retention.relations import place, prepare
from tools.reports.retention.spec import RetentionSpec, Window
from tools.stats.intervals import wilson
from tools.warehouse.billing import bills_end
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.warehouse.engine import Engine
    from tools.warehouse.sql import Parameter


# The table in which what counts as coming back is recorded; bills are told from by their own days.
RECORDED = {
    "usage": "events", "named": "events", "purchases": "invoices", "invoices": "invoices",
}  # fmt: skip
LONG_AGO = -1_000_000


@dataclass(frozen=True)
class RetentionCell:
    """One cohort in one bucket; rate and interval are None below the least size.

    Attributes:
        cohort: first day of the cohort's calendar unit, a day number.
        size: members born in the cohort.
        eligible: the denominator.
        retained: the numerator.
        complete: the bucket is over for every member.
        reactivated: of the retained, those not retained in the bucket before.
        part: what the cohort is split by, '' when it is not.
    """

    cohort: int
    bucket: str
    size: int
    eligible: int
    retained: int
    complete: bool
    rate: float | None
    low: float | None
    high: float | None
    reactivated: int = 0
    part: str = ""


@dataclass(frozen=True)
class RetentionMean:
    """All cohorts together in one bucket; the interval belongs to the weighted mean only."""

    bucket: str
    cohorts: int
    eligible: int
    retained: int
    rate: float | None
    low: float | None
    high: float | None
    reactivated: int = 0
    part: str = ""


@dataclass(frozen=True)
class Retention:
    """A retention report: cells, means, and what they mean.

    Attributes:
        left_out: members the table knows without a birth day.
        internal: members left out as our own or for tests.
        query: first 16 hex digits of the sha256 of definition, query text and parameters.
    """

    as_of: int
    spec: RetentionSpec
    cells: tuple[RetentionCell, ...]
    means: tuple[RetentionMean, ...]
    left_out: int
    definition: str
    query: str
    internal: int = 0

    @property
    def parts(self) -> tuple[str, ...]:
        """What the cohorts are split by, in order; one '' when they are not."""
        return tuple(sorted({cell.part for cell in self.cells}))


def measure_retention(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    spec: RetentionSpec,
    *,
    again: bool = False,
) -> Retention:
    """Measure retention from what is known as of a day.

    Args:
        as_of: day number D; only days before D are read.
        engine: holds the as-of relations contacts, accounts, usage, invoices, subscriptions,
            calendar; for a breakdown segment_history (account_id, segment, day), arms
            (account_id, arm, day) or the facts and aliases the relations were made of.
        present: canonical tables this company has at all, and those histories it has.
        spec: the definition.
        again: the definition measured last differs in buckets, mode or breakdown alone.

    Raises:
        NotComputable: when a table the definition needs is absent.
    """
    if missing := sorted(spec.needs() - frozenset(present)):
        raise NotComputable(*missing)
    known = min(as_of, bills_end(engine)) if spec.returns == "paid" else as_of
    prepare(known, engine, spec, again=again)
    text = read_sql(__package__, "cells")
    parameters = _parameters(known, engine, spec)
    windows = spec.windows()
    cells = tuple(_cell(row, windows, spec) for row in engine.run(text, **parameters).to_pylist())
    parts = sorted({cell.part for cell in cells} or {""})
    return Retention(
        as_of=as_of,
        spec=spec,
        cells=cells,
        means=tuple(_mean(window.label, p, cells, spec) for p in parts for window in windows),
        left_out=_number(engine, "retention_births", "b.day IS NULL"),
        definition=definition(spec, from_number(as_of - 1).isoformat()),
        query=_fingerprint(spec, text, parameters),
        internal=_number(engine, "retention_born", "b.internal = 1"),
    )


def _number(engine: "Engine", relation: str, condition: str) -> int:
    sql = f"SELECT COUNT(DISTINCT b.id) AS n FROM {relation} AS b WHERE {condition}"
    found: int = engine.run(sql).to_pylist()[0]["n"]
    return found


def last_births(as_of: int, engine: "Engine", spec: RetentionSpec) -> tuple[int, ...]:
    """The last place of birth of those who count, bucket by bucket."""
    given = _parameters(as_of, engine, spec)
    end, last = int(str(given["end"])), int(str(given["last"]))
    if spec.incomplete == "mark":
        return tuple(last - window.lo * spec.length for window in spec.windows())
    return tuple(end - window.closes * spec.length for window in spec.windows())


def recorded_since(engine: "Engine", spec: RetentionSpec) -> tuple[int, int]:
    """The first day on which returns were recorded, and the place from which on they all were."""
    table = RECORDED.get(spec.returns)
    if table is None:
        return LONG_AGO, LONG_AGO
    sql = read_sql(__package__, "recorded")
    row = engine.run(sql, place=place(spec), recorded=table).to_pylist()[0]
    if row["first_day"] is None:
        return LONG_AGO, LONG_AGO
    return int(row["first_day"]), int(row["begin_place"])


def first_births(engine: "Engine", spec: RetentionSpec) -> tuple[int, ...]:
    """The first place of birth of those who count, bucket by bucket, if born before the record."""
    _, begin = recorded_since(engine, spec)
    return tuple(begin - window.lo * spec.length for window in spec.windows())


def _parameters(as_of: int, engine: "Engine", spec: RetentionSpec) -> "dict[str, Parameter]":
    sql = read_sql(__package__, "ends")
    ends = engine.run(sql, as_of=as_of, place=place(spec)).to_pylist()[0]
    first, begin = recorded_since(engine, spec)
    return {
        "first": first,
        "begin": begin,
        "length": spec.length,
        "end": ends["end_place"],
        "last": ends["last_place"],
        "mark": spec.incomplete == "mark",
        "previous": spec.base == "previous",
    }


def _cell(row: "dict[str, Any]", windows: tuple[Window, ...], spec: RetentionSpec) -> RetentionCell:
    rate, low, high = _rate(row["retained"], row["eligible"], spec.min_size)
    return RetentionCell(
        cohort=row["cohort"],
        bucket=windows[row["n"]].label,
        size=row["size"],
        eligible=row["eligible"],
        retained=row["retained"],
        complete=row["complete"] == 1,
        rate=rate,
        low=low,
        high=high,
        reactivated=row["reactivated"],
        part=row["part"],
    )


def _rate(
    retained: int, eligible: int, least: int
) -> tuple[float | None, float | None, float | None]:
    if eligible == 0 or eligible < least:
        return None, None, None
    return (retained / eligible, *wilson(retained, eligible))


def _mean(
    bucket: str, part: str, cells: tuple[RetentionCell, ...], spec: RetentionSpec
) -> RetentionMean:
    mark = spec.incomplete == "mark"
    here = [c for c in cells if c.bucket == bucket and c.part == part]
    used = [c for c in here if c.eligible and (c.complete or not mark)]
    eligible, retained = sum(c.eligible for c in used), sum(c.retained for c in used)
    rate, low, high = _rate(retained, eligible, spec.min_size)
    if spec.mean == "simple":
        rates = [c.rate for c in used if c.rate is not None]
        rate, low, high = (sum(rates) / len(rates) if rates else None), None, None
    back = sum(c.reactivated for c in used)
    return RetentionMean(bucket, len(used), eligible, retained, rate, low, high, back, part)


def _fingerprint(spec: RetentionSpec, text: str, parameters: "dict[str, Parameter]") -> str:
    values = sorted(parameters.items())
    return sha256(f"{spec!r}\n{text}\n{values!r}".encode()).hexdigest()[:16]
