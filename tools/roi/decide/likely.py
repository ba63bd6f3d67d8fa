"""Between which two values a result likely lies, when several inputs have ranges.

Below the low of a range, and above its high, lies one value in ten each.
With one range the result is taken at its ends; with several, inputs are drawn apart from each
other, always the same draws.
"""

import random
from decimal import Decimal
from statistics import NormalDist
from typing import TYPE_CHECKING

from tools.errors import BadInput
from tools.roi.decide.inputs import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.roi.decide.inputs import InputSpec
    from tools.roi.decide.tornado import Range

    Measure = Callable[[Mapping[str, Decimal]], Decimal | None]

DRAWS, SEED = 2_000, 20_261_130
Z90 = 1.2816
_BELL = NormalDist()


def likely(
    given: "Mapping[str, Decimal]",
    ranges: "Mapping[str, Range]",
    specs: "Mapping[str, InputSpec]",
    measure: "Measure",
) -> tuple[Decimal, Decimal] | None:
    """The values below and above which one result in ten lies; None without a range or a result."""
    moving = {
        name: one
        for name, one in ranges.items()
        if name in given and name in specs and one.low < one.high and _moves(specs[name])
    }
    if not moving or _at(measure, given) is None:
        return None
    if len(moving) == 1:
        ((name, one),) = moving.items()
        at = [_at(measure, {**given, name: end}) for end in (one.low, one.high)]
        found = sorted(value for value in at if value is not None)
        return (found[0], found[1]) if len(found) == 2 else None
    drawn = sorted(_drawn(given, moving, specs, measure))
    if len(drawn) < DRAWS // 2:
        return None
    return drawn[len(drawn) // 10], drawn[len(drawn) * 9 // 10]


def _moves(spec: "InputSpec") -> bool:
    """Whether an input may lie between whole values."""
    return not KINDS[spec.kind].whole and spec.kind != "years"


def _drawn(
    given: "Mapping[str, Decimal]",
    moving: "Mapping[str, Range]",
    specs: "Mapping[str, InputSpec]",
    measure: "Measure",
) -> "list[Decimal]":
    lot = random.Random(SEED)
    found = []
    for _ in range(DRAWS):
        some = {
            name: _inside(
                given[name],
                one,
                _BELL.inv_cdf(min(max(lot.random(), 1e-9), 1 - 1e-9)),
                KINDS[specs[name].kind].low,
                KINDS[specs[name].kind].high,
            )
            for name, one in moving.items()
        }
        value = _at(measure, {**given, **some})
        if value is not None:
            found.append(value)
    return found


def _inside(value: Decimal, one: "Range", z: float, low: Decimal, high: Decimal) -> Decimal:
    """The value so many standard deviations off, each side as wide as its own half of the range."""
    side = one.high - value if z > 0 else value - one.low
    found = value + Decimal(round(z / Z90, 9)) * side
    return min(max(found, low), high)


def _at(measure: "Measure", given: "Mapping[str, Decimal]") -> Decimal | None:
    try:
        return measure(given)
    except BadInput:
        return None
