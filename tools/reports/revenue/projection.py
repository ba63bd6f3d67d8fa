"""What the curve of paying accounts may become: said only where enough has been seen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.errors import NotComputable
from tools.stats.sbg import Sbg, fit_sbg

if TYPE_CHECKING:
    from tools.reports.revenue.cohorts import CohortMonth, Hazard
    from tools.reports.revenue.spec import Projection

CLOSED = 3  # months a cohort must have behind it to say something about its course


@dataclass(frozen=True)
class Tail:
    """The projected share of accounts that still pay, from the last age observed on.

    Attributes:
        first_age: the last age observed; `survival` starts with what was observed there.
    """

    first_age: int
    survival: tuple[float, ...]
    model: Sbg


def project(
    cohorts: "tuple[CohortMonth, ...]", observed: "tuple[Hazard, ...]", spec: "Projection"
) -> Tail:
    """The tail of the curve by the sBG model, fitted to all cohorts.

    Raises:
        NotComputable: with too few cohorts, accounts or losses, saying which and how many.
    """
    _check(cohorts, observed, spec)
    lost, still = counts(cohorts)
    model = fit_sbg(lost, still)
    last = observed[-1]
    values = [last.survival]
    for age in range(last.age + 1, last.age + 1 + spec.months):
        values.append(values[-1] * model.retention(age))
    return Tail(last.age, tuple(values), model)


def counts(cohorts: "tuple[CohortMonth, ...]") -> tuple[list[int], list[int]]:
    """Losses by chance to leave, and who was last seen paying after how many.

    The end of the first month and that of the next are one chance: a contract of a month cannot
    be left earlier, and who leaves within it leaves at that chance.
    """
    length = max((month.age for month in cohorts), default=0)
    lost, still = [0] * max(length, 1), [0] * max(length, 1)
    last = {(m.currency, m.cohort): m for m in cohorts}
    used = {key for key, month in last.items() if month.age >= 1}
    for month in cohorts:
        if (month.currency, month.cohort) in used:
            lost[max(month.age, 1) - 1] += month.lost
    for key in used:
        still[last[key].age - 1] += last[key].unbroken
    return lost, still


def _check(
    cohorts: "tuple[CohortMonth, ...]", observed: "tuple[Hazard, ...]", spec: "Projection"
) -> None:
    old = {(m.currency, m.cohort): m.size for m in cohorts if m.age >= CLOSED}
    losses = sum(hazard.lost for hazard in observed)
    lacking = []
    if len(old) < spec.cohorts:
        lacking.append(f"{spec.cohorts} cohorts with {CLOSED} closed months ({len(old)} have)")
    if sum(old.values()) < spec.accounts:
        lacking.append(f"{spec.accounts} accounts in them ({sum(old.values())})")
    if losses < spec.losses:
        lacking.append(f"{spec.losses} losses ({losses})")
    if not lacking and not observed:
        lacking.append("a month at whose start enough accounts were paying")
    if lacking:
        raise NotComputable(*lacking)
