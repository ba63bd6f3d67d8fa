"""The section on segments: size, value, what becomes of them, whether they still differ.

Relations read: segments, subscriptions, and segment_history (account_id, segment, day) with the
rows of the morning on which the period began. Relations made: segment_moves.
"""

from typing import TYPE_CHECKING

from tools.document.model import About, Figure, Section, Table, words
from tools.reports.context import SectionResult
from tools.reports.figure_ids import figure_id, span, stamp
from tools.reports.segments.measure import NONE, measure_segments
from tools.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.customers.segments.difference import SegmentDifference
    from tools.customers.segments.outcomes import OutcomeEstimate, Outcomes
    from tools.customers.segments.proposal import Gain, Leaf, SegmentProposal
    from tools.customers.segments.rules import Segment
    from tools.document.model import Block, Line, Part
    from tools.reports.context import ReportContext
    from tools.reports.segments.measure import SegmentsNow

LEAST = 20
NEW, GONE = "new", "gone"
# What a leader asks first of each segment.
_FIRST = ("churn", "renewal", "expansion", "return")
_MEMBERS = """
SELECT CONCAT('{now}.', {after}) AS figure, m.account_id AS account_id, m.account_id AS member_id
FROM segment_moves AS m
WHERE m.to_segment IS NOT NULL
"""
_MOVED = """
UNION ALL
SELECT CONCAT('{then}.', {before}, '.', {after}) AS figure,
    m.account_id AS account_id, m.account_id AS member_id
FROM segment_moves AS m
WHERE COALESCE(m.from_segment, '') <> COALESCE(m.to_segment, '')
"""


def make_segments(
    given: "ReportContext",
    segments: "Sequence[Segment]",
    outcomes: "Outcomes",
    difference: "SegmentDifference",
    proposal: "SegmentProposal | None" = None,
) -> SectionResult:
    """The segments of the morning.

    Args:
        given: the morning.
        segments: those in force, in the order of the rules.
        outcomes: what became of such accounts.
        difference: whether the segments behave differently.
        proposal: the quarterly tree's, None in the weeks between.
    """
    order = [segment.name for segment in segments]
    found = measure_segments(given.as_of, given.first_day, given.engine, given.present, order)
    if not found.accounts:
        none = words("There is no account to put in a segment.")
        return SectionResult(Section("segments", "Segments", ((none,),)))
    tables = (
        _sizes(found, segments),
        _outcomes(outcomes),
        _differ(difference),
        _moves(given, found),
        _proposed(proposal),
    )
    blocks: tuple[Block, ...] = tuple(table for table in tables if table.rows)
    lines = tuple(_lines(given, found, outcomes, difference, proposal))
    section = Section("segments", "Segments", lines, blocks, missing=_missing(given))
    return SectionResult(section, _members(given, found))


def _missing(given: "ReportContext") -> tuple[str, ...]:
    return () if "subscriptions" in given.present else ("subscriptions",)


def _members(given: "ReportContext", found: "SegmentsNow") -> str:
    names = {segment for segment, _ in found.sizes}
    names |= {m.before for m in found.moves or () if m.before}
    return (_MEMBERS + (_MOVED if found.moves else "")).format(
        now=_id(found, "size"),
        then=figure_id("segments", span(given)),
        before=_escaped("m.from_segment", sorted(names), NEW),
        after=_escaped("m.to_segment", sorted(names), GONE),
    )


def _escaped(column: str, names: "Sequence[str]", none: str) -> str:
    """A segment's name as a part of an id, in SQL."""
    known = " ".join(f"WHEN {_text(name)} THEN {_text(figure_id(name))}" for name in names)
    return f"CASE {column} {known} ELSE {_text(none)} END"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _lines(
    given: "ReportContext",
    found: "SegmentsNow",
    outcomes: "Outcomes",
    difference: "SegmentDifference",
    proposal: "SegmentProposal | None",
) -> "list[Line]":
    lines = [*_verdict(difference), *_risk(outcomes), *_migration(given, found)]
    return [*lines, *_proposal_line(proposal)]


def _verdict(difference: "SegmentDifference") -> "list[Line]":
    """Whether the segments may be told apart at all comes before anything said of one."""
    if difference.passes:
        return [(words("The segments still behave differently, by outcomes that are closed."),)]
    against = [c.question for c in difference.checks if c.answer == "no"]
    why = f" {against[0]} No." if against else " Too few outcomes are closed."
    return [(words(f"The segments are not shown to behave differently.{why}"),)]


