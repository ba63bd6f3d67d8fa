"""Who can churn as of a day, and which features a score may read."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tools.customers.features import definitions

if TYPE_CHECKING:
    from tools.customers.churn.definition import ChurnDefinition

# Cancel flow and states that define the population tell the answer, not the risk.
FORBIDDEN = frozenset(
    {"paying", "paused", "trial", "ever_paid", "days_since_paid_end", "cancel_notice"}
)
NOT_UP = "not up for renewal"
NOTICE = "notice given"


@dataclass(frozen=True)
class Input:
    """A numeric feature with its theme."""

    name: str
    theme: str
    boolean: bool

    def sql(self) -> str:
        """The feature as DOUBLE; NaN is as missing as NULL."""
        if self.boolean:
            return f"CASE WHEN {self.name} THEN 1e0 WHEN NOT {self.name} THEN 0e0 END"
        return f"NULLIF(CAST({self.name} AS DOUBLE), CAST('NaN' AS DOUBLE))"


@cache
def inputs() -> tuple[Input, ...]:
    """Every feature a score may read, in the order of the definitions."""
    return tuple(
        Input(f.name, f.theme, f.type == "boolean")
        for f in definitions()
        if f.type in {"bigint", "double", "boolean"} and f.name not in FORBIDDEN
    )


@cache
def themes() -> dict[str, str]:
    """The theme of every feature a score may read."""
    return {i.name: i.theme for i in inputs()}


def at_risk(definition: "ChurnDefinition") -> str:
    """A condition on `features`: the account is there to be lost."""
    if definition.contractual:
        return "COALESCE(paying, FALSE)"
    return f"COALESCE({definition.recency} <= {int(definition.active_window_days or 0)}, FALSE)"


def unscored_reason(definition: "ChurnDefinition") -> str:
    """An expression on `features`: why an account at risk gets no probability, else NULL.

    A line that cannot end before the horizon has no hazard; one under notice has no doubt left.
    """
    if not definition.contractual:
        return "CAST(NULL AS TEXT)"
    bound = (
        f"WHEN interval_months > 1 AND days_to_renewal >= {definition.horizon_days} THEN '{NOT_UP}'"
        if definition.term_binds
        else ""
    )
    return f"CASE WHEN cancel_notice THEN '{NOTICE}' {bound} END"
