"""The list as values for programs: days as ISO dates, money as amount and currency; and as cells.

Numbers of the cells are plain text; whoever writes a file guards the other cells.
"""

from typing import TYPE_CHECKING, Any

from tools.money import Money
from tools.reports.accounts.format import called, date

if TYPE_CHECKING:
    from tools.reports.accounts.model import (
        Account,
        AccountLine,
        AccountList,
        LatestFeedback,
        Left,
        NextStep,
        ScoreChange,
        Unscored,
    )

Record = dict[str, Any]
NUMBERS = frozenset({
    "place", "net value", "low", "high", "at stake", "cost", "hours", "churn %", "change 7 days",
    "change 30 days", "renewal churn %", "MRR", "tickets open", "tickets high", "version",
})  # fmt: skip
COLUMNS = (
    "part", "state", "place", "for", "owner", "account_id", "account", "why now", "next step",
    "net value", "low", "high", "currency", "at stake", "cost", "hours", "alternatives", "stage",
    "since", "churn %", "change 7 days", "change 30 days", "MRR", "MRR currency", "term ends",
    "renewal churn %",
    "tickets open", "tickets high", "last touch", "touched by", "said", "said by", "until",
    "reason", "arithmetic", "version", "as of",
)  # fmt: skip


def record(found: "AccountList") -> Record:
    """Everything shown, as JSON values."""
    currency = found.currency
    return {
        "as_of": date(found.as_of),
        "owner": found.owner,
        "owners": list(found.owners),
        "currency": currency,
        "capacity": found.capacity,
        "value": amount(found.counts.value_minor, currency),
        "counts": {
            "list": dict(found.counts.states),
            "leave_alone": found.counts.leave_alone,
            "let_go": found.counts.let_go,
            "unscored": dict(found.counts.unscored),
            "without_score": dict(found.counts.no_score),
        },
        "items": [line_record(line, currency) for line in found.lines],
        "leave_alone": [_left(one, currency) for one in found.leave_alone],
        "let_go": [_left(one, currency) for one in found.let_go],
        "unscored": [_unscored(one) for one in found.unscored],
        "by_hand": found.by_hand,
        "noise_floor": {"percent": str(found.floor_percent), "basis": found.floor_words},
        "freshness": [
            {
                "source": f.source,
                "table": f.table,
                "newest": date(f.latest_day),
                "days_behind": f.days_behind,
            }
            for f in found.fresh
        ],
    }


def line_record(line: "AccountLine", currency: str) -> Record:
    """One account of the list."""
    return {
        **_account(line.account),
        "for": line.holder,
        "state": line.state,
        "place": line.place,
        "why_now": line.reason,
        "step": _step(line.step, currency),
        "goal": line.goal,
        "cost": amount(line.cost_minor, currency),
        "hours": str(line.hours),
        "at_stake": amount(line.stake_minor, currency),
        "alternatives": [_step(one, currency) for one in line.others],
        "proposal": line.waiting,
        "said": _care(line.care),
        "version": line.care.version,
        "decided": line.way,
        "drawn": line.drawn,
    }


def _account(one: "Account") -> Record:
    score = one.score
    return {
        "account_id": one.account_id,
        "account_name": one.name,
        "owner": one.owner,
        "stage": one.stage,
        "stage_since": _day(one.since_day),
        "churn_percent": None if score is None else str(score.percent),
        "change_7": None if score is None else _change(score.week),
        "change_30": None if score is None else _change(score.month),
        "unscored_reason": one.unscored,
        "renews_on": None if one.renewal is None else date(one.renewal.day),
        "renewal_churn_percent": None if one.renewal is None else str(one.renewal.percent),
        "mrr": None if one.mrr_minor is None else amount(one.mrr_minor, one.mrr_currency),
        "term_ends": _day(one.renewal_day),
        "tickets_open": one.tickets_open,
        "tickets_high": one.tickets_high,
        "last_touch": None if one.touch is None else date(one.touch.day),
        "touched_by": "" if one.touch is None else one.touch.words,
    }


def _change(change: "ScoreChange | None") -> Record | None:
    """A change below the noise floor has no points, and says so by `real`."""
    if change is None:
        return None
    points = None if change.points is None else str(change.points)
    return {"since": date(change.since_day), "real": points is not None, "points": points}


