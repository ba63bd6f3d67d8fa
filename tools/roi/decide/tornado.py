"""How far each input swings the result, one at a time, and where the result turns."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.errors import BadInput
from tools.roi.decide.inputs import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.roi.decide.inputs import InputSpec

    Measure = Callable[[Mapping[str, Decimal]], Decimal | None]

STEPS = 60
CLOSE = Decimal("1e-20")


@dataclass(frozen=True)
class Range:
    """The likely low and high of an input, and who says so."""

    low: Decimal
    high: Decimal
    source: str


@dataclass(frozen=True)
class Swing:
    """One input at its low and high, the result at each, and the value at which it crosses 0."""

    name: str
    low: Decimal
    high: Decimal
    at_low: Decimal
    at_high: Decimal
    turns_at: Decimal | None
    source: str

    @property
    def width(self) -> Decimal:
        """How much the result moves."""
        return abs(self.at_high - self.at_low)


def customary(spec: "InputSpec", value: Decimal) -> Range | None:
    """The range of an input of which none is known; None for what is not varied."""
    kind = KINDS[spec.kind]
    if kind.spread == 0:
        return None
    money = spec.kind == "money"
    spread = value * kind.spread if money else kind.spread
    lowest = Decimal(1) if spec.kind == "years" else kind.low
    low, high = max(min(lowest, value), value - spread), min(kind.high, value + spread)
    words = {
        "money": "20% either way",
        "share": "10 points either way",
        "portion": "10 points either way",
        "change": "2 points either way",
        "years": "a year either way",
    }
    return Range(low, high, words[spec.kind])


def tornado(
    given: "Mapping[str, Decimal]",
    ranges: "Mapping[str, Range]",
    specs: "Mapping[str, InputSpec]",
    measure: "Measure",
    *,
    crosses: bool = True,
) -> "tuple[Swing, ...]":
    """The inputs in order of how far they swing the measure; what cannot be varied is left out."""
    found = []
    for name, one in ranges.items():
        low, at_low = _end(given, name, one.low, measure)
        high, at_high = _end(given, name, one.high, measure)
        if at_low is None or at_high is None:
            continue
        turns = crossing(given, specs[name], measure) if crosses else None
        found.append(Swing(name, low, high, at_low, at_high, turns, one.source))
    return tuple(sorted(found, key=lambda swing: (-swing.width, swing.name)))


def _end(
    given: "Mapping[str, Decimal]", name: str, end: Decimal, measure: "Measure"
) -> tuple[Decimal, Decimal | None]:
    """One end of a range and the measure there; an end that cannot be gives way to the value."""
    found = _at(given, name, end, measure)
    return (end, found) if found is not None else (given[name], measure(given))


def _at(
    given: "Mapping[str, Decimal]",
    name: str,
    value: Decimal,
    measure: "Measure",
) -> Decimal | None:
    """The measure with one input changed; None where that cannot be."""
    try:
        return measure({**given, name: value})
    except BadInput:
        return None


def crossing(
    given: "Mapping[str, Decimal]", spec: "InputSpec", measure: "Measure"
) -> Decimal | None:
    """The value of one input at which the measure is 0; of years the first whole one that pays."""
    if spec.name == "years":
        return _first_year(given, spec.name, measure)
    kind, value = KINDS[spec.kind], given[spec.name]
    high = max(value * 100, Decimal(1000)) if spec.kind == "money" else kind.high
    ends = kind.low, min(high, kind.high)
    return _root(lambda x: _at(given, spec.name, x, measure), ends, value)


def _root(
    at: "Callable[[Decimal], Decimal | None]", ends: tuple[Decimal, Decimal], value: Decimal
) -> Decimal | None:
    """Where a monotone function crosses 0 between two ends: exact when it is a straight line."""
    low, high = ends
    middle = (low + high) / 2
    f_low, f_mid, f_high, f_here = at(low), at(middle), at(high), at(value)
    if f_low is None or f_here is None:
        return None
    if f_high is None:  # such as an effect larger than what is left: the line goes on
        high, f_high = value, f_here
        middle = (low + high) / 2
        f_mid = at(middle)
        straight = f_mid is not None and abs(f_mid * 2 - f_low - f_high) < CLOSE
        return None if not straight else _line(low, high, f_low, f_high, ends)
    if f_mid is not None and abs(f_mid * 2 - f_low - f_high) < CLOSE:
        return _line(low, high, f_low, f_high, ends)
    return _bisect(at, low, high, f_low, f_high)


def _line(
    low: Decimal, high: Decimal, f_low: Decimal, f_high: Decimal, ends: tuple[Decimal, Decimal]
) -> Decimal | None:
    if f_low == f_high:
        return None
    found = low - f_low * (high - low) / (f_high - f_low)
    return found if ends[0] < found < ends[1] else None


def _bisect(
    at: "Callable[[Decimal], Decimal | None]",
    low: Decimal,
    high: Decimal,
    f_low: Decimal,
    f_high: Decimal,
) -> Decimal | None:
    if (f_low > 0) == (f_high > 0):
        return None
    for _ in range(STEPS):
        middle = (low + high) / 2
        found = at(middle)
        if found is None:
            return None
        low, high = (middle, high) if (found > 0) == (f_low > 0) else (low, middle)
    return (low + high) / 2


def _first_year(given: "Mapping[str, Decimal]", name: str, measure: "Measure") -> Decimal | None:
    """The first whole number of years that pays; None when the first one does, or none."""
    for years in map(Decimal, range(1, int(KINDS["years"].high) + 1)):
        found = _at(given, name, years, measure)
        if found is not None and found >= 0:
            return None if years == 1 else years
    return None
