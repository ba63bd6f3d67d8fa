"""What a backtest found: week by week, and in all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from tools.reports.backtest.score_quality import ScoredAccounts, ScoreQuality


@dataclass(frozen=True)
class QueuedPlay:
    """How often a play would have been proposed on a day, with what it promised and takes."""

    play: str
    role: str
    proposals: int
    promised_minor: int
    hours: "Decimal"


@dataclass(frozen=True)
class RankingResult:
    """The accounts one rule would have put first on a day, with what the best play promises each.

    `lost` of the `judged`, who could leave and whose outcome is known, left within the score's
    horizon; None while that is not known.
    """

    name: str
    accounts: int
    promised_minor: int
    judged: int
    lost: int | None


@dataclass(frozen=True)
class BacktestWeek:
    """One morning as it would have been, and the outcomes known of it by now."""

    as_of: int
    closed: bool
    tier: str
    scored: "ScoredAccounts"
    quality: "ScoreQuality | None"
    queued: tuple[QueuedPlay, ...]
    rankings: tuple[RankingResult, ...]
    refused: int
    missing: str = ""

    @property
    def proposals(self) -> int:
        """How many proposals the queue would have held."""
        return sum(one.proposals for one in self.queued)

    @property
    def promised_minor(self) -> int:
        """What they promised together."""
        return sum(one.promised_minor for one in self.queued)


@dataclass(frozen=True)
class Backtest:
    """All weeks, the score over those whose outcomes are known, and what cannot be said."""

    until: int
    currency: str
    capacity: int
    reviewers: int
    definition: str
    weeks: tuple[BacktestWeek, ...]
    quality: "ScoreQuality | None"
    capacity_hours: "Mapping[str, Decimal]"
    notes: tuple[str, ...]
    limits: tuple[str, ...]
