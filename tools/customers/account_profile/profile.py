"""Facts, stage, segment and score of a short list of accounts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.days import from_number
from tools.figures import percent
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.warehouse.asof.world import World

PAUSED = "paused: pays nothing for now"


@dataclass(frozen=True)
class AccountProfile:
    """An account as of the day; None is not known or does not apply.

    `paused`: it is a customer, and all of its bill is paused. `probability` is about the horizon
    of the churn definition, `renewal_probability` about the end of the term that binds it.
    """

    account_id: str
    name: str | None
    owner: str | None
    plan: str | None
    seats: int | None
    mrr_minor: int | None
    currency: str | None
    days_to_renewal: int | None
    days_since_event: int | None
    days_since_order: int | None
    stage: str | None
    since_day: int | None
    because: str | None
    segment: str | None
    probability: float | None
    band: str | None
    label: str | None
    unscored_reason: str | None
    paused: bool = False
    renewal_day: int | None = None
    renewal_probability: float | None = None

    @property
    def score_basis(self) -> str:
        """What the score rests on, or why there is none, with the chance at the end of a term."""
        basis = self.unscored_reason or self.label or "no score"
        if not self.unscored_reason or self.renewal_day is None:
            return basis
        ends = f"{basis}: the term ends on {from_number(self.renewal_day)}"
        if self.renewal_probability is None:
            return ends
        return f"{ends}, {percent(self.renewal_probability)} to be lost then"


def portraits(world: "World", accounts: "Iterable[str]") -> dict[str, AccountProfile]:
    """Portraits by account; needs relations features, roster, segments and scores."""
    asked = pa.table({"account_id": pa.array(sorted(set(accounts)), pa.string())})
    world.engine.put("asked", asked)
    rows = world.engine.run(read_sql(__package__, "profile")).to_pylist()
    return {row["account_id"]: AccountProfile(**row) for row in rows}
