"""The difference between two arms, stratum by stratum, from sums alone.

`Δ = Σ w_s (ȳ_T − ȳ_C)`, `se² = Σ w_s² (s²_T/n_T + s²_C/n_C)`, w_s the stratum's share of all
accounts. (methods.md 4.3; Gerber and Green, Field Experiments, ch. 4.)
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from tools.stats.sequential import LEVEL, always

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST = 2
POWER_Z = NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.8)  # 2.80


@dataclass(frozen=True)
class Sums:
    """What is known of one arm of one stratum: how many, their sum, the sum of their squares."""

    n: int = 0
    total: int = 0
    squares: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """The mean; 0 of nobody."""
        return self.total / self.n if self.n else 0.0

    def variance(self, *, share: bool) -> float:
        """The variance s²; of a share that is all or nothing, as if one more of each were seen.

        Without that, five of five would be taken for certain.
        """
        if share and self.total in {0, self.n}:
            guess = (self.total + 1) / (self.n + 2)
            return guess * (1 - guess)
        spread = self.n * self.squares - self.total * self.total  # whole numbers: nothing cancels
        return spread / (self.n * (self.n - 1))


@dataclass(frozen=True)
class Pair:
    """The two arms of a stratum."""

    treated: Sums = Sums()
    control: Sums = Sums()

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(self.treated + other.treated, self.control + other.control)

    @property
    def n(self) -> int:
        """Accounts of both arms."""
        return self.treated.n + self.control.n

    @property
    def least(self) -> int:
        """Accounts of the smaller arm."""
        return min(self.treated.n, self.control.n)


@dataclass(frozen=True)
class Difference:
    """Treated less control, post-stratified.

    Attributes:
        low: of the interval for one planned look.
        seen_low: of the sequence that holds however often one looks.
        strata: how many were compared, after those too small for both arms were joined.
    """

    value: float
    se: float
    low: float
    high: float
    seen_low: float
    seen_high: float
    treated: Sums
    control: Sums
    strata: int

    @property
    def conclusive(self) -> bool:
        """Whether it stays off 0 however often one looks."""
        return self.seen_low > 0 or self.seen_high < 0


def difference(
    strata: "Mapping[str, Pair]", *, share: bool, expected: float, level: float = LEVEL
) -> Difference | None:
    """Compare the arms; None when an arm has fewer than two accounts in all.

    Args:
        strata: the arms by stratum.
        share: whether the outcome is 0 or 1.
        expected: the size of effect that is believed in, which tunes the sequence.
        level: of the interval and of the sequence.
    """
    compared = joined(strata)
    if not compared:
        return None
    number = sum(pair.n for pair in compared)
    value = sum(p.n * (p.treated.mean - p.control.mean) for p in compared) / number
    variance = sum((p.n / number) ** 2 * _variance(p, share=share) for p in compared)
    half = NormalDist().inv_cdf((1 + level) / 2) * sqrt(variance)
    wide = always(variance, expected, level)
    whole = sum(compared, Pair())
    return Difference(
        value,
        sqrt(variance),
        value - half,
        value + half,
        value - wide,
        value + wide,
        whole.treated,
        whole.control,
        len(compared),
    )


def _variance(pair: Pair, *, share: bool) -> float:
    treated, control = pair.treated, pair.control
    return treated.variance(share=share) / treated.n + control.variance(share=share) / control.n


def joined(strata: "Mapping[str, Pair]") -> "Sequence[Pair]":
    """The strata with those too small for both arms made one, by name; nothing is thrown away."""
    large = {name: pair for name, pair in strata.items() if pair.least >= LEAST}
    rest = sum((p for name, p in sorted(strata.items()) if name not in large), Pair())
    order = sorted(large, key=lambda name: (large[name].n, name))
    while rest.n and rest.least < LEAST and order:
        rest += large.pop(order.pop(0))
    if rest.n and rest.least < LEAST:
        return ()
    return [*(large[name] for name in sorted(large)), *([rest] if rest.n else [])]


def detectable(base: float, treated: int, control: int) -> float | None:
    """The least effect that is found four times in five: two-sided .05, power .8.

    `2.80 √(p(1−p)(1/n_T + 1/n_C))`; None without accounts in both arms.
    """
    if not treated or not control:
        return None
    return POWER_Z * sqrt(base * (1 - base) * (1 / treated + 1 / control))