def _risk(outcomes: "Outcomes") -> "list[Line]":
    known = [e for e in outcomes.estimates if e.outcome == "churn" and e.label != "insufficient"]
    if not known:
        return []
    worst = max(known, key=lambda e: (e.mean, e.segment))
    said = f"Most likely to leave within the window: {worst.segment}, "
    return [(words(said), _chance(outcomes, worst), words(f"; the evidence is {worst.label}."))]


def _migration(given: "ReportContext", found: "SegmentsNow") -> "list[Line]":
    if found.moves is None:
        said = f"Who changed segment cannot be told; missing: segments of {stamp(given.first_day)}."
        return [(words(said),)]
    moved, known = found.changed()
    name = figure_id("segments", span(given), "changed")
    if known < LEAST:
        share = Figure(name, None, "share", n=known, missing="too few")
    else:
        low, high = wilson(moved, known)
        share = Figure(name, moved / known, "share", low=low, high=high, n=known)
    return [
        (
            words("Of the accounts known before the period, "),
            share,
            words(" are in another segment now."),
        )
    ]


def _proposal_line(proposal: "SegmentProposal | None") -> "list[Line]":
    if proposal is None:
        return []
    if proposal.why:
        return [(words(f"No new cut-points are proposed this quarter: {proposal.why}."),)]
    if not proposal.worth_it:
        return [
            (
                words(
                    "No new cut-points are proposed this quarter: the rules of today tell "
                    "churn apart as well as a tree would."
                ),
            )
        ]
    return [
        (
            words(
                "New cut-points are proposed for a person to accept; nothing has changed by "
                "itself. On accounts not used for them, churn is told better than by one rate "
                "by "
            ),
            *_gains(proposal),
            words("."),
        )
    ]


def _gains(proposal: "SegmentProposal") -> "list[Part]":
    parts: list[Part] = []
    if proposal.tree is not None:
        parts.append(_gain(proposal, "tree", proposal.tree))
    if proposal.rules is not None:
        parts += [
            words(", and by the rules of today by "),
            _gain(proposal, "rules", proposal.rules),
        ]
    return parts


def _gain(proposal: "SegmentProposal", which: str, gain: "Gain") -> Figure:
    name = figure_id("segments", stamp(proposal.as_of), "gain", which)
    return Figure(name, gain.value, "share", low=gain.low, high=gain.high, n=proposal.accounts)


def _sizes(found: "SegmentsNow", segments: "Sequence[Segment]") -> Table:
    currencies = sorted({value.currency for value in found.values or ()})
    means = {segment.name: segment.means for segment in segments} | {NONE: "no rule holds"}
    rows: list[tuple[Part, ...]] = []
    for segment, number in found.sizes:
        size = Figure(_id(found, "size", segment), number, "count", drill=True)
        money = [_value(found, segment, currency) for currency in currencies]
        rows.append((words(segment), size, *money, words(means.get(segment, ""))))
    definition = (
        "Accounts by segment on the morning after the period, the first rule that holds wins; "
        "value is the monthly recurring revenue of their paid lines of that day, in each currency."
    )
    if found.values is None:
        definition += " Value: missing: subscriptions."
    about = About(definition, f"the morning of {stamp(found.as_of)}", found.accounts)
    heads = tuple(f"a month, {currency or 'no currency'}" for currency in currencies)
    columns = ("segment", "accounts", *heads, "means")
    return Table(
        "segments.sizes", "How large they are, and what they pay", about, columns, tuple(rows)
    )


def _id(found: "SegmentsNow", *parts: str) -> str:
    return figure_id("segments", stamp(found.as_of), *parts)


def _value(found: "SegmentsNow", segment: str, currency: str) -> Figure:
    own = [v for v in found.values or () if (v.segment, v.currency) == (segment, currency)]
    name = _id(found, "value", segment, currency)
    if not currency:
        return Figure(name, None, "money", missing="missing: currency")
    minor, accounts = (own[0].minor, own[0].accounts) if own else (0, 0)
    return Figure(name, minor, "money", currency=currency, n=accounts)


def _chance(outcomes: "Outcomes", estimate: "OutcomeEstimate") -> Figure:
    name = figure_id("segments", stamp(outcomes.as_of), estimate.outcome, estimate.segment)
    if estimate.label == "insufficient":
        return Figure(name, None, "share", n=estimate.n, missing="too few")
    return Figure(name, estimate.mean, "share", low=estimate.q10, high=estimate.q90, n=estimate.n)


