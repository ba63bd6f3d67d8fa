"""What a backtest can and cannot say, in sentences."""

from typing import TYPE_CHECKING

from tools.days import from_number

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tools.reports.backtest.model import BacktestWeek
    from tools.reports.backtest.score_quality import ScoreQuality

SURPRISING = 3.0


def notes_of(
    weeks: "Sequence[BacktestWeek]", quality: "ScoreQuality | None", present: "Collection[str]"
) -> tuple[str, ...]:
    """What to know of these figures first."""
    closed = [one for one in weeks if one.closed]
    found = []
    if "contacts" not in present:
        found.append(
            "There are no contacts, so nobody could be reached and nothing be queued; "
            "map the contacts of your CRM."
        )
    found += _of_outcomes(weeks, closed, quality)
    for reason in dict.fromkeys(one.missing for one in weeks if one.missing):
        n = sum(one.missing == reason for one in weeks)
        found.append(f"On {n} of {len(weeks)} mornings there was no churn score: {reason}.")
    return tuple(found)


def _of_outcomes(
    weeks: "Sequence[BacktestWeek]",
    closed: "Sequence[BacktestWeek]",
    quality: "ScoreQuality | None",
) -> list[str]:
    if not closed or quality is None:
        words = "the outcome of none of these mornings is known; look back over more weeks"
        return [f"Not enough data yet: {words}."]
    last = from_number(closed[-1].as_of)
    found = [f"Outcomes are known of {len(closed)} of {len(weeks)} mornings, the last of {last}."]
    if quality.thin:
        found.append(f"Not enough data yet: {quality.lost} losses are too few to judge the score.")
    elif abs(quality.z) > SURPRISING:
        more = "more" if quality.z > 0 else "fewer"
        found.append(
            f"The score is off: {quality.lost} accounts were lost, {more} than the "
            f"{quality.promised:.0f} it expected."
        )
    return found


EFFECTS = (
    "Whether any of these actions would have helped: none was done, and there was no control "
    "group. The figures of money are promises by your own assumptions about the effects of plays "
    "and about margins; after going live the control group measures them."
)
RULES = (
    "Whether this agent beats the other rules in money: all are counted in the same promises, so "
    "a rule that chooses by them cannot look worse. The accounts lost among the chosen show who "
    "finds leavers, not who keeps them."
)
REST = (
    "How caps and rest days bind: nothing was sent in these weeks, so your own actions stood in "
    "no way. The other rules ignore consent, caps, tickets and hours altogether. At risk by score "
    "takes two mornings, so the first one has fewer."
)
REVIEWERS = "What your reviewers would have refused or edited, and how long they take."


def limits_of(weeks: "Sequence[BacktestWeek]") -> tuple[str, ...]:
    """What no look back can say, because nothing was done and no control group was drawn."""
    queued = any(one.proposals for one in weeks)
    return (EFFECTS, RULES, REST, REVIEWERS) if queued else (EFFECTS, REVIEWERS)
