"""The worked examples, exact to the cent under the convention they name."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tools.errors import BadInput, NotComputable
from tools.money import in_thousands
from tools.reading import parse_strict
from tools.roi.worked_examples import answer, conventions, payback, time_value

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = (Path(__file__).parent / "examples.yaml").read_text(encoding="utf-8")
EXAMPLES = parse_strict(f"examples:\n{TEXT}", "examples")["examples"]
KEYS = {
    "name", "calculation", "convention", "given", "expect", "shown", "missing", "breakeven",
    "cautions",
}  # fmt: skip


def numbers(values: "Mapping[str, Any]") -> dict[str, Decimal]:
    return {key: Decimal(value) for key, value in values.items()}


def at_digits(value: Decimal, like: Decimal) -> Decimal:
    return value.quantize(like)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["name"])
def test_example(example: dict[str, Any]) -> None:
    assert set(example) <= KEYS
    found = answer(
        example["calculation"], numbers(example["given"]), example.get("convention", "survival")
    )
    for name, expected in numbers(example.get("expect", {})).items():
        assert (name, at_digits(found.figure(name), expected)) == (name, expected)
    for name, expected in numbers(example.get("breakeven", {})).items():
        assert (name, at_digits(found.breakeven[name], expected)) == (name, expected)
    for name, shown in example.get("shown", {}).items():
        assert in_thousands(found.figure(name)) == shown
    assert found.missing == tuple(example.get("missing", ()))
    if "cautions" in example:
        assert [caution.id for caution in found.cautions] == example["cautions"]


def test_every_calculation_has_an_example() -> None:
    assert {e["calculation"] for e in EXAMPLES} == {f"S{n}" for n in range(1, 10)}


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if e.get("missing")], ids=lambda e: e["name"]
)
def test_what_is_missing_is_named_not_invented(example: dict[str, Any]) -> None:
    found = answer(example["calculation"], numbers(example["given"]))
    with pytest.raises(NotComputable, match=f"missing {example['missing'][0]}"):
        found.figure("net")


def test_the_table_of_conventions() -> None:
    """Contribution 13,500, acquisition 9,000, 80 % renewal, 3 years, 10 %."""
    multiples = conventions(Decimal("0.8"), 3, Decimal("0.1"))
    net = {k: (Decimal(13_500) * m - 9_000).quantize(Decimal("0.01")) for k, m in multiples.items()}
    assert {name: str(value) for name, value in net.items()} == {
        "renewal-first": "17352.00",
        "survival, discounted": "21458.68",
        "seed": "23400.00",
        "survival": "23940.00",
        "Gupta-Lehmann": "27000.00",
        "lifetime already expected": "31500.00",
        "immediate": "40500.00",
        "infinite": "58500.00",
    }


def test_sooner_is_worth_the_discount() -> None:
    assert time_value(Decimal(1100), Decimal("0.1"), 1).quantize(Decimal("0.01")) == 100


def test_payback_is_the_first_cycle_that_is_no_longer_behind() -> None:
    assert payback([Decimal(-100), Decimal(60), Decimal(60)], Decimal(0)) == 2
    assert payback([Decimal(-100), Decimal(60), Decimal(40)], Decimal("0.1")) is None
    assert payback([Decimal(0)], Decimal("0.1")) == 0


def test_an_unknown_calculation_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean 'S1'"):
        answer("s1", {})
