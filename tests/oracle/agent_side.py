"""One morning of the agent in the current folder: what it might have done, and what it chose.

Run by path, in the folder of any version of the agent: it uses that version's code and nothing of
ours, so it names only what every version has. It knows no truth.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path

sys.path[0] = str(Path.cwd())

from datetime import UTC, date, datetime, time  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

from agent import choosing  # noqa: E402
from agent.run import open_day, run_day  # noqa: E402
from agent.wiring import open_deps, shifted_clock, system_clock  # noqa: E402
from approvals.queue import pending  # noqa: E402
from config.settings import read_settings  # noqa: E402
from tools.days import day_number  # noqa: E402
from tools.money import Money  # noqa: E402
from tools.roi.candidate import Candidate  # noqa: E402

if TYPE_CHECKING:
    from agent.day import Day
    from agent.wiring import Deps

HOUR = time(16, 30, tzinfo=UTC)
KEPT = ("account_id", "play", "goal", "segment", "nv_minor", "cost_minor", "hours", "p0_bp",
        "kept_minor", "revenue_minor", "interval_months")  # fmt: skip


def morning(home: Path, data: Path, mapping: Path, day: date) -> dict[str, Any]:
    """Run a day as a person would, and read from it what it had to choose from."""
    seconds = round((datetime.combine(day, HOUR) - system_clock()).total_seconds())
    settings = read_settings(home=home, data=data, mapping=mapping)
    with open_deps(settings, shifted_clock(seconds)) as deps:
        run_day(deps, day_number(day))
        return seen(deps, day_number(day))


def seen(deps: "Deps", as_of: int) -> dict[str, Any]:
    """Every eligible pair that policy lets be asked, the limits, and the queue of the day."""
    run = deps.store.runs.run_of(as_of)
    assert run is not None
    day = open_day(deps, as_of, run)
    every = day.morning.engine.run(
        "SELECT * FROM candidates WHERE play <> 'do_nothing' ORDER BY account_id, play"
    ) if day.morning.priced else None  # fmt: skip
    assert every is not None
    pairs = [Candidate(**row) for row in every.to_pylist()]
    scores = day.morning.engine.run("SELECT account_id, probability FROM scores").to_pylist()
    revenue = day.morning.engine.run("SELECT account_id, mrr_minor FROM roi_accounts").to_pylist()
    waiting = pending(deps.store.proposals, as_of)
    return {
        "day": as_of,
        "limits": _limits(day),
        "roles": {p.id: p.role for p in day.morning.priced.plays},
        "pairs": [_told(c) for c in _allowed(day, pairs)],
        "scores": {r["account_id"]: r["probability"] for r in scores},
        "mrr_minor": {r["account_id"]: r["mrr_minor"] for r in revenue},
        "queue": [_proposal(p) for p in waiting if p.as_of == as_of],
    }


def _allowed(day: "Day", pairs: list[Candidate]) -> list[Candidate]:
    """The pairs that may be asked whatever else the day brings."""
    day.__dict__["head"] = pairs
    background = day._background()
    plays = {play.id: play for play in day.morning.priced.plays}
    nothing = Money.from_minor(0, background.currency)
    judge: Any = choosing._judge
    return [c for c in pairs if not judge(c, plays, background, (), nothing).denied]


def _limits(day: "Day") -> dict[str, Any]:
    limits = day.day_limits
    return {
        "reviews": limits.reviews,
        "budget_minor": limits.budget_minor,
        "hours": {role: str(hours) for role, hours in limits.hours.items()},
        "per_play": dict(limits.per_play),
    }


def _told(candidate: Candidate) -> dict[str, Any]:
    told = {name: getattr(candidate, name, None) for name in KEPT}
    return {k: str(v) if isinstance(v, Decimal) else v for k, v in told.items()}


def _proposal(one: Any) -> dict[str, Any]:
    """What was promised of one proposal, and the known chance of its place where it has one."""
    nv = getattr(one, "value_minor", None)
    chance = getattr(one, "propensity", None)
    return {"account_id": one.account_id, "play": one.play, "nv_minor": nv,
            "chance": None if chance is None else float(chance)}  # fmt: skip


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    found = morning(
        Path(given["home"]), Path(given["data"]), Path(given["mapping"]),
        date.fromisoformat(given["day"]),
    )  # fmt: skip
    Path(given["out"]).write_text(json.dumps(found), encoding="utf-8")