def _outcomes(outcomes: "Outcomes") -> Table:
    ordered = sorted(outcomes.estimates, key=lambda e: _FIRST.index(e.outcome))
    rows = tuple(
        (
            words(f"{e.segment}: {e.outcome}"),
            _chance(outcomes, e),
            Figure(
                figure_id("segments", stamp(outcomes.as_of), "closed", e.outcome, e.segment),
                e.n,
                "count",
            ),
            words(e.label),
        )
        for e in ordered
    )
    definition = (
        f"{outcomes.definition} Rates are drawn towards each other as far as the evidence is thin; "
        "intervals hold 80 %. Under 10 closed outcomes nothing is said of the segment."
    )
    notes = tuple(f"{outcome}: {why}" for outcome, why in outcomes.missing)
    about = About(definition, f"windows closed by {stamp(outcomes.as_of)}")
    columns = ("segment and outcome", "probability", "closed outcomes", "evidence")
    return Table("segments.outcomes", "What becomes of them", about, columns, rows, notes)


def _differ(difference: "SegmentDifference") -> Table:
    rows = tuple((words(c.question), words(c.answer), words(c.because)) for c in difference.checks)
    definition = (
        "The gate of the segments: dependence of every outcome, every pair of neighbours, "
        "prediction of later accounts, and size. One no, and they may not be acted on as different."
    )
    about = About(definition, f"outcomes closed by {stamp(difference.as_of)}")
    columns = ("question", "answer", "because")
    return Table("segments.differ", "Whether they behave differently", about, columns, rows)


def _moves(given: "ReportContext", found: "SegmentsNow") -> Table:
    """From each segment to each; rows add up to what was there, columns to what is."""
    counts = {(m.before, m.after): m.number for m in found.moves or ()}
    names = [segment for segment, _ in found.sizes]
    befores = [*names, *sorted({b for b, _ in counts if b} - set(names))]
    gone = [None] if any(after is None for _, after in counts) else []
    afters: list[str | None] = [*names, *gone]
    rows: list[tuple[Part, ...]] = []
    for before in (*befores, None):
        cells = [
            Figure(
                figure_id("segments", span(given), before or NEW, after or GONE),
                counts.get((before, after), 0),
                "count",
                drill=before != after,
            )
            for after in afters
        ]
        rows.append((words(before or "new in the period"), *cells))
    definition = (
        "Accounts by segment on the morning the period began (rows) and on the morning after it "
        "(columns), both by the rules and thresholds in force."
    )
    about = About(definition, given.period, found.changed()[0])
    columns = ("before", *(after or GONE for after in afters))
    shown = tuple(rows) if found.moves else ()
    return Table("segments.moves", "Who changed segment", about, columns, shown)


def _proposed(proposal: "SegmentProposal | None") -> Table:
    """The leaves of the tree as rules; shown for a person to accept, applied by nobody."""
    about = About(
        "A tree of at most five leaves over behaviour as of the day of assignment, fitted to churn "
        "that is closed; each leaf at least 150 accounts and a tenth of all. A proposal: to accept "
        "it, write the rules into policies/segments.yaml with a new version.",
        "" if proposal is None else f"accounts assigned on {stamp(proposal.day)}",
        None if proposal is None else proposal.accounts,
    )
    leaves = proposal.leaves if proposal is not None and proposal.worth_it else ()
    rows = tuple(_leaf(proposal, n, leaf) for n, leaf in enumerate(leaves, start=1))
    columns = ("proposed rule", "accounts", "left")
    return Table(
        "segments.proposal", "Cut-points proposed for the next version", about, columns, rows
    )


def _leaf(proposal: "SegmentProposal | None", number: int, leaf: "Leaf") -> "tuple[Part, ...]":
    day = stamp(proposal.as_of) if proposal else ""
    low, high = wilson(leaf.k, leaf.n)
    return (
        words(leaf.rule),
        Figure(figure_id("segments", day, "proposal", str(number), "accounts"), leaf.n, "count"),
        Figure(
            figure_id("segments", day, "proposal", str(number), "left"),
            leaf.k / leaf.n,
            "share",
            low=low,
            high=high,
            n=leaf.n,
        ),
    )
