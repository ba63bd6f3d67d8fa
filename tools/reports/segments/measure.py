"""How large each segment is, what it pays, and who changed segment in a period."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.warehouse.engine import Engine

NONE = "none"


@dataclass(frozen=True)
class Value:
    """What the accounts of a segment pay a month, in one currency, in minor units."""

    segment: str
    currency: str
    minor: int
    accounts: int


@dataclass(frozen=True)
class Moved:
    """So many accounts were in one segment (None: not known) and are in another now."""

    before: str | None
    after: str | None
    number: int


@dataclass(frozen=True)
class SegmentsNow:
    """The segments of a morning.

    Attributes:
        values: None without subscriptions.
        moves: with those who stayed; None when nobody said where they were before.
    """

    as_of: int
    first_day: int
    sizes: tuple[tuple[str, int], ...]
    values: tuple[Value, ...] | None
    moves: tuple[Moved, ...] | None

    @property
    def accounts(self) -> int:
        """All accounts, those in no segment among them."""
        return sum(number for _, number in self.sizes)

    def changed(self) -> tuple[int, int]:
        """Accounts that changed segment, of those known on both days."""
        both = [m for m in self.moves or () if m.before and m.after]
        return sum(m.number for m in both if m.before != m.after), sum(m.number for m in both)


def segment_sizes(engine: "Engine") -> tuple[tuple[str, int], ...]:
    """How many accounts each segment has, in order of name; those in none are not counted."""
    rows = engine.run(
        "SELECT segment AS segment, COUNT(*) AS n FROM segments WHERE NOT segment IS NULL "
        "GROUP BY segment ORDER BY segment"
    ).to_pylist()
    return tuple((row["segment"], row["n"]) for row in rows)


def measure_segments(
    as_of: int,
    first_day: int,
    engine: "Engine",
    present: "Collection[str]",
    order: "Collection[str]" = (),
) -> SegmentsNow:
    """Read segments, segment_history (rows of `first_day`) and subscriptions.

    Makes `segment_moves` (account_id, from_segment, to_segment); `order` is that of the rules.
    """
    moves = read_sql(__package__, "moves")
    engine.create("segment_moves", moves, first_day=first_day)
    rows = engine.run(
        "SELECT from_segment AS before, to_segment AS after, COUNT(*) AS number "
        "FROM segment_moves GROUP BY from_segment, to_segment ORDER BY 1, 2"
    ).to_pylist()
    counted = Counter[str]()
    for row in rows:
        if row["after"]:
            counted[row["after"]] += row["number"]
    values = None
    if "subscriptions" in present:
        found = engine.run(read_sql(__package__, "value"), as_of=as_of).to_pylist()
        values = tuple(Value(**row) for row in found)
    known = any(row["before"] for row in rows)
    places = [*order, *sorted(set(counted) - set(order) - {NONE}), NONE]
    sizes = tuple((s, counted[s]) for s in places if s in counted or s in order)
    moved = tuple(Moved(**row) for row in rows) if known else None
    return SegmentsNow(as_of, first_day, sizes, values, moved)
