"""The section on stages: where people are, who moved in the period, how long they stay.

Relations read: roster, timeline. Relations made: stage_moves.
"""

from typing import TYPE_CHECKING

from tools.document.model import About, Figure, Section, Table, words
from tools.reports.context import SectionResult
from tools.reports.figure_ids import slug, span, stamp
from tools.reports.stages.measure import measure_stages

if TYPE_CHECKING:
    from tools.document.model import Line, Part
    from tools.reports.context import ReportContext
    from tools.reports.stages.measure import Stages, Stay

LEAST = 20
NEW, GONE = "new", "gone"
SHOWN = {
    "none": "no stage yet", "mql": "qualified lead", "sql": "with sales", "trial": "on trial",
    "active": "active", "at_risk": "at risk", "churned": "churned",
}  # fmt: skip
_WHO = {"contact": "people", "account": "accounts"}
_MEMBERS = """
SELECT CONCAT('stages.{day}.', REPLACE(r.stage, ' ', '-')) AS figure,
    r.account_id AS account_id, r.id AS member_id
FROM roster AS r
WHERE r.kind = '{kind}' AND r.stage IS NOT NULL
UNION ALL
SELECT CONCAT('stages.{day}.unstaged.', REPLACE(COALESCE(r.unstaged_reason, ''), ' ', '-'))
    AS figure, r.account_id AS account_id, r.id AS member_id
FROM roster AS r
WHERE r.kind = '{kind}' AND r.stage IS NULL
UNION ALL
SELECT CONCAT('stages.{span}.', COALESCE(m.from_stage, 'new'), '.', COALESCE(m.to_stage, 'gone'))
    AS figure, m.account_id AS account_id, m.id AS member_id
FROM stage_moves AS m
WHERE (m.from_stage IS NOT NULL OR m.to_stage IS NOT NULL)
    AND COALESCE(m.from_stage, 'new') <> COALESCE(m.to_stage, 'gone')
"""


def make_stages(given: "ReportContext") -> SectionResult:
    """Where everybody is on the morning after the period, and what the period did."""
    found = measure_stages(given.as_of, given.first_day, given.engine)
    if not found.sizes:
        return _unstaged_only(given, found)
    blocks = tuple(t for t in (_sizes(found), _flows(given, found), _times(found)) if t.rows)
    section = Section("stages", "Stages", tuple(_lines(given, found)), blocks)
    return SectionResult(section, _members(given, found))


def _members(given: "ReportContext", found: "Stages") -> str:
    return _MEMBERS.format(day=stamp(given.as_of), span=span(given), kind=found.kind)


def _unstaged_only(given: "ReportContext", found: "Stages") -> SectionResult:
    """Nobody has a stage: say why, and no more."""
    if not found.unstaged:
        return SectionResult(Section("stages", "Stages", ((words("There is nobody to stage."),),)))
    lines: list[Line] = [(words("Nobody can be told a stage."),), *_reasons(found)]
    lacking = tuple(reason for reason, _ in found.unstaged if reason.startswith("missing"))
    section = Section("stages", "Stages", tuple(lines[:5]), (_sizes(found),), lacking)
    return SectionResult(section, _members(given, found))


def _lines(given: "ReportContext", found: "Stages") -> "list[Line]":
    return [_where(found), *_losses(given, found), *_largest(given, found), *_longest(found)]


def _where(found: "Stages") -> "Line":
    parts: list[Part] = []
    for stage, number in found.sizes:
        parts += [words("; " if parts else ""), _size(found, stage, number)]
        parts.append(words(f" {SHOWN.get(stage, stage)}"))
    unstaged = [_unstaged(found, reason, number) for reason, number in found.unstaged]
    for reason, figure in zip(found.unstaged, unstaged, strict=True):
        parts += [words("; "), figure, words(f" without a stage ({reason[0]})")]
    return (words(f"Of all {_WHO[found.kind]}: "), *parts, words("."))


def _reasons(found: "Stages") -> "list[Line]":
    who = _WHO[found.kind]
    return [
        (_unstaged(found, reason, number), words(f" {who}: {reason or 'no reason on record'}."))
        for reason, number in found.unstaged
    ]


def _losses(given: "ReportContext", found: "Stages") -> "list[Line]":
    """The two moves a leader asks for first: lost, and put at risk."""
    counts = {(m.before, m.after): m.number for m in found.moves}
    into = {
        stage: [before for before, after in counts if after == stage and before != stage]
        for stage in ("churned", "at_risk")
    }
    lost, risk = (sum(counts[b, s] for b in befores) for s, befores in into.items())
    if not lost and not risk:
        return [(words("Nobody was lost or came at risk in the period."),)]
    name = f"stages.{span(given)}.into"
    return [
        (
            Figure(f"{name}.churned", lost, "count"),
            words(" came to be churned and "),
            Figure(f"{name}.at_risk", risk, "count"),
            words(" at risk in the period."),
        )
    ]


def _largest(given: "ReportContext", found: "Stages") -> "list[Line]":
    moved = [m for m in found.moves if m.before != m.after and m.before and m.after]
    if not moved:
        return []
    most = max(moved, key=lambda m: m.number)
    said = f"The largest move was from {_shown(most.before)} to {_shown(most.after)}: "
    return [(words(said), _move(given, most.before, most.after, most.number), words("."))]


