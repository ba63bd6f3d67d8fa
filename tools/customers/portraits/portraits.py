"""Facts, stage, segment and score of a short list of accounts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.warehouse.asof.world import World

PAUSED = "paused: pays nothing for now"


@dataclass(frozen=True)
class Portrait:
    """An account as of the day; None is not known or does not apply.

    `paused`: it is a customer, and all of its bill is paused.
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


def portraits(world: "World", accounts: "Iterable[str]") -> dict[str, Portrait]:
    """Portraits by account; needs relations features, roster, segments and scores."""
    asked = pa.table({"account_id": pa.array(sorted(set(accounts)), pa.string())})
    world.engine.put("asked", asked)
    rows = world.engine.run(read_sql(__package__, "portraits")).to_pylist()
    return {row["account_id"]: Portrait(**row) for row in rows}
