"""What the agent would have said and queued on past weeks, and what became of it since."""

from tools.reports.backtest.model import Backtest, BacktestWeek, QueuedPlay, RankingResult
from tools.reports.backtest.score_quality import ScoredAccounts, ScoreQuality, measure_score

__all__ = [
    "Backtest", "BacktestWeek", "QueuedPlay", "RankingResult", "ScoreQuality", "ScoredAccounts",
    "measure_score",
]  # fmt: skip
