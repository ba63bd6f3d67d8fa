"""Retention by cohort: how many of those who came stay, with the definition printed."""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from tools.days import from_number
from tools.errors import NotComputable
from tools.reports.intervals import wilson
from tools.reports.retention_spec import RetentionSpec, Unit, Window
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.warehouse.engine import Engine
    from tools.warehouse.sql import Parameter

_COLUMN = {"day": "day", "week": "week_n", "month": "month_n"}
_BUCKETS = pa.schema(
    [("n", pa.int64()), ("lo", pa.int64()), ("hi", pa.int64()), ("closes", pa.int64())]
)


@dataclass(frozen=True)
class Cell:
    """One cohort in one bucket; rate and interval are None below the least size.

    Attributes:
        cohort: first day of the cohort's calendar unit, a day number.
        size: members born in the cohort.
        eligible: the denominator.
        retained: the numerator.
        complete: the bucket is over for every member.
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


@dataclass(frozen=True)
class Mean:
    """All cohorts together in one bucket; the interval belongs to the weighted mean only."""

    bucket: str
    cohorts: int
    eligible: int
    retained: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Retention:
    """A retention report: cells, means, and what they mean.

    Attributes:
        left_out: members the table knows without a birth day.
        query: first 16 hex digits of the sha256 of definition, query text and parameters.
    """

    as_of: int
    spec: RetentionSpec
    cells: tuple[Cell, ...]
    means: tuple[Mean, ...]
    left_out: int
    definition: str
    query: str


def measure_retention(
    as_of: int, engine: "Engine", present: "Collection[str]", spec: RetentionSpec
) -> Retention:
    """Measure retention from what is known as of a day.

    Args:
        as_of: day number D; only days before D are read.
        engine: holds the as-of relations contacts, accounts, usage, invoices, calendar.
        present: canonical tables this company has at all.
        spec: the definition.

    Raises:
        NotComputable: when a table the definition needs is absent.
    """
    if missing := sorted(spec.needs() - frozenset(present)):
        raise NotComputable(*missing)
    _prepare(as_of, engine, spec)
    left_out = engine.run("SELECT COUNT(*) AS n FROM retention_births AS b WHERE b.day IS NULL")
    text = read_sql(__package__, "retention")
    parameters = _parameters(as_of, engine, spec)
    windows = spec.windows()
    cells = tuple(_cell(row, windows, spec) for row in engine.run(text, **parameters).to_pylist())
    return Retention(
        as_of=as_of,
        spec=spec,
        cells=cells,
        means=tuple(_mean(window.label, cells, spec) for window in windows),
        left_out=left_out.to_pylist()[0]["n"],
        definition=spec.words(from_number(as_of - 1).isoformat()),
        query=_fingerprint(spec, text, parameters),
    )


def _prepare(as_of: int, engine: "Engine", spec: RetentionSpec) -> None:
    entity = exp.column(f"{spec.entity}_id")
    _activity(engine, "retention_activity", spec.returns, entity, spec.event)
    if spec.birth == "signup":
        sql = read_sql(__package__, "retention_signups")
        engine.create("retention_births", sql, contacts=spec.entity == "contact")
    else:
        kinds = {"first_purchase": "purchases", "first_invoice": "invoices"}
        kind = kinds.get(spec.birth, "usage")
        _activity(engine, "retention_first_activity", kind, entity, None)
        engine.create("retention_births", read_sql(__package__, "retention_first"))
    place, unit = _calendar(_clock(spec)), _calendar(spec.cohort)
    members = read_sql(__package__, "retention_members")
    engine.create("retention_members", members, as_of=as_of, place=place, unit=unit)
    returns = read_sql(__package__, "retention_returns")
    engine.create("retention_returns", returns, as_of=as_of, place=place)
    engine.put("retention_buckets", _buckets(spec))


def _activity(
    engine: "Engine", name: str, kind: str, entity: exp.Expression, event: str | None
) -> None:
    if kind in {"usage", "named"}:
        engine.create(name, read_sql(__package__, "retention_usage"), entity=entity, event=event)
        return
    sql = read_sql(__package__, "retention_invoices")
    engine.create(name, sql, entity=entity, purchases=kind == "purchases")


def _clock(spec: RetentionSpec) -> Unit:
    return "day" if spec.clock == "rolling" else spec.unit


def _calendar(unit: Unit) -> exp.Expression:
    return exp.column(_COLUMN[unit], table="c")


def _buckets(spec: RetentionSpec) -> pa.Table:
    rows = [
        {"n": n, "lo": w.lo, "hi": w.hi, "closes": w.closes} for n, w in enumerate(spec.windows())
    ]
    return pa.Table.from_pylist(rows, schema=_BUCKETS)


def _parameters(as_of: int, engine: "Engine", spec: RetentionSpec) -> "dict[str, Parameter]":
    sql = read_sql(__package__, "retention_ends")
    ends = engine.run(sql, as_of=as_of, place=_calendar(_clock(spec))).to_pylist()[0]
    return {
        "length": spec.length,
        "end": ends["end_place"],
        "last": ends["last_place"],
        "mark": spec.incomplete == "mark",
        "previous": spec.base == "previous",
    }


def _cell(row: dict[str, int], windows: tuple[Window, ...], spec: RetentionSpec) -> Cell:
    rate, low, high = _rate(row["retained"], row["eligible"], spec.min_size)
    return Cell(
        cohort=row["cohort"],
        bucket=windows[row["n"]].label,
        size=row["size"],
        eligible=row["eligible"],
        retained=row["retained"],
        complete=row["complete"] == 1,
        rate=rate,
        low=low,
        high=high,
    )


def _rate(
    retained: int, eligible: int, least: int
) -> tuple[float | None, float | None, float | None]:
    if eligible == 0 or eligible < least:
        return None, None, None
    return (retained / eligible, *wilson(retained, eligible))


def _mean(bucket: str, cells: tuple[Cell, ...], spec: RetentionSpec) -> Mean:
    mark = spec.incomplete == "mark"
    used = [c for c in cells if c.bucket == bucket and c.eligible and (c.complete or not mark)]
    eligible, retained = sum(c.eligible for c in used), sum(c.retained for c in used)
    rate, low, high = _rate(retained, eligible, spec.min_size)
    if spec.mean == "simple":
        rates = [c.rate for c in used if c.rate is not None]
        rate, low, high = (sum(rates) / len(rates) if rates else None), None, None
    return Mean(bucket, len(used), eligible, retained, rate, low, high)


def _fingerprint(spec: RetentionSpec, text: str, parameters: "dict[str, Parameter]") -> str:
    values = sorted(parameters.items())
    return sha256(f"{spec!r}\n{text}\n{values!r}".encode()).hexdigest()[:16]
