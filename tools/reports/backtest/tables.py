"""The tables of a backtest, once for the terminal and the page."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tools.figures import fixed, percent
from tools.reports.accounts.format import called

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_KNOWN = "not known yet"
PROMISED = (
    "Promised is what the best play for each chosen account is worth by your own assumptions; it "
    "is no measurement. The health scorecard gives a point each for falling use, two weeks of "
    "silence, an urgent ticket, an overdue bill and a renewal within 90 days."
)


@dataclass(frozen=True)
class BacktestTable:
    """A title, columns, rows of text as long as the columns, and sentences below.

    All columns but the first are set to the right.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def tables_of(told: "Mapping[str, Any]") -> tuple[BacktestTable, ...]:
    """The tables of a record, in order of reading."""
    made = [_score(told), _calibration(told), _rules(told), _plays(told), _load(told), _weeks(told)]
    return tuple(table for table in made if table is not None)


def headline(told: "Mapping[str, Any]") -> str:
    """What was looked at, in one sentence."""
    weeks = told["weeks"]
    return (
        f"{len(weeks)} mornings, a week apart, from {weeks[0]['day']} to {weeks[-1]['day']}, each "
        "with what was known on it; nothing was sent and nothing of it is kept."
    )


def _number(value: float | None, places: int = 3) -> str:
    return NOT_KNOWN if value is None else f"{fixed(value, places)}"


def _whole_money(text: str, currency: str) -> str:
    return f"{fixed(Decimal(text), 0):,} {currency}"


def _score(told: "Mapping[str, Any]") -> BacktestTable | None:
    score = told["score"]
    if score is None:
        return None
    base, better = (
        score["brier_of_base_rate"],
        "better" if score["brier"] < score["brier_of_base_rate"] else "no better",
    )
    rows = (
        ("accounts with a known outcome", f"{score['accounts']:,}"),
        ("lost", f"{score['lost']:,} ({percent(score['lost'] / score['accounts'])})"),
        ("expected by the score", f"{fixed(score['expected'], 1):,}"),
        ("AUC (0.5 is chance)", _number(score["auc"])),
        ("Brier score (lower is better)", _number(score["brier"], 4)),
        ("the same if everybody had the base rate", f"{_number(base, 4)}, so {better}"),
        ("calibration error", _number(score["ece"], 4)),
        (f"lift among the {told['capacity']} riskiest a morning", _lift(score)),
    )
    notes = (told["definition"],) if told["definition"] else ()
    return BacktestTable("The churn score against what happened", ("", ""), rows, notes)


def _lift(score: "Mapping[str, Any]") -> str:
    if score["lift_at_capacity"] is None:
        return NOT_KNOWN
    return (
        f"{fixed(score['lift_at_capacity'], 1)} times chance, "
        f"{fixed(score['lost_at_capacity'], 1)} lost a morning"
    )


def _calibration(told: "Mapping[str, Any]") -> BacktestTable | None:
    if told["score"] is None or told["score"]["thin"]:
        return None
    rows = tuple(
        (
            f"{number}",
            f"{one['accounts']:,}",
            percent(one["expected"] / one["accounts"]),
            percent(one["lost"] / one["accounts"]),
            f"{one['lost']:,}",
        )
        for number, one in enumerate(told["score"]["groups"], 1)
    )
    columns = ("group, least risk first", "accounts", "expected lost", "lost", "number lost")
    return BacktestTable("Calibration", columns, rows)


def _rules(told: "Mapping[str, Any]") -> BacktestTable:
    rows = tuple(
        (
            one["rule"],
            f"{one['accounts_a_morning']:g}",
            _whole_money(one["promised_a_morning"], told["currency"]),
            _lost(one),
        )
        for one in told["rules"]
    )
    notes = (PROMISED,)
    columns = ("rule", "accounts a morning", "promised a morning", "of them lost since")
    return BacktestTable("Against simpler rules, at the same capacity", columns, rows, notes)


def _lost(one: "Mapping[str, Any]") -> str:
    n = one["chosen_with_known_outcome"]
    if one["lost_since"] is None or not n:
        return ""
    return f"{one['lost_since']} of {n:,} ({percent(one['lost_since'] / n)})"


def _plays(told: "Mapping[str, Any]") -> BacktestTable:
    rows = tuple(
        (
            called(one["play"]),
            one["role"],
            f"{one['proposals']:,}",
            f"{one['a_morning']:g}",
            f"{one['hours_a_morning']:g}",
            _whole_money(one["promised"], told["currency"]),
        )
        for one in told["plays"]
    )
    columns = ("play", "role", "proposals", "a morning", "hours a morning", "promised in all")
    notes = () if rows else ("Nothing would have been queued.",)
    return BacktestTable("What would have been queued", columns, rows, notes)


def _load(told: "Mapping[str, Any]") -> BacktestTable:
    load = told["load"]
    rows = (
        ("proposals to look at", f"{load['proposals_a_morning']:g}, at most {load['most']}"),
        (
            f"for each of {load['reviewers']} reviewers"
            if load["reviewers"] > 1
            else "for the one reviewer",
            f"{load['for_each_reviewer']:g}",
        ),
        ("the limit", f"{load['capacity']}"),
        *(
            (f"hours of {one['role']}", f"{one['a_morning']:g} of {one['available']:g}")
            for one in load["hours"]
        ),
    )
    return BacktestTable("Work on a morning", ("", ""), rows)


def _weeks(told: "Mapping[str, Any]") -> BacktestTable:
    rows = tuple(
        (
            one["day"],
            f"{one['scored']:,}",
            one["tier"],
            _auc(one),
            f"{one['proposals']}",
            f"{one['refused']:,}",
            _whole_money(one["promised"], told["currency"]),
        )
        for one in told["weeks"]
    )
    columns = ("morning", "scored", "model", "AUC", "queued", "refused", "promised")
    return BacktestTable("Morning by morning", columns, rows)


def _auc(week: "Mapping[str, Any]") -> str:
    if not week["outcomes_known"]:
        return "open"
    score = week["score"]
    return "" if score is None or score["auc"] is None else _number(score["auc"], 2)
