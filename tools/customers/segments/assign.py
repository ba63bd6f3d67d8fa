"""Freeze the thresholds of a version, and put every account into its segment."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlglot import exp

from tools.customers.features.definitions import definitions, missing
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.customers.segments.rules import Segment, SegmentCondition, SegmentRules, Threshold
    from tools.warehouse.engine import Engine

_ANY_TABLE = ("subscriptions", "events", "invoices", "deals")


@dataclass(frozen=True)
class Frozen:
    """What a version fixes for a company until the next review: kept by the store as JSON.

    Attributes:
        day: the day number on which it was frozen.
        small: whether the company had too few accounts for all segments.
        thresholds: name and value; None when nobody had the feature.
        missing: feature and the tables it lacks.
    """

    version: int
    day: int
    accounts: int
    small: bool
    thresholds: tuple[tuple[str, float | None], ...]
    missing: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def id(self) -> str:
        """Short name of the frozen version, made of its content."""
        return f"{self.version}-{sha256(self.to_json().encode()).hexdigest()[:12]}"

    def to_json(self) -> str:
        """Canonical JSON."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Frozen":
        """Read what `to_json` wrote."""
        body = json.loads(text)
        body["thresholds"] = tuple((name, value) for name, value in body["thresholds"])
        body["missing"] = tuple((name, tuple(tables)) for name, tables in body["missing"])
        return cls(**body)


@dataclass(frozen=True)
class SegmentAssignment:
    """How many accounts each segment has, and what could not be judged."""

    as_of: int
    version: str
    counts: tuple[tuple[str, int], ...]
    unassigned: int
    notes: tuple[str, ...]


def freeze(
    as_of: int, engine: "Engine", rules: "SegmentRules", present: "Collection[str]"
) -> Frozen:
    """Fix the thresholds and what is missing, from relation `features` as of a day."""
    accounts = engine.run("SELECT COUNT(*) AS n FROM features").to_pylist()[0]["n"]
    absent = _absent(frozenset(present))
    sql = read_sql(__package__, "threshold")
    values = []
    for one in rules.thresholds:
        found = engine.run(
            sql, feature=_measured(one), among=one.among.sql(), quantile=one.quantile
        )
        values.append((one.name, found.to_pylist()[0]["value"]))
    return Frozen(
        version=rules.version,
        day=as_of,
        accounts=accounts,
        small=accounts < rules.under,
        thresholds=tuple(values),
        missing=tuple(absent.items()),
    )


def _measured(one: "Threshold") -> exp.Expr:
    """What a threshold is a quantile of; dividing by zero is unknown, as in a rule."""
    column = exp.column(one.feature)
    if one.per is None:
        return column
    over = exp.func("NULLIF", exp.column(one.per), exp.Literal.number(0))
    return exp.Div(this=exp.cast(column, "double"), expression=over)


def assign(
    as_of: int, engine: "Engine", rules: "SegmentRules", frozen: Frozen
) -> SegmentAssignment:
    """Create relation `segments` (account_id, segment) from relations features and roster.

    One CASE for the whole population: first match, an unknown condition does not hold.
    """
    choice = exp.Case()
    for segment in active_segments(rules, frozen):
        for condition in _usable(segment, frozen):
            tree = _with_thresholds(condition.rule.sql(), frozen)
            choice = choice.when(tree, exp.Literal.string(segment.name))
    nothing = exp.cast(exp.null(), "text")
    text = read_sql(__package__, "segments")
    engine.create("segments", text, choice=choice if choice.args.get("ifs") else nothing)
    counted = engine.run("SELECT segment, COUNT(*) AS n FROM segments GROUP BY segment").to_pylist()
    by_name = {row["segment"]: row["n"] for row in counted}
    return SegmentAssignment(
        as_of=as_of,
        version=frozen.id,
        counts=tuple((s.name, by_name.get(s.name, 0)) for s in active_segments(rules, frozen)),
        unassigned=by_name.get(None, 0),
        notes=_notes(rules, frozen),
    )


def active_segments(rules: "SegmentRules", frozen: Frozen) -> "tuple[Segment, ...]":
    """The segments this company has: all, or the few of a small company."""
    return rules.small if frozen.small else rules.segments


def _absent(present: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Features this company cannot have, with the tables they lack."""
    absent = {f.name: missing(f, present) for f in definitions()}
    if not present & frozenset(_ANY_TABLE):
        absent["active"] = _ANY_TABLE
    return {name: tables for name, tables in sorted(absent.items()) if tables}


def _usable(segment: "Segment", frozen: Frozen) -> "list[SegmentCondition]":
    absent = dict(frozen.missing).keys()
    return [c for c in segment.when if not absent & set(c.needs) and absent >= set(c.lacking)]


def _with_thresholds(tree: exp.Expr, frozen: Frozen) -> exp.Expr:
    values = dict(frozen.thresholds)

    def fill(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or node.name not in values:
            return node
        value = values[node.name]
        # Written with an exponent it is a double on every engine; plain decimals would be exact
        # on one side of the comparison only.
        return exp.null() if value is None else exp.Literal.number(f"{value:.17e}")

    return tree.transform(fill)


def _notes(rules: "SegmentRules", frozen: Frozen) -> tuple[str, ...]:
    notes = [_missing_note(segment, frozen) for segment in active_segments(rules, frozen)]
    if frozen.small:
        few = (
            f"only {frozen.accounts} accounts (under {rules.under}): {len(rules.small)} segments "
            f"instead of {len(rules.segments)}"
        )
        notes.insert(0, few)
    return tuple(note for note in notes if note)


def _missing_note(segment: "Segment", frozen: Frozen) -> str:
    """What a segment cannot judge; what another condition stands in for is not missed."""
    absent, usable = dict(frozen.missing), _usable(segment, frozen)
    replaced = {name for condition in usable for name in condition.lacking}
    relevant = [c for c in segment.when if absent.keys() >= set(c.lacking)]
    wanted = {name for c in relevant for name in c.needs} - replaced
    tables = {table for name in wanted for table in absent.get(name, ())}
    if not tables:
        return ""
    said = f"{segment.name}: missing: {', '.join(sorted(tables))}"
    return said if usable else f"{said}; no account can be in it"
