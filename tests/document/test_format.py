"""How figures are written, as a table a reader can check."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.document.format import band, shown, written
from tools.document.model import Figure, Unit

EXAMPLES: list[tuple[float, Unit, str]] = [
    (1_774, "count", "1,774"),
    (0.104, "share", "10.4%"),
    (0.10449999999999999, "share", "10.4%"),
    (0.0, "share", "0.0%"),
    (-0.0004, "share", "0.0%"),
    (1.2345, "share", "123.4%"),
    (0.019, "points", "+1.9 pp"),
    (-0.019, "points", "-1.9 pp"),
    (12.25, "days", "12.2"),
    (12.35, "hours", "12.4"),
    (1285.714, "number", "1,285.71"),
    (0.00003, "chance", "below 0.0001"),
    (0.0, "chance", "below 0.0001"),
    (0.0312, "chance", "0.0312"),
]


@pytest.mark.parametrize(("number", "unit", "text"), EXAMPLES)
def test_a_number_is_written_in_its_unit(number: float, unit: Unit, text: str) -> None:
    assert written(number, unit) == text


def test_money_is_to_the_cent_with_its_currency() -> None:
    assert written(-1_234_567, "money", "EUR") == "-12,345.67 EUR"
    assert written(5, "money", "USD") == "0.05 USD"


def test_an_interval_is_written_like_its_figure() -> None:
    figure = Figure("a", 0.5, "share", low=0.4, high=0.6, mark="*")

    assert shown(figure) == "50.0%*"
    assert band(figure) == "40.0% to 60.0%"
    assert band(Figure("a", 0.5, "share")) == ""


def test_what_is_missing_is_said() -> None:
    assert shown(Figure("a", None, "share", missing="missing: events")) == "missing: events"


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": None},
        {"value": 1, "missing": "missing: events"},
        {"value": float("nan")},
        {"value": 0.5, "low": float("inf")},
        {"value": 5, "unit": "money"},
    ],
)
def test_a_figure_that_says_nothing_or_two_things_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="figure a"):
        Figure(**({"id": "a", "unit": "share"} | wrong))  # type: ignore[arg-type]


@given(st.integers(-(10**15), 10**15))
def test_no_cent_is_lost(minor: int) -> None:
    text = written(minor, "money", "EUR").removesuffix(" EUR").replace(",", "").replace(".", "")

    assert int(text) == minor


@given(st.floats(-1e6, 1e6))
def test_a_share_is_never_off_by_more_than_half_its_last_digit(value: float) -> None:
    said = float(written(value, "share").removesuffix("%").replace(",", ""))

    assert abs(said - 100 * value) <= 0.05 + 1e-9 * abs(value) + 1e-9
