"""A backtest as a record: what `--json` prints, and what text and page are made of."""

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tools.days import from_number
from tools.money import Money
from tools.reports.backtest.rankings import AGENT, DO_NOTHING, ORDERS

if TYPE_CHECKING:
    from tools.reports.backtest.model import Backtest, BacktestWeek
    from tools.reports.backtest.score_quality import ScoreQuality

PLACES = 6


def record(found: "Backtest") -> dict[str, Any]:
    """Everything a backtest found; money as text, shares as numbers."""
    return {
        "until": from_number(found.until).isoformat(),
        "currency": found.currency,
        "capacity": found.capacity,
        "reviewers": found.reviewers,
        "definition": found.definition,
        "score": None if found.quality is None else _quality(found.quality),
        "weeks": [_week(found, one) for one in found.weeks],
        "plays": _plays(found),
        "load": _load(found),
        "rules": [_rule(found, name) for name in (AGENT, *ORDERS, DO_NOTHING)],
        "notes": list(found.notes),
        "cannot_be_said": list(found.limits),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def _money(found: "Backtest", minor: float) -> str:
    return f"{Money.from_minor(round(minor), found.currency).rounded:f}"


def _quality(found: "ScoreQuality") -> dict[str, Any]:
    return {
        "accounts": found.accounts,
        "lost": found.lost,
        "expected": _round(found.promised),
        "auc": _round(found.auc),
        "brier": _round(found.brier),
        "brier_of_base_rate": _round(found.brier_base),
        "ece": _round(found.ece),
        "z": _round(found.z),
        "lift_at_capacity": _round(found.lift_at_capacity),
        "lost_at_capacity": _round(found.lost_at_capacity),
        "thin": found.thin,
        "groups": [
            {"accounts": one.accounts, "expected": _round(one.promised), "lost": one.lost}
            for one in found.groups
        ],
    }


def _week(found: "Backtest", week: "BacktestWeek") -> dict[str, Any]:
    return {
        "day": from_number(week.as_of).isoformat(),
        "outcomes_known": week.closed,
        "tier": week.tier,
        "scored": len(week.scored.accounts),
        "score": None if week.quality is None else _quality(week.quality),
        "proposals": week.proposals,
        "refused": week.refused,
        "promised": _money(found, week.promised_minor),
        "plays": {one.play: one.proposals for one in week.queued},
    }


def _plays(found: "Backtest") -> list[dict[str, Any]]:
    """By play: proposals and promise of all mornings together, and on a morning."""
    every = [one for week in found.weeks for one in week.queued]
    counts: Counter[str] = Counter()
    for one in every:
        counts[one.play] += one.proposals
    plays = []
    for play, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        ours = [one for one in every if one.play == play]
        plays.append(
            {
                "play": play,
                "role": ours[0].role,
                "proposals": n,
                "a_morning": round(n / len(found.weeks), 1),
                "promised": _money(found, sum(one.promised_minor for one in ours)),
                "hours_a_morning": _hours(sum((one.hours for one in ours), Decimal(0)), found),
            }
        )
    return plays


def _hours(hours: Decimal, found: "Backtest") -> float:
    return round(float(hours / len(found.weeks)), 1)


def _load(found: "Backtest") -> dict[str, Any]:
    """What a morning would have asked of people."""
    most = max(one.proposals for one in found.weeks)
    mean = sum(one.proposals for one in found.weeks) / len(found.weeks)
    hours: dict[str, Decimal] = {}
    for week in found.weeks:
        for one in week.queued:
            hours[one.role] = hours.get(one.role, Decimal(0)) + one.hours
    return {
        "proposals_a_morning": round(mean, 1),
        "most": most,
        "reviewers": found.reviewers,
        "for_each_reviewer": round(mean / found.reviewers, 1),
        "capacity": found.capacity,
        "hours": [
            {
                "role": role,
                "a_morning": _hours(spent, found),
                "available": float(found.capacity_hours.get(role, Decimal(0))),
            }
            for role, spent in sorted(hours.items())
        ],
    }


def _rule(found: "Backtest", name: str) -> dict[str, Any]:
    """One rule over all mornings; losses only where outcomes are known."""
    every = [one for week in found.weeks for one in week.rankings if one.name == name]
    closed = [one for one in every if one.lost is not None]
    return {
        "rule": name,
        "accounts_a_morning": round(sum(one.accounts for one in every) / len(every), 1),
        "promised_a_morning": _money(found, sum(one.promised_minor for one in every) / len(every)),
        "chosen_with_known_outcome": sum(one.judged for one in closed),
        "lost_since": sum(one.lost or 0 for one in closed) if closed else None,
    }