def _step(step: "NextStep", currency: str) -> Record:
    return {
        "play": step.play,
        "net": _amount(step.nv_minor, currency),
        "low": _amount(step.q10_minor, currency),
        "high": _amount(step.q90_minor, currency),
        "words": step.words,
    }


def _care(care: "LatestFeedback") -> Record | None:
    if not care.kind:
        return None
    return {
        "kind": care.kind,
        "who": care.who,
        "reason": care.reason,
        "day": _day(care.day),
        "until": _day(care.until_day),
    }


def _left(one: "Left", currency: str) -> Record:
    return {
        **_account(one.account),
        "why": one.why,
        "arithmetic": one.arithmetic,
        "kept": _amount(one.kept_minor, currency),
    }


def _unscored(one: "Unscored") -> Record:
    return {**_account(one.account), "why": one.why}


def amount(minor: int, currency: str) -> Record:
    """Money as a program reads it."""
    return {"amount": _bare(minor, currency), "currency": currency}


def _amount(minor: int | None, currency: str) -> Record | None:
    return None if minor is None else amount(minor, currency)


def _day(day: int | None) -> str | None:
    return None if day is None else date(day)


def cells(found: "AccountList") -> list[list[str]]:
    """Every account shown as a row of cells in the order of `COLUMNS`."""
    rows = [_of_line(line, found.currency) for line in found.lines]
    for part, left in (("leave alone", found.leave_alone), ("let go", found.let_go)):
        rows += [
            {
                "part": part,
                **_of_account(one.account),
                "reason": one.why,
                "arithmetic": one.arithmetic,
            }
            for one in left
        ]
    rows += [
        {"part": "not judged", **_of_account(one.account), "reason": one.why}
        for one in found.unscored
    ]
    as_of = date(found.as_of)
    return [[{**row, "as of": as_of}.get(name) or "" for name in COLUMNS] for row in rows]


def _of_account(one: "Account") -> dict[str, str]:
    score, touch = one.score, one.touch
    return {
        "owner": one.owner,
        "account_id": one.account_id,
        "account": one.name,
        "stage": one.stage,
        "since": _day(one.since_day) or "",
        "term ends": _day(one.renewal_day) or "",
        "churn %": "" if score is None else f"{score.percent:.4f}",
        "change 7 days": _moved(score.week) if score else "",
        "change 30 days": _moved(score.month) if score else "",
        "renewal churn %": "" if one.renewal is None else f"{one.renewal.percent:.4f}",
        "MRR": _bare(one.mrr_minor, one.mrr_currency),
        "MRR currency": one.mrr_currency,
        "tickets open": str(one.tickets_open),
        "tickets high": str(one.tickets_high),
        "last touch": date(touch.day) if touch else "",
        "touched by": touch.words if touch else "",
        "reason": one.unscored,
    }


def _of_line(line: "AccountLine", currency: str) -> dict[str, str]:
    care, step = line.care, line.step
    others = [f"{called(o.play)} {_bare(o.nv_minor, currency)}" for o in line.others]
    return {
        **_of_account(line.account),
        "part": "list",
        "state": line.state.replace("_", " "),
        "place": "" if line.place is None else str(line.place),
        "for": line.holder,
        "why now": line.reason,
        "next step": called(step.play),
        "currency": currency,
        "net value": _bare(step.nv_minor, currency),
        "low": _bare(step.q10_minor, currency),
        "high": _bare(step.q90_minor, currency),
        "at stake": _bare(line.stake_minor, currency),
        "cost": _bare(line.cost_minor, currency),
        "hours": str(line.hours),
        "alternatives": "; ".join(others),
        "said": care.kind.replace("_", " "),
        "said by": care.who,
        "until": _day(care.until_day) or "",
        "reason": care.reason or line.way or line.account.unscored,
        "version": str(care.version),
    }


def _moved(change: "ScoreChange | None") -> str:
    if change is None:
        return ""
    return "no real change" if change.points is None else f"{change.points:.2f}"


def _bare(minor: int | None, currency: str) -> str:
    """An amount without its currency, with the decimals of the currency."""
    return "" if minor is None else f"{Money.from_minor(minor, currency).amount:f}"
