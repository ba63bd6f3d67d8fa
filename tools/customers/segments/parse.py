"""Read policies/segments.yaml; every mistake says where it is and offers the nearest name."""

from typing import TYPE_CHECKING, Any

import yaml

from tools.customers.features.definitions import definitions
from tools.customers.segments.rules import (
    ALWAYS,
    FEWEST,
    MOST,
    OUTCOMES,
    WINDOWS,
    Condition,
    Segment,
    SegmentRules,
    Threshold,
)
from tools.errors import BadInput, nearest
from tools.reading import load_yaml
from tools.rule_types import KIND_OF
from tools.rules import parse_rule

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tools.rule_types import Kind


THRESHOLD = ("feature", "per", "quantile", "among")


def parse_segments(text: str, where: str) -> SegmentRules:
    """Read policies/segments.yaml; `where` starts every error message.

    Raises:
        BadInput: for an unknown or missing key, a wrong value, or a rule that names or does
            something it may not; the message says where and offers the nearest name.
    """
    try:
        given = load_yaml(text)
    except yaml.YAMLError as error:
        raise BadInput(f"{where}: not readable as YAML: {error}") from error
    keys = {"version", "valid_from", "owner", "thresholds", "segments", "small", "windows"}
    body = _fields(given, keys, where)
    features = {feature.name: KIND_OF[feature.type] for feature in definitions()} | ALWAYS
    thresholds = tuple(
        _threshold(name, one, features, f"{where}: thresholds.{name}")
        for name, one in _mapping(body["thresholds"], f"{where}: thresholds").items()
    )
    known = features | {one.name: KIND_OF["double"] for one in thresholds}
    segments = tuple(
        _segment(one, known, features, f"{where}: segments[{n}]")
        for n, one in enumerate(_sequence(body["segments"], f"{where}: segments"))
    )
    _check(segments, where)
    under, small = _small(body["small"], segments, known, features, f"{where}: small")
    windows = _windows(body["windows"], f"{where}: windows")
    return SegmentRules(body["version"], thresholds, segments, under, small, windows)


def _fields(given: object, keys: "Collection[str]", where: str) -> dict[str, Any]:
    body = _mapping(given, where)
    for key in body:
        if key not in keys:
            raise BadInput(f"{where}: {key!r} is not known; {nearest(str(key), keys)}")
    if absent := sorted(set(keys) - set(body)):
        raise BadInput(f"{where}: {', '.join(absent)} is missing")
    return body


def _mapping(given: object, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise BadInput(f"{where}: write keys and values, not {given!r}")
    return given


def _sequence(given: object, where: str) -> list[Any]:
    if not isinstance(given, list) or not given:
        raise BadInput(f"{where}: write a list with at least one entry, not {given!r}")
    return given


def _names(given: "Collection[str]", known: "Collection[str]", where: str) -> tuple[str, ...]:
    for name in given:
        if name not in known:
            raise BadInput(f"{where}: {name!r} is not known; {nearest(str(name), known)}")
    return tuple(given)


def _threshold(name: str, given: object, features: "Mapping[str, Kind]", where: str) -> Threshold:
    body = _fields({"per": None, **_mapping(given, where)}, THRESHOLD, where)
    _names([body["feature"]], features, f"{where}.feature")
    _names([body["per"]] if body["per"] else [], features, f"{where}.per")
    quantile = body["quantile"]
    if not isinstance(quantile, float) or not 0 < quantile < 1:
        raise BadInput(f"{where}.quantile: write a number between 0 and 1, not {quantile!r}")
    if name in features:
        raise BadInput(f"{where}: a feature has that name already; choose another")
    among = parse_rule(str(body["among"]), features, f"{where}.among", features)
    return Threshold(name, body["feature"], quantile, among, body["per"])


def _segment(
    given: object, known: "Mapping[str, Kind]", features: "Mapping[str, Kind]", where: str
) -> Segment:
    body = _fields(given, {"name", "goal", "means", "outcomes", "when"}, where)
    outcomes = _names(_sequence(body["outcomes"], f"{where}.outcomes"), OUTCOMES, where)
    conditions = tuple(
        _condition(one, known, features, f"{where}.when[{n}]")
        for n, one in enumerate(_sequence(body["when"], f"{where}.when"))
    )
    return Segment(body["name"], body["goal"], body["means"], outcomes, conditions)


def _condition(
    given: object, known: "Mapping[str, Kind]", features: "Mapping[str, Kind]", where: str
) -> Condition:
    body = _fields({"lacking": [], **_mapping(given, where)}, {"rule", "needs", "lacking"}, where)
    return Condition(
        rule=parse_rule(str(body["rule"]), known, f"{where}.rule", known),
        needs=_names(_sequence(body["needs"], f"{where}.needs"), features, f"{where}.needs"),
        lacking=_names(body["lacking"], features, f"{where}.lacking"),
    )


def _check(segments: tuple[Segment, ...], where: str) -> None:
    names, goals = [s.name for s in segments], [s.goal for s in segments]
    if not FEWEST <= len(segments) <= MOST:
        raise BadInput(f"{where}: write {FEWEST} to {MOST} segments, not {len(segments)}")
    for kind, values in (("name", names), ("goal", goals)):
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise BadInput(f"{where}: two segments have the {kind} {twice[0]!r}")


def _small(
    given: object,
    segments: tuple[Segment, ...],
    known: "Mapping[str, Kind]",
    features: "Mapping[str, Kind]",
    where: str,
) -> tuple[int, tuple[Segment, ...]]:
    body = _fields(given, {"under", "keep", "rest"}, where)
    by_name = {segment.name: segment for segment in segments}
    kept = [by_name[name] for name in _names(body["keep"], by_name, f"{where}.keep")]
    small = (*kept, _segment(body["rest"], known, features, f"{where}.rest"))
    _check(small, where)
    return int(body["under"]), small


def _windows(given: object, where: str) -> tuple[tuple[str, int], ...]:
    body: Mapping[str, Any] = _fields(given, WINDOWS, where)
    for name, days in body.items():
        if not isinstance(days, int) or days < 0 or (days == 0 and name != "grace"):
            raise BadInput(f"{where}.{name}: write a number of days, not {days!r}")
    return tuple((name, body[name]) for name in WINDOWS)
