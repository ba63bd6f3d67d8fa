"""Who can churn as of a day, and which features a score may read."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from tools.customers.features import definitions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.customers.churn.definition import ChurnDefinition
    from tools.customers.churn.terms import Columns

# Cancel flow and states that define the population tell the answer, not the risk.
FORBIDDEN = frozenset(
    {"paying", "paused", "trial", "ever_paid", "days_since_paid_end", "cancel_notice"}
)
NOT_UP = "not up for renewal"
NOTICE = "notice given"
LEADS = (30, 60, 90)  # days before the end of a term at which it is learned from
IN_TERM = "COALESCE(interval_months > 1 AND days_to_renewal >= 0, FALSE)"
AROUND = 14  # days a snapshot may lie off; snapshots of every 28 days meet each lead once


@dataclass(frozen=True)
class ModelInput:
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
def inputs() -> tuple[ModelInput, ...]:
    """Every feature a score may read, in the order of the definitions."""
    return tuple(
        ModelInput(f.name, f.theme, f.type == "boolean")
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


def bound(definition: "ChurnDefinition") -> str:
    """A condition on `features`: the account cannot leave before the end of its term."""
    return IN_TERM if definition.terms_bind else "FALSE"


def unscored_reason(definition: "ChurnDefinition") -> str:
    """An expression on `features`: why an account at risk gets no probability, else NULL.

    A line that cannot end before the horizon has no hazard; one under notice has no doubt left.
    """
    if not definition.contractual:
        return "CAST(NULL AS TEXT)"
    return (
        f"CASE WHEN cancel_notice THEN '{NOTICE}' WHEN {bound(definition)} "
        f"AND days_to_renewal >= {definition.horizon_days} THEN '{NOT_UP}' END"
    )


def learned_from(definition: "ChurnDefinition") -> str:
    """A condition on `features`: the account is a row of a snapshot.

    Of a term that binds, one row about each of `LEADS` days before its end.
    """
    if not definition.contractual:
        return "TRUE"
    near = " OR ".join(
        f"days_to_renewal BETWEEN {lead - AROUND} AND {lead + AROUND - 1}" for lead in LEADS
    )
    return f"NOT COALESCE(cancel_notice, FALSE) AND (NOT {bound(definition)} OR {near})"


def leads(definition: "ChurnDefinition", columns: "Columns") -> "NDArray[np.float64]":
    """Days until the term that binds each account ends, NaN where none does."""
    days = days_to_end(columns)
    return days if definition.terms_bind else np.full(len(days), np.nan)


def days_to_end(columns: "Columns") -> "NDArray[np.float64]":
    """Days until a term of several months ends, NaN without one."""
    days = columns["days_to_renewal"]
    return np.where((columns["interval_months"] > 1) & (days >= 0), days, np.nan)