def _longest(found: "Stages") -> "list[Line]":
    """What everybody waits for: how long a trial and a deal take."""
    told = {stay.stage: stay for stay in found.stays if stay.visits >= LEAST}
    waiting = [told[s] for s in ("sql", "trial") if s in told and told[s].curve.median()[0]]
    return [
        (
            words(f"Half of those {_shown(stay.stage)} have moved on after "),
            _median(found, stay),
            words(" days."),
        )
        for stay in waiting[:1]
    ]


def _shown(stage: str | None) -> str:
    return SHOWN.get(stage or "", stage or "")


def _size(found: "Stages", stage: str, number: int) -> Figure:
    return Figure(f"stages.{stamp(found.as_of)}.{slug(stage)}", number, "count", drill=True)


def _unstaged(found: "Stages", reason: str, number: int) -> Figure:
    name = f"stages.{stamp(found.as_of)}.unstaged.{slug(reason)}"
    return Figure(name, number, "count", drill=True)


def _sizes(found: "Stages") -> Table:
    rows: list[tuple[Part, ...]] = [
        (words(_shown(stage)), _size(found, stage, number), words(""))
        for stage, number in found.sizes
    ]
    rows += [
        (words("without a stage"), _unstaged(found, reason, number), words(reason))
        for reason, number in found.unstaged
    ]
    total = found.staged + sum(number for _, number in found.unstaged)
    definition = (
        f"{_WHO[found.kind].capitalize()} by their stage at the end of the period, by the rules "
        "of policies/stages.yaml; who has no stage is listed with the reason."
    )
    about = About(definition, f"the morning of {stamp(found.as_of)}", total)
    columns = ("stage", _WHO[found.kind], "why none")
    return Table("stages.sizes", "Where they are", about, columns, tuple(rows))


def _move(given: "ReportContext", before: str | None, after: str | None, number: int) -> Figure:
    name = f"stages.{span(given)}.{before or NEW}.{after or GONE}"
    return Figure(name, number, "count", drill=before != after)


def _flows(given: "ReportContext", found: "Stages") -> Table:
    """From each stage to each: a row adds up to who was there before, a column to who is now."""
    befores = [*_used(found, "before"), None]
    afters = _used(found, "after")
    counts = {(m.before, m.after): m.number for m in found.moves}
    rows = []
    for before in befores:
        cells = [_move(given, before, after, counts.get((before, after), 0)) for after in afters]
        start: Part = words("")
        if before:
            name = f"stages.{span(given)}.start.{before}"
            start = Figure(name, found.at_start(before), "count")
        rows.append((words(_shown(before) if before else "new in the period"), start, *cells))
    ends = [_end(given, found, after) for after in afters]
    rows.append((words("now"), words(""), *ends))
    columns = ("before", "there before", *(_shown(after) for after in afters))
    definition = (
        f"{_WHO[found.kind].capitalize()} by stage on the evening before the period (rows) and at "
        "its end (columns). Start, plus who came in, less who left, is the end, for every stage."
    )
    moved = sum(m.number for m in found.moves if m.before != m.after)
    about = About(definition, given.period, moved, found.query)
    return Table("stages.flows", "Who moved in the period", about, columns, tuple(rows))


def _used(found: "Stages", side: str) -> list[str]:
    """The stages that stand on either side of a move, in order of the ladder."""
    seen = {getattr(m, side) for m in found.moves} | {stage for stage, _ in found.sizes}
    return [stage for stage in SHOWN if stage in seen]


def _end(given: "ReportContext", found: "Stages", stage: str) -> Figure:
    number = sum(m.number for m in found.moves if m.after == stage)
    return Figure(f"stages.{span(given)}.end.{stage}", number, "count")


def _median(found: "Stages", stay: "Stay") -> Figure:
    name = f"stages.{stamp(found.as_of)}.median-days.{stay.stage}"
    if stay.visits < LEAST:
        return Figure(name, None, "days", n=stay.visits, missing="too few")
    middle, low, high = stay.curve.median()
    if middle is None:
        return Figure(name, None, "days", n=stay.visits, missing="not yet half")
    return Figure(name, middle, "days", low=low, high=high, n=stay.visits)


def _times(found: "Stages") -> Table:
    day = stamp(found.as_of)
    rows = tuple(
        (
            words(_shown(stay.stage)),
            Figure(f"stages.{day}.visits.{stay.stage}", stay.visits, "count"),
            Figure(f"stages.{day}.unfinished.{stay.stage}", stay.unfinished, "count"),
            _median(found, stay),
        )
        for stay in found.stays
        if stay.stage != "none"
    )
    definition = (
        "Days after which half have left the stage: Kaplan and Meier's median over all visits on "
        "record, those that are not over counted for as long as they have lasted; 95 % interval "
        f"on the log-log scale. Under {LEAST} visits no median; *not yet half* when fewer than "
        "half have left in the time seen."
    )
    about = About(definition, f"all visits up to {day}", sum(stay.visits for stay in found.stays))
    columns = ("stage", "visits", "not over", "median days")
    return Table("stages.times", "How long they stay", about, columns, rows)
