"""The section on what changed: the weekly series that stand out, and those that do not.

Relations read: messages, usage, usage_life, accounts, tickets, timeline. Relations made:
changes_active.
"""

from typing import TYPE_CHECKING

from tools.days import between, from_number
from tools.document.model import About, Chart, Figure, Section, Series, Table, words
from tools.reports.changes.measure import DEFINITION, measure_changes, shifted_part
from tools.reports.changes.weekly_series import monday, week_of
from tools.reports.context import SectionResult
from tools.reports.figure_ids import slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.document.model import Block, Line, Part
    from tools.reports.changes.level_shifts import Acceptance
    from tools.reports.changes.measure import Changes, SeriesVerdict
    from tools.reports.context import ReportContext

MOST_SAID = 2
_FIRST = ("active-accounts", "lost-accounts", "new-accounts", "back-after-a-week")
_COLUMNS = ("series", "week", "expected", "difference", "by chance")
_MEMBERS = """
SELECT 'changes.{week}.active-accounts' AS figure, a.account_id AS account_id,
    a.account_id AS member_id
FROM changes_active AS a
WHERE a.week_n = {number}
UNION ALL
SELECT 'changes.{week}.new-accounts' AS figure, c.account_id AS account_id,
    c.account_id AS member_id
FROM accounts AS c
WHERE c.created_day >= {first_day} AND c.created_day < {end_day}
"""


def make_changes(given: "ReportContext", accepted: "Sequence[Acceptance]" = ()) -> SectionResult:
    """What stands out in the last whole week before the report."""
    found = measure_changes(given.as_of, given.engine, given.present, accepted)
    if not found.verdicts:
        none = words("There is no weekly series to hold against its past.")
        return SectionResult(Section("changes", "What changed", ((none,),)))
    tables = (_moved(found), _still(found), _untold(found))
    blocks: tuple[Block, ...] = (*(t for t in tables if t.rows), *_chart(found))
    section = Section("changes", "What changed", tuple(_lines(found)), blocks)
    return SectionResult(section, _members(found))


def _members(found: "Changes") -> str:
    """Who is behind the two series that count accounts of the newest week."""
    number = _newest(found)
    parts = [
        part
        for part in _MEMBERS.split("UNION ALL")
        if any(f".{v.track.id}'" in part for v in (*found.moved, *found.still))
    ]
    days = {"first_day": monday(number), "end_day": monday(number + 1)}
    return "UNION ALL".join(parts).format(week=week_label(number), number=number, **days)


def _newest(found: "Changes") -> int:
    return week_of(found.as_of) - 1


def week_label(week: int) -> str:
    """A calendar week, as 2026-W44."""
    day = from_number(monday(week))
    return f"{day:%G}-W{day:%V}"


def _lines(found: "Changes") -> "list[Line]":
    lines = [_told(v) for v in found.moved[:MOST_SAID]]
    if not lines:
        tested = _count(found, "tested", len(found.still))
        lines = [
            (
                words("Nothing stands out from its own past, of "),
                tested,
                words(" series that can be told."),
            )
        ]
    elif len(found.moved) > MOST_SAID:
        more = _count(found, "more-moved", len(found.moved) - MOST_SAID)
        lines.append((more, words(" more series stand out; they are in the table.")))
    return [*lines, *_unmoved(found), *_alarms(found)]


def _told(verdict: "SeriesVerdict") -> "Line":
    if verdict.since is not None:
        return _still_shifted(verdict)
    value, expected = verdict.track.values()[-1], verdict.expected[-1]
    way = "rose" if value > expected else "fell"
    return (
        words(f"{_capital(verdict.track.title)} {way} to "),
        _value(verdict),
        words("; its own past lets expect "),
        _expected(verdict),
        words("."),
    )


def _still_shifted(verdict: "SeriesVerdict") -> "Line":
    """A level that has been another one for some weeks, and how much of the old one it is."""
    since = shifted_part(verdict)
    weeks = len(since.weeks)
    size = since.out_of or (1,) * weeks
    expected = sum(e * n for e, n in zip(verdict.expected[-weeks:], size, strict=True))
    if not expected:
        return (words(f"{_capital(verdict.track.title)} is still at "), _value(verdict), words("."))
    ratio = Figure(f"{_name(verdict)}.of-its-level", sum(since.counts) / expected, "share")
    day = from_number(monday(verdict.since or since.weeks[0])).isoformat()
    return (
        words(f"{_capital(verdict.track.title)} is still at "),
        _value(verdict),
        words(f": since the week of {day} it is at "),
        ratio,
        words(" of its level before; its history lets expect "),
        _expected(verdict),
        words("."),
    )


