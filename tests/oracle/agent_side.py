"""A morning or a week of the agent in the current folder: what it might do, chose and did.

Run by path, in the folder of any version of the agent: it uses that version's code and nothing of
ours, so it names only what every version has. It knows no truth.
"""

import json
import sys
from copy import copy
from decimal import Decimal
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from agent import choosing, run
from agent.dispatching import open_executor
from agent.wiring import open_deps, shifted_clock, system_clock
from approvals import envelope, staff
from approvals.queue import pending
from approvals.request import Actor, Seen, Wish
from config.settings import read_settings
from tools.days import day_number
from tools.errors import LifecycleError
from tools.money import Money
from tools.roi.candidate import Candidate

if TYPE_CHECKING:
    from agent.day import Day
    from agent.wiring import Deps
    from config.settings import Settings

Given = dict[str, Any]
HOUR = time(16, 30, tzinfo=UTC)
PEOPLE = (("robin@company.example", "admin"), ("sam@company.example", "approver-2"))
OTHERWISE = 0.75
KEPT = ("account_id", "play", "goal", "segment", "nv_minor", "cost_minor", "hours", "p0_bp",
        "p0_ppm", "likeness",
        "kept_minor", "revenue_minor", "interval_months")  # fmt: skip


def morning(given: "Given") -> dict[str, Any]:
    """Run a day as a person would, and read from it what it had to choose from."""
    day = date.fromisoformat(given["day"])
    with open_deps(settings_of(given), shifted_clock(shift(day))) as deps:
        return seen(deps, run_and_keep(deps, day_number(day)))


def settings_of(given: "Given") -> "Settings":
    """The installation a study asks about, live: what leaves in a dry run has no effect to learn.

    Its ways out are folders all the same.
    """
    names = ("home", "data", "mapping", "policies")
    live = {
        "live": True,
        "secret": "the simulated company's own secret, long enough",
        "sender_address": "us@company.example",
    }
    return read_settings(**live, **{name: Path(given[name]) for name in names if name in given})


def run_and_keep(deps: "Deps", as_of: int) -> "Day":
    """Run a day and keep its numbers; of one that was done before, work them out again."""
    kept: list[Day] = []
    opened = run.open_day

    def keeping(*given: Any, **more: Any) -> "Day":
        kept.append(opened(*given, **more))
        return kept[-1]

    run.open_day = keeping
    run.run_day(deps, as_of)
    run.open_day = opened
    ran = deps.store.runs.run_of(as_of)
    assert ran is not None
    return kept[-1] if kept else opened(deps, as_of, ran)


def seen(deps: "Deps", day: "Day") -> dict[str, Any]:
    """Every eligible pair that policy lets be asked, the limits, and the queue of the day."""
    as_of = day.as_of
    every = (
        day.morning.engine.run(
            "SELECT * FROM candidates WHERE play <> 'do_nothing' ORDER BY account_id, play"
        )
        if day.morning.priced
        else None
    )
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
        "effects": [_effect(e) for e in getattr(day.morning.priced, "effects", ())],
    }


def _allowed(day: "Day", pairs: list[Candidate]) -> list[Candidate]:
    """The pairs that may be asked whatever else the day brings."""
    anew = copy(day)
    given = {name: value for name, value in vars(day).items() if name.startswith("_")}
    anew.__dict__.clear()  # of what was worked out for the head alone
    anew.__dict__.update({**given, "morning": day.morning, "head": pairs})
    plays = {play.id: play for play in day.morning.priced.plays}
    background = _background(anew, pairs, {play.id: play.channel for play in plays.values()})
    nothing = Money.from_minor(0, background.currency)
    judge: Any = getattr(choosing, "judge_candidate", None) or vars(choosing)["_judge"]
    return [c for c in pairs if not judge(c, plays, background, (), nothing).denied]


def _background(day: Any, pairs: list[Candidate], channels: dict[str, str]) -> Any:
    """What policy asks about; versions that drew nothing by lot knew the people of the head."""
    if not hasattr(day, "_people"):
        return day._background()
    day.__dict__["_channels"] = channels
    return day._background(pairs, day._people(pairs))


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
    """What was promised of one proposal, and whether it was drawn to learn from."""
    drawn = getattr(envelope, "drawn_to_learn", None)
    return {
        "account_id": one.account_id,
        "play": one.play,
        "nv_minor": one.value_minor,
        "drawn": bool(drawn and drawn(one)),
    }


def _effect(one: Any) -> dict[str, Any]:
    """What the agent believes of one play in one segment, where it says so."""
    told: dict[str, Any] = {name: getattr(one, name) for name in ("play", "segment", "source")}
    return told | {name: float(getattr(one, name)) for name in ("mean", "sd", "n")}


def shift(day: date) -> int:
    """The seconds by which a clock must be put forward to live in an afternoon."""
    return round((datetime.combine(day, HOUR) - system_clock()).total_seconds())


def week(given: "Given") -> dict[str, Any]:
    """Run the morning, decide what waits, and carry out what was agreed, that day and the next.

    The reviewers' taste is told from outside; they know no effect.
    """
    day = date.fromisoformat(given["day"])
    settings = settings_of(given)
    with open_deps(settings, shifted_clock(shift(day))) as deps:
        found: dict[str, Any] = seen(deps, run_and_keep(deps, day_number(day)))
        found["decided"] = decide(deps, day_number(day), given["taste"])
        open_executor(deps).dispatch()
    with open_deps(settings, shifted_clock(shift(day + timedelta(days=1)) - 5400)) as deps:
        open_executor(deps).dispatch()
        actions = deps.store.gate.read(lambda tx: tx.actions.everything())
    found["actions"] = [
        {
            "account_id": a.account_id,
            "play": a.play,
            "day": a.day,
            "status": a.status,
            "detail": a.detail,
        }
        for a in actions
    ]
    return found


def decide(deps: "Deps", as_of: int, taste: dict[str, float]) -> dict[str, int]:
    """Approve or reject everything that waits, by a lot that follows each reviewer's taste."""
    told: Counter[str] = Counter()
    for one in pending(deps.store.proposals, as_of):
        lot = int.from_bytes(sha256(f"{as_of} {one.account_id} {one.play}".encode()).digest()[:4])
        likes = taste.get(one.account_id.partition(":")[2], OTHERWISE)
        told[_decided(deps, one, yes=lot / 2**32 < likes)] += 1
    return dict(told)


def people_of(deps: "Deps") -> list[Actor]:
    """Two people, since above a threshold two must agree."""
    found = []
    for mailbox, role in PEOPLE:
        one: Any = deps.store.people.by_mailbox(mailbox)
        one = one or staff.add(deps.gate, staff.OPERATOR, mailbox, mailbox, role)  # type: ignore[arg-type]  # one of its words
        found.append(Actor(one.id, one.role, "web"))
    return found


def _decided(deps: "Deps", one: Any, *, yes: bool) -> str:
    people = people_of(deps)
    try:
        for person in people if yes else people[:1]:
            now = deps.store.gate.read(lambda tx: tx.asked.get(one.id))
            if now.status != "pending":
                break
            look = Seen(now.id, now.version, now.shown, 60)
            wish = Wish("approve", look) if yes else Wish("reject", look, reason="known_better")
            deps.gate.decide(person, wish)
    except LifecycleError as error:
        return f"refused: {error}"[:80]
    return "approved" if yes else "rejected"


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answer = week(asked) if "taste" in asked else morning(asked)
    Path(asked["out"]).write_text(json.dumps(answer), encoding="utf-8")
