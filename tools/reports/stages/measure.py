"""Where everybody stands in the life of a customer, who moved in a period, and how long they stay.

People are followed, and accounts where a company has no people on record.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from tools.customers.stages.vocabulary import LADDER, NONE
from tools.stats.survival import Curve, SurvivalStep, cumulative
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.engine import Engine

ORDER = (NONE, *LADDER, "churned")


@dataclass(frozen=True)
class StageMove:
    """So many were in one stage before the period (None: not known yet) and are in another now."""

    before: str | None
    after: str | None
    number: int


@dataclass(frozen=True)
class Stay:
    """The visits to a stage, finished or not, and how many had left it by day."""

    stage: str
    visits: int
    unfinished: int
    curve: Curve


@dataclass(frozen=True)
class Stages:
    """The stages of a company at the end of a period.

    Attributes:
        sizes: how many are in each stage.
        unstaged: how many have none, by reason.
        moves: who was where before and is where now, those who stayed among them.
    """

    as_of: int
    first_day: int
    kind: Literal["contact", "account"]
    sizes: tuple[tuple[str, int], ...]
    unstaged: tuple[tuple[str, int], ...]
    moves: tuple[StageMove, ...]
    stays: tuple[Stay, ...]
    query: str

    @property
    def staged(self) -> int:
        """How many have a stage."""
        return sum(number for _, number in self.sizes)

    def at_start(self, stage: str) -> int:
        """How many were in a stage before the period."""
        return sum(move.number for move in self.moves if move.before == stage)


def measure_stages(as_of: int, first_day: int, engine: "Engine") -> Stages:
    """Read relations roster and timeline; makes `stage_moves` (id, account_id, from, to)."""
    counts = engine.run(
        "SELECT kind AS kind, stage AS stage, unstaged_reason AS reason, COUNT(*) AS n "
        "FROM roster GROUP BY kind, stage, unstaged_reason ORDER BY 1, 2, 3"
    ).to_pylist()
    kind: Literal["contact", "account"] = (
        "contact" if any(row["kind"] == "contact" for row in counts) else "account"
    )
    own = [row for row in counts if row["kind"] == kind]
    moves = read_sql(__package__, "moves")
    engine.create("stage_moves", moves, as_of=as_of, first_day=first_day, kind=kind)
    return Stages(
        as_of,
        first_day,
        kind,
        tuple(sorted(((r["stage"], r["n"]) for r in own if r["stage"]), key=_rank)),
        tuple((r["reason"] or "", r["n"]) for r in own if not r["stage"]),
        _moves(engine),
        _stays(as_of, engine, kind),
        sha256(moves.encode()).hexdigest()[:16],
    )


def _rank(pair: tuple[str, int]) -> tuple[int, str]:
    return (ORDER.index(pair[0]) if pair[0] in ORDER else len(ORDER), pair[0])


def _moves(engine: "Engine") -> tuple[StageMove, ...]:
    rows = engine.run(
        "SELECT from_stage AS before, to_stage AS after, COUNT(*) AS number FROM stage_moves "
        "WHERE from_stage IS NOT NULL OR to_stage IS NOT NULL "
        "GROUP BY from_stage, to_stage ORDER BY 1, 2"
    ).to_pylist()
    return tuple(StageMove(**row) for row in rows)


def _stays(as_of: int, engine: "Engine", kind: str) -> tuple[Stay, ...]:
    by_stage: dict[str, list[SurvivalStep]] = {}
    rows = engine.run(read_sql(__package__, "visits"), as_of=as_of, kind=kind).to_pylist()
    for row in rows:
        by_stage.setdefault(row.pop("stage"), []).append(SurvivalStep(**row))
    stays = [
        Stay(stage, steps[0].at_risk, sum(s.censored for s in steps), cumulative(steps))
        for stage, steps in by_stage.items()
    ]
    return tuple(sorted(stays, key=lambda stay: _rank((stay.stage, 0))))
