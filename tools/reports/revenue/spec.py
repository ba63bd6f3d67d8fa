"""What is measured of recurring revenue, and by which definitions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.errors import BadInput
from tools.reports.internal import NOBODY, Internal

if TYPE_CHECKING:
    from decimal import Decimal

    from tools.reports.revenue.movements import Boundary


@dataclass(frozen=True)
class DatedRate:
    """One unit of a currency in the reporting currency, from a day on: a dated assumption."""

    currency: str
    day: int
    rate: "Decimal"
    source: str


@dataclass(frozen=True)
class Projection:
    """How far the curve is projected, and from how much evidence at least.

    Attributes:
        months: beyond the last one observed; 0 is no projection.
        cohorts: with at least three closed months.
    """

    months: int = 12
    cohorts: int = 3
    accounts: int = 100
    losses: int = 20


@dataclass(frozen=True)
class MoneySpec:
    """The options of the section about money.

    Attributes:
        months: how far net and gross retention look back.
        boundary: on which day a month's revenue is read.
        without_largest: say what is left without the account that paid most.
        min_size: cohorts of fewer accounts show counts and no percentage.
        ages: months after a cohort's own that are shown.
        usage: of the same cohorts, who used the product.
        currency: what is reported in, with `rates`; '' leaves every currency as it is.
    """

    months: int = 12
    boundary: "Boundary" = "opening"
    without_largest: bool = True
    min_size: int = 20
    ages: tuple[int, ...] = (1, 3, 6, 12)
    usage: bool = True
    projection: Projection = Projection()
    currency: str = ""
    rates: tuple[DatedRate, ...] = ()
    internal: Internal = NOBODY

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if bool(self.currency) != bool(self.rates):
            raise BadInput("money: give `currency` with `rates`, and only with them")
        if not self.ages or list(self.ages) != sorted(set(self.ages)):
            raise BadInput(f"money: ages must be rising, not {list(self.ages)}")