def _unmoved(found: "Changes") -> "list[Line]":
    """What a leader would have asked about, and need not."""
    calm = [v for v in sorted(found.still, key=_asked_for) if v.track.matters][:3]
    parts: list[Part] = []
    for verdict in calm:
        parts += [words(f"{'; ' if parts else ''}{verdict.track.title} "), _value(verdict)]
    return [(words("Did not move where it matters: "), *parts, words("."))] if calm else []


def _asked_for(verdict: "SeriesVerdict") -> int:
    return _FIRST.index(verdict.track.id) if verdict.track.id in _FIRST else len(_FIRST)


def _alarms(found: "Changes") -> "list[Line]":
    alarms = found.alarms
    if not alarms.rounds:
        return []
    name = f"changes.{week_label(_newest(found))}.false-alarm-rate"
    rate = Figure(name, alarms.rounds_with / alarms.rounds, "share", n=alarms.rounds)
    said = "With the past weeks in random order, so that nothing can have changed, the test names "
    return [(words(f"{said}something in "), rate, words(" of weeks."))]


def _count(found: "Changes", what: str, number: int) -> Figure:
    return Figure(f"changes.{week_label(_newest(found))}.{what}", number, "count")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _name(verdict: "SeriesVerdict") -> str:
    return f"changes.{week_label(verdict.track.weeks[-1])}.{slug(verdict.track.id)}"


def _value(verdict: "SeriesVerdict") -> Figure:
    track = verdict.track
    drill = track.id in {"active-accounts", "new-accounts"}
    if not track.out_of:
        return Figure(_name(verdict), track.counts[-1], "count", drill=drill)
    return Figure(_name(verdict), track.values()[-1], "share", n=track.out_of[-1])


def _expected(verdict: "SeriesVerdict") -> Figure:
    middle, low, high = (end[-1] for end in (verdict.expected, verdict.low, verdict.high))
    name = f"{_name(verdict)}.expected"
    if verdict.track.out_of:
        return Figure(name, middle, "share", low=low, high=high)
    return Figure(name, round(middle), "count", low=round(low), high=round(high))


def _difference(verdict: "SeriesVerdict") -> Figure:
    value, middle = verdict.track.values()[-1], verdict.expected[-1]
    less, more = value - verdict.high[-1], value - verdict.low[-1]
    name = f"{_name(verdict)}.difference"
    if verdict.track.out_of:
        return Figure(name, value - middle, "points", low=less, high=more)
    return Figure(name, round(value - middle), "count", low=round(less), high=round(more))


def _row(verdict: "SeriesVerdict") -> "tuple[Part, ...]":
    chance = Figure(f"{_name(verdict)}.chance", verdict.p, "chance")
    cells = (_value(verdict), _expected(verdict), _difference(verdict), chance)
    return (words(verdict.track.title), *cells)


def _about(found: "Changes", number: int) -> About:
    week = _newest(found)
    period = f"{week_label(week)}, {between(monday(week), monday(week + 1))}"
    return About(f"{DEFINITION} {number} series here.", period)


def _moved(found: "Changes") -> Table:
    rows = tuple(_row(v) for v in found.moved)
    title = "What stands out, worst first"
    return Table("changes.moved", title, _about(found, len(rows)), _COLUMNS, rows)


def _still(found: "Changes") -> Table:
    calm = sorted(found.still, key=lambda v: (not v.track.matters, _asked_for(v)))
    rows = tuple(_row(v) for v in calm)
    title = "What does not stand out, what matters first"
    return Table("changes.still", title, _about(found, len(rows)), _COLUMNS, rows)


def _untold(found: "Changes") -> Table:
    rows = tuple(
        (
            words(v.track.title),
            Figure(
                f"changes.{week_label(_newest(found))}.{slug(v.track.id)}.weeks",
                len(v.track.weeks),
                "count",
            ),
            words(v.why),
        )
        for v in found.untold
    )
    title = "What cannot be told yet"
    columns = ("series", "weeks on record", "why")
    return Table("changes.untold", title, _about(found, len(rows)), columns, rows)


def _chart(found: "Changes") -> tuple[Chart, ...]:
    """The worst that moved, or the most important that did not, with what was expected."""
    calm = sorted(found.still, key=lambda v: (not v.track.matters, _asked_for(v)))
    shown = [*found.moved, *calm][:1]
    return tuple(_drawn(found, verdict) for verdict in shown)


def _drawn(found: "Changes", verdict: "SeriesVerdict") -> Chart:
    track = verdict.track
    series = (
        Series(track.title, track.values()),
        Series("expected", verdict.expected, verdict.low, verdict.high, style="reference"),
    )
    return Chart(
        "changes.chart",
        f"{_capital(track.title)} by week, and what was expected",
        _about(found, 1),
        "line",
        tuple(week_label(week) for week in track.weeks),
        "week",
        track.title,
        "share" if track.out_of else "count",
        series,
    )
