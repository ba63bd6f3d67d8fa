"""Retention: do those who came stay, and do those who came lately stay more or less."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.document.model import Section, words
from tools.errors import NotComputable
from tools.reports.context import SectionResult
from tools.reports.figure_ids import figure_id
from tools.reports.retention.figures import ALL, RetentionMeasures, cell_id, drills, drills_mean
from tools.reports.retention.measure import (
    Retention,
    first_births,
    last_births,
    measure_retention,
    recorded_since,
)
from tools.reports.retention.relations import UNKNOWN
from tools.reports.retention.sentences import lines_of
from tools.reports.retention.tables import blocks_of
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.reports.context import ReportContext
    from tools.reports.retention.spec import Breakdown, RetentionQuestion, RetentionSpec

TITLE = "Retention"
SEGMENT_HISTORY = pa.schema(
    [("account_id", pa.string()), ("segment", pa.string()), ("day", pa.int32())]
)
ARMS = pa.schema([("account_id", pa.string()), ("arm", pa.string()), ("day", pa.int32())])
_FIGURES = pa.schema(
    [
        ("figure", pa.string()),
        *((name, pa.int64()) for name in ("cohort", "latest", "earliest", "recorded")),
    ]
)


def make_retention(
    given: "ReportContext", questions: "tuple[RetentionQuestion, ...]", zone: str = ""
) -> SectionResult:
    """The section about retention.

    Args:
        given: the world; besides the as-of relations its engine may hold `segment_history`
            (account_id, segment, day: assignments as made on past days) and `arms` (account_id,
            arm, day: who was drawn into which arm of a play); `present` then names them.
        questions: the first that can be answered is told.
        zone: the time zone the company's days are counted in, for the notes.
    """
    missing: tuple[str, ...] = ()
    for question in questions:
        try:
            main = measure_retention(given.as_of, given.engine, given.present, question.spec)
        except NotComputable as error:
            missing = missing or error.missing
            continue
        if main.cells or question == questions[-1]:
            members = _drill(given, main)
            told = _told(given, question, main, zone)
            section = Section("retention", TITLE, lines_of(told), blocks_of(told), told.missing)
            return SectionResult(section, members)
    lacking = words(f"Retention cannot be told. Missing: {', '.join(missing)}.")
    return SectionResult(Section("retention", TITLE, ((lacking,),), (), missing))


def _told(
    given: "ReportContext", question: "RetentionQuestion", main: Retention, zone: str
) -> RetentionMeasures:
    curve = _again(given, question.curve_spec) if question.curve else None
    split, missing = [], set()
    for part in question.breakdowns:
        try:
            split.append(_split(given, question, part))
        except NotComputable as error:
            missing |= set(error.missing)
    return RetentionMeasures(
        given, question, main, curve, tuple(split), tuple(sorted(missing)), zone
    )


def _again(given: "ReportContext", spec: "RetentionSpec") -> Retention:
    return measure_retention(given.as_of, given.engine, given.present, spec, again=True)


def _split(given: "ReportContext", question: "RetentionQuestion", part: "Breakdown") -> Retention:
    """By arm the whole curve is compared; by anything else the buckets of the table."""
    whole = part == "play_arm" and question.curve
    spec = question.curve_spec if whole else question.spec
    found = _again(given, replace(spec, breakdown=part))
    if set(found.parts) <= {UNKNOWN}:
        raise NotComputable(f"{part} at birth")
    return found


def _drill(given: "ReportContext", main: Retention) -> str:
    """Keep who is behind the cells; return the query that lists them."""
    if not drills(main.spec):
        return ""
    given.engine.create("drill_retention_members", read_sql(__package__, "drill_members"))
    last = last_births(given.as_of, given.engine, main.spec)
    first = first_births(given.engine, main.spec)
    labels = [w.label for w in main.spec.windows()]
    recorded = recorded_since(given.engine, main.spec)[0]
    spans = {
        label: {"latest": latest, "earliest": earliest, "recorded": recorded}
        for label, latest, earliest in zip(labels, last, first, strict=True)
    }
    rows = [
        {"figure": cell_id(main.spec, c), "cohort": c.cohort, **spans[c.bucket]}
        for c in main.cells
        if c.eligible
    ]
    for mean in main.means if drills_mean(main.spec) else ():
        name = figure_id("retention", ALL, mean.bucket)
        rows.append({"figure": name, "cohort": None, **spans[mean.bucket]})
    given.engine.put("drill_retention_figures", pa.Table.from_pylist(rows, schema=_FIGURES))
    return read_sql(__package__, "drill")
