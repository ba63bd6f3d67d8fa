"""The steps from found to done as figures, and who is behind them."""

from typing import TYPE_CHECKING

from tools.days import from_number
from tools.document.model import Figure, words

if TYPE_CHECKING:
    from tools.document.model import Part
    from tools.reports.agent_activity.measure import AgentActivity

NOW = frozenset({"waiting", "under_way"})
# Which proposals are behind a step, or what was said of an account; each row is one of them.
MEMBERS = {
    "queued": "SELECT account_id, proposal FROM work_proposals "
    "WHERE created_day >= {first} AND created_day < {end}",
    "approved": "SELECT account_id, proposal FROM work_actions "
    "WHERE status <> 'revoked' AND approved_day >= {first}",
    "held_out": "SELECT account_id, proposal FROM work_actions "
    "WHERE status = 'held_out' AND status_day >= {first}",
    "sent": "SELECT account_id, proposal FROM work_actions "
    "WHERE status = 'sent' AND status_day >= {first}",
    **{
        f"care.{kind}": "SELECT account_id, CONCAT('#', CAST(seq + 1 AS TEXT)) AS proposal FROM "
        "(SELECT account_id, seq, kind, day, LEAD(kind) OVER (PARTITION BY account_id ORDER BY "
        f"seq) AS next FROM work_care) AS s WHERE kind = '{kind}' "
        "AND COALESCE(next, '') <> 'open' AND day >= {first}"
        for kind in ("claim", "done", "snooze", "not_useful")
    },
}


def span_of(work: "AgentActivity") -> str:
    """The days as the last part of an id."""
    return f"{from_number(work.first_day)}.{from_number(work.as_of - 1)}"


def stage_id(work: "AgentActivity", stage: str) -> str:
    """The id of a step's figure: of these very days, or of this morning."""
    return f"work.{stage}" if stage in NOW else f"work.{stage}.{span_of(work)}"


def count_of(work: "AgentActivity", name: str) -> Figure:
    """How many came to a step."""
    return Figure(
        stage_id(work, name),
        work.stage(name).n,
        "count",
        drill=name in MEMBERS,
        closed=name not in NOW,
    )


def worth_of(work: "AgentActivity", name: str, currency: str) -> Figure:
    """What was promised of them."""
    stage = work.stage(name)
    return Figure(
        f"{stage_id(work, name)}.worth",
        stage.minor or 0,
        "money",
        currency,
        n=stage.n,
        closed=name not in NOW,
    )


def cells(work: "AgentActivity", name: str, currency: str) -> "tuple[Part, Part]":
    """A step's number and its worth, where it has one."""
    priced = work.stage(name).minor is not None
    return count_of(work, name), worth_of(work, name, currency) if priced else words("")
