"""Read policies/segments.yaml; every mistake says where it is and offers the nearest name."""

from typing import TYPE_CHECKING

from tools.customers.features.definitions import definitions
from tools.customers.segments.file import (
    ConditionEntry,
    SegmentEntry,
    SegmentsFile,
    SmallEntry,
    ThresholdEntry,
)
from tools.customers.segments.rules import (
    ALWAYS,
    FEWEST,
    MOST,
    Segment,
    SegmentCondition,
    SegmentRules,
    Threshold,
)
from tools.errors import BadInput, nearest
from tools.file_model import read_model
from tools.rule_types import KIND_OF
from tools.rules import parse_rule

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tools.rule_types import Kind


def parse_segments(text: str, where: str) -> SegmentRules:
    """Read policies/segments.yaml; `where` starts every error message.

    Raises:
        BadInput: for an unknown or missing key, a wrong value, or a rule that names or does
            something it may not; the message says where and offers the nearest name.
    """
    file = read_model(SegmentsFile, text, where)
    features = {feature.name: KIND_OF[feature.type] for feature in definitions()} | ALWAYS
    thresholds = tuple(
        _threshold(name, entry, features, f"{where}: thresholds.{name}")
        for name, entry in file.thresholds.items()
    )
    known = features | {one.name: KIND_OF["double"] for one in thresholds}
    segments = tuple(
        _segment(entry, known, features, f"{where}: segments[{n}]")
        for n, entry in enumerate(file.segments)
    )
    _check(segments, where)
    small = _small(file.small, segments, known, features, f"{where}: small")
    windows = tuple(file.windows.model_dump(by_alias=True).items())
    return SegmentRules(file.version, thresholds, segments, file.small.under, small, windows)


def _names(names: "Collection[str]", known: "Collection[str]", where: str) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise BadInput(f"{where}: {name!r} is not known; {nearest(name, known)}")
    return tuple(names)


def _threshold(
    name: str, entry: ThresholdEntry, features: "Mapping[str, Kind]", where: str
) -> Threshold:
    _names([entry.feature], features, f"{where}.feature")
    _names([entry.per] if entry.per else [], features, f"{where}.per")
    if name in features:
        raise BadInput(f"{where}: a feature has that name already; choose another")
    among = parse_rule(entry.among, features, f"{where}.among", features)
    return Threshold(name, entry.feature, float(entry.quantile), among, entry.per)


def _segment(
    entry: SegmentEntry, known: "Mapping[str, Kind]", features: "Mapping[str, Kind]", where: str
) -> Segment:
    conditions = tuple(
        _condition(one, known, features, f"{where}.when[{n}]") for n, one in enumerate(entry.when)
    )
    return Segment(entry.name, entry.goal, entry.means, entry.outcomes, conditions)


def _condition(
    entry: ConditionEntry, known: "Mapping[str, Kind]", features: "Mapping[str, Kind]", where: str
) -> SegmentCondition:
    return SegmentCondition(
        rule=parse_rule(entry.rule, known, f"{where}.rule", known),
        needs=_names(entry.needs, features, f"{where}.needs"),
        lacking=_names(entry.lacking, features, f"{where}.lacking"),
    )


def _check(segments: tuple[Segment, ...], where: str) -> None:
    names, goals = [s.name for s in segments], [s.goal for s in segments]
    if not FEWEST <= len(segments) <= MOST:
        raise BadInput(f"{where}: write {FEWEST} to {MOST} segments, not {len(segments)}")
    for kind, values in (("name", names), ("goal", goals)):
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise BadInput(f"{where}: two segments have the {kind} {twice[0]!r}")


def _small(
    entry: SmallEntry,
    segments: tuple[Segment, ...],
    known: "Mapping[str, Kind]",
    features: "Mapping[str, Kind]",
    where: str,
) -> tuple[Segment, ...]:
    by_name = {segment.name: segment for segment in segments}
    kept = [by_name[name] for name in _names(entry.keep, by_name, f"{where}.keep")]
    small = (*kept, _segment(entry.rest, known, features, f"{where}.rest"))
    _check(small, where)
    return small
