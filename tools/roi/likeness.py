"""Who is like those best not called although in another segment: an effect between the two.

Segments are drawn by limits, accounts are not: just beyond the limits of the segment Quiet are many
that have only opened one mail more. For an account that is more like them than its own segment on
average, the effect lies so far between those of the two segments; a mixture, so that not knowing
which widens it. It is never better than that of its segment: a trial promises no more than its mean
(methods 2.4, 4.7; Ascarza, Iyengar & Schleicher 2016).
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.roi.fixed_point import PRECISE, to_places
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.roi.play_effects import PlayEffect
    from tools.warehouse.engine import Engine

QUIET = "Quiet"
STEPS = range(0, 101, 10)
APART = 20  # percent by which the segments must differ for an account to be told from its own
PLACES = 4
NEEDED = frozenset({"active", "seats", "events_28", "events_prior_84", "email_open_rate_90"})


@dataclass(frozen=True)
class Likeness:
    """How much the accounts of each segment are like those best not called, on average, in percent.

    Empty where nothing tells it.
    """

    averages: "Mapping[str, int]"

    def weight(self, segment: str, likeness: int) -> Decimal:
        """How far an account's effect lies from its segment's towards that of the quiet ones."""
        own, quiet = self.averages.get(segment), self.averages.get(QUIET)
        if own is None or quiet is None or quiet - own < APART or segment == QUIET:
            return Decimal(0)
        with localcontext(PRECISE):  # the same digits whatever the caller counts with
            share = Decimal(max(0, likeness - own)) / (quiet - own)
        return min(to_places(share, PLACES), Decimal(1))


def put_likeness(engine: "Engine") -> Likeness:
    """Make `roi_likeness`; of nobody when the features that tell it are not there."""
    held = set(engine.run("SELECT * FROM features LIMIT 0").column_names)
    if not held >= NEEDED:
        engine.put("roi_likeness", _NOBODY.empty_table())
        return Likeness({})
    engine.create("roi_likeness", read_sql(__package__, "likeness"), quiet=QUIET)
    rows = engine.run(
        "SELECT segment AS segment, SUM(likeness) AS total, COUNT(*) AS n FROM roi_likeness "
        "GROUP BY segment ORDER BY segment"
    ).to_pylist()
    return Likeness({row["segment"]: round(int(row["total"]) / row["n"]) for row in rows})


_NOBODY = pa.schema([
    ("account_id", pa.string()), ("segment", pa.string()), ("likeness", pa.int64()),
])  # fmt: skip


def effect_at(
    effect: "PlayEffect", quiet: "PlayEffect | None", weight: Decimal
) -> tuple[Decimal, Decimal]:
    """Mean and standard deviation of an effect so far towards that on the quiet ones."""
    if not weight or quiet is None or quiet.mean >= effect.mean:
        return effect.mean, effect.sd
    with localcontext(PRECISE):
        rest = 1 - weight
        mean = rest * effect.mean + weight * quiet.mean
        apart = weight * rest * (effect.mean - quiet.mean) ** 2
        sd = (rest * effect.sd**2 + weight * quiet.sd**2 + apart).sqrt()
    return to_places(mean, PLACES), to_places(sd, PLACES)
