"""The sums of our own outcomes by play and segment, as of a day: the same rows, the same bytes.

Set-based: nothing but a handful of whole numbers leaves the warehouse.
"""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.warehouse.engine import Engine

HALF_LIFE = 365  # days after which an outcome counts half
MOST_WEIGHT = 20  # of one outcome, by its chance
Cell = tuple[str, str]


@dataclass(frozen=True)
class ArmSums:
    """One arm of one comparison; weights in ten-thousandths, chances in millionths.

    Attributes:
        n: outcomes; `k` of them are events.
        w: their weight; `q` with the chance without us, `d` of those also carried out, `y` of the
            events.
        ww: weight squared, account by account; `wv` weight × weighted variance of the outcome.
    """

    n: int = 0
    k: int = 0
    w: int = 0
    q: int = 0
    d: int = 0
    y: int = 0
    ww: int = 0
    wv: int = 0


@dataclass(frozen=True)
class Comparison:
    """Both arms of one comparison of a play in a segment."""

    source: str
    play: str
    segment: str
    treated: ArmSums = ArmSums()
    control: ArmSums = ArmSums()

    @property
    def n(self) -> int:
        """Outcomes of both arms."""
        return self.treated.n + self.control.n

    @property
    def effective(self) -> float:
        """How many outcomes of equal weight would know as much: (Σw)²/Σw²."""
        squares = self.treated.ww + self.control.ww
        return (self.treated.w + self.control.w) ** 2 / squares if squares else 0.0


@dataclass(frozen=True)
class Evidence:
    """What was known of all plays on the morning of a day.

    `since` are the same comparisons of the pairs whose demotion a person lifted, from the outcomes
    that became known after that; `lifted` says on which day.
    """

    as_of: int
    comparisons: tuple[Comparison, ...] = ()
    since: tuple[Comparison, ...] = ()
    lifted: tuple[tuple[str, str, int], ...] = ()

    def to_json(self) -> str:
        """Canonical JSON."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Evidence":
        """What `to_json` wrote."""
        values = json.loads(text)
        return cls(
            values["as_of"],
            tuple(_comparison(one) for one in values["comparisons"]),
            tuple(_comparison(one) for one in values["since"]),
            tuple((play, segment, day) for play, segment, day in values["lifted"]),
        )


def _comparison(values: "Mapping[str, object]") -> Comparison:
    arms = {name: ArmSums(**values[name]) for name in ("treated", "control")}  # type: ignore[arg-type]  # our own JSON
    return Comparison(**{**values, **arms})  # type: ignore[arg-type]  # our own JSON


def gather_evidence(as_of: int, engine: "Engine", lifted: "Mapping[Cell, int]") -> Evidence:
    """Add up the relation `observations` as far as it was known on a day.

    Args:
        as_of: day number D; an outcome counts from its `known_day` on.
        engine: holds `observations`, of the schema in `observation.py`.
        lifted: the day on which a person lifted the demotion of a play in a segment.
    """
    known = {cell: day for cell, day in lifted.items() if day < as_of}
    every = _sums(as_of, engine, {})
    since = [c for c in _sums(as_of, engine, known) if (c.play, c.segment) in known]
    days = tuple((play, segment, day) for (play, segment), day in sorted(known.items()))
    return Evidence(as_of, tuple(every), tuple(since), days)


def _sums(as_of: int, engine: "Engine", since: "Mapping[Cell, int]") -> list[Comparison]:
    engine.put(
        "evidence_since",
        pa.table(
            {
                "play": pa.array([play for play, _ in since], pa.string()),
                "segment": pa.array([segment for _, segment in since], pa.string()),
                "day": pa.array(list(since.values()), pa.int32()),
            }
        ),
    )
    rows = engine.run(
        read_sql(__package__, "evidence"), as_of=as_of, most=MOST_WEIGHT, half_life=HALF_LIFE
    ).to_pylist()
    arms: dict[tuple[str, str, str], dict[str, ArmSums]] = {}
    for row in rows:
        key = row["source"], row["play"], row["segment"]
        sums = ArmSums(**{name: int(row[name]) for name in ArmSums.__dataclass_fields__})
        arms.setdefault(key, {})["treated" if row["treated"] else "control"] = sums
    return [
        Comparison(*key, found.get("treated", ArmSums()), found.get("control", ArmSums()))
        for key, found in sorted(arms.items())
    ]
