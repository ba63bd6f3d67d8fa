"""A mistake in the file is named with its place and the nearest word."""

from typing import Any

import pytest
import yaml

from tests.customers.segments.company import POLICY, policy
from tools.customers.segments.parse import parse_segments
from tools.errors import BadInput


def changed(path: str, value: Any) -> str:
    body = yaml.safe_load(POLICY.read_text(encoding="utf-8"))
    *parents, last = path.split(".")
    place = body
    for key in parents:
        place = place[int(key) if key.isdigit() else key]
    place[int(last) if last.isdigit() else last] = value
    return yaml.safe_dump(body)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("segment", [], r"f:2: unknown key 'segment'; did you mean 'segments'\?"),
        ("segments.3.when.0.rule", "usage_tren < 1", r"segments\[3\].when\[0\].rule.*usage_trend"),
        ("segments.0.when.0.rule", "exp(1) > 2", "is not allowed in a rule"),
        (
            "segments.0.when.0.needs",
            ["payin"],
            r"needs: 'payin' is not known; did you mean 'paying'",
        ),
        (
            "segments.0.outcomes",
            ["returns"],
            r"outcomes\[0\]: 'returns' is not known; .* 'return'",
        ),
        ("segments.1.goal", "win back", "two segments have the goal 'win back'"),
        ("segments.1.name", "Lapsed", "two segments have the name 'Lapsed'"),
        ("segments.0.when", [], r"segments\[0\]\.when: expected at least one entry"),
        ("segments", [], "at least one entry"),
        ("thresholds.trend_q20.quantile", 1.5, "expected a number below 1, got '1.5'"),
        ("thresholds.use_q40.per", "seat", "use_q40.per: 'seat' is not known; .*'seats'"),
        ("thresholds.trend_q20.feature", "trend", "trend_q20.feature: 'trend' is not known"),
        (
            "thresholds.seats",
            {"feature": "seats", "quantile": 0.5, "among": "active"},
            "choose another",
        ),
        ("small.keep", ["Lapse"], "did you mean 'Lapsed'"),
        ("small.keep", [], "write 3 to 6 segments, not 1"),
        ("windows.churn", "soon", "windows.churn: expected a whole number, got 'soon'"),
        ("windows.expansion", 0, "windows.expansion: expected a number from 1"),
    ],
)
def test_mistake(path: str, value: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_segments(changed(path, value), "f")


def test_a_file_of_before_is_read() -> None:
    """Without Quiet, and with thresholds that are divided by nothing."""
    body = yaml.safe_load(POLICY.read_text(encoding="utf-8"))
    body["segments"] = [one for one in body["segments"] if one["name"] != "Quiet"]
    body["thresholds"] = {k: v for k, v in body["thresholds"].items() if "per" not in v}
    assert len(parse_segments(yaml.safe_dump(body), "f").segments) == 5


def test_broken_yaml() -> None:
    with pytest.raises(BadInput, match="f: not readable as YAML"):
        parse_segments("segments: [", "f")


def test_missing_key() -> None:
    with pytest.raises(BadInput, match="f:1: valid_from: expected a date"):
        parse_segments("{version: 1, valid_from: 1, thresholds: {}, windows: {}}", "f")


def test_the_shipped_file_is_five_segments_to_treat_and_one_to_leave_alone() -> None:
    names = [segment.name for segment in policy().segments]
    assert names == [
        "Lapsed",
        "Onboarding",
        "Quiet",
        "Declining",
        "Expansion-ready",
        "Durable core",
    ]
    assert len({segment.goal for segment in policy().segments}) == 6
