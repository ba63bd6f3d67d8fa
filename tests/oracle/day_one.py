"""`python -m tests.oracle.day_one --seeds 3 --mornings 4`: the agent's mornings against the truth.

Each morning is the whole agent's, in a home of its own, over a simulated company. `--tree` names
the folder of another version of the agent, `--before` of one to compare with.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.oracle.policies import Pair, by_rules, limits_of, oracle, pairs_of
from tests.oracle.reading import read_truth
from tests.oracle.values import Action, Economy, Worth, true_value
from tools.days import from_number
from tools.sources.simulated import simulate

if TYPE_CHECKING:
    from tests.oracle.world import Truth

FIRST, APART, MONTHS = date(2026, 6, 1), 28, 18
AGENT = Path(__file__).with_name("agent_side.py")
RETENTION = ("retention_", "success_", "concession_")
HEAD = (
    f"{'':16}{'places':>7}{'true value':>12}{'of oracle':>10}{'claimed':>12}"
    f"{'claimed/true':>13}{'wasted':>8}{'harmed':>8}"
)
# What a customer has decided is known to nobody, but an action on it no more meets a fresh draw.
TABLES = ("points", "points, decided", "shares", "shares, decided")
CHOICES = {"both": ("points", "shares"), "all": TABLES}


@dataclass
class Tally:
    """What one way of choosing came to, over all mornings."""

    places: int = 0
    claimed: float = 0.0
    true: float = 0.0
    retention: int = 0
    wasted: int = 0
    harmed: int = 0
    plays: "dict[str, list[float]]" = field(default_factory=dict)

    def add(self, play: str, claimed: float, worth: Worth) -> None:
        """Count one action."""
        self.places += 1
        self.claimed += claimed
        self.true += worth.net
        kind = play.startswith(RETENTION)
        self.retention += kind
        self.wasted += kind and worth.net < 0
        self.harmed += worth.gain < 0
        n, promised, true = self.plays.get(play, [0, 0.0, 0.0])
        self.plays[play] = [n + 1, promised + claimed, true + worth.net]


@dataclass(frozen=True)
class Study:
    """Where the worlds lie, which agents are asked, and of what size."""

    folder: Path
    trees: "dict[str, Path]"
    accounts: int
    tables: tuple[str, ...]


def day_of(number: int) -> date:
    """The nth morning."""
    return FIRST + timedelta(days=APART * number)


def make_world(study: Study, seed: int, number: int) -> Path:
    """The export of a morning and, beside it, the truth."""
    folder = study.folder / f"world-{seed}-{number}"
    simulate(
        folder, seed=seed, end=FIRST, until=day_of(number), accounts=study.accounts, months=MONTHS
    )
    return folder


def ask(tree: Path, home: Path, data: Path, day: date) -> dict[str, Any]:
    """What the agent of a tree saw and chose that morning."""
    out = home.with_suffix(".json")
    if out.exists():
        kept: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return kept
    given = {
        "home": str(home),
        "data": str(data),
        "day": day.isoformat(),
        "out": str(out),
        "mapping": str(tree / "tools" / "sources" / "simulated.yaml"),
    }
    return ask_agent(tree, given)


def ask_agent(tree: Path, given: "dict[str, Any]") -> dict[str, Any]:
    """What the agent of a tree answers, in a process of its own that has that tree's code."""
    out = Path(given["out"])
    asked = out.with_suffix(".asked")
    asked.write_text(json.dumps(given), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(AGENT), str(asked)],
        cwd=tree,
        check=False,
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        raise RuntimeError(f"the agent of {tree} failed: {ran.stderr[-2000:]}")
    seen: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return seen


def judge_morning(
    seen: "dict[str, dict[str, Any]]", truth: "Truth", table: str, tallies: "dict[str, Tally]"
) -> None:
    """Add what everybody's plan of one morning is truly worth."""
    economy = Economy()
    first = next(iter(seen.values()))
    day = from_number(first["day"])

    @cache
    def worth(account: str, play: str, cost: int) -> Worth:
        action = Action(account.partition(":")[2], play, day, cost / 100)
        return true_value(action, truth, table.partition(",")[0], economy, decided="," in table)

    def true(p: Pair) -> float:
        return worth(p.account_id, p.play, p.cost_minor).net

    plans: dict[str, list[tuple[Pair, float]]] = {}
    for name, one in seen.items():
        pairs = [p for p in pairs_of(one) if truth.knows(p.play)]
        known = {(p.account_id, p.play): p for p in pairs}
        plans[name] = [
            (known[q["account_id"], q["play"]], q["nv_minor"])
            for q in one["queue"]
            if (q["account_id"], q["play"]) in known
        ]
        drawn = {q["account_id"] for q in one["queue"] if q.get("drawn")}
        if drawn:
            plans[f"{name}, by value"] = [p for p in plans[name] if p[0].account_id not in drawn]
            plans[f"{name}, drawn"] = [p for p in plans[name] if p[0].account_id in drawn]
        best = oracle(pairs, limits_of(one), true)
        plans[f"oracle of {name}"] = [(p, 0.0) for p in best]
    pairs = [p for p in pairs_of(first) if truth.knows(p.play)]
    for name, plan in by_rules(pairs, limits_of(first)).items():
        plans[name] = [(p, 0.0) for p in plan]
    for name, chosen in plans.items():
        tally = tallies.setdefault(name, Tally())
        for p, claimed in chosen:
            tally.add(p.play, claimed / 100, worth(p.account_id, p.play, p.cost_minor))


def study_all(study: Study, seeds: int, mornings: int, first: int) -> "dict[str, dict[str, Tally]]":
    """Every morning of every seed, two at a time."""
    found: dict[str, dict[str, Tally]] = {table: {} for table in study.tables}
    jobs = [(seed, n) for seed in range(first, first + seeds) for n in range(mornings)]

    def morning(job: tuple[int, int]) -> tuple[Path, dict[str, dict[str, Any]]]:
        seed, n = job
        world = make_world(study, seed, n)
        homes = {name: study.folder / f"{name}-{seed}-{n}" for name in study.trees}
        return world, {
            name: ask(tree, homes[name], world, day_of(n)) for name, tree in study.trees.items()
        }

    with ThreadPoolExecutor(2) as pool:
        for world, seen in pool.map(morning, jobs):
            truth = read_truth(world.with_name(world.name + "_truth"), world)
            for table in study.tables:
                judge_morning(seen, truth, table, found[table])
    return found


def told(tallies: "dict[str, Tally]", table: str) -> str:
    """The table of one scale of effects."""
    best = tallies["oracle of agent"].true
    lines = [f"\neffects: {table}", HEAD]
    for name, t in tallies.items():
        own = tallies.get(f"oracle of {name}")
        share = t.true / (own.true if own else best)
        claim = f"{t.claimed:>12,.0f}{t.claimed / t.true:>13.2f}" if t.claimed else f"{'':25}"
        lines.append(
            f"{name:16}{t.places:>7}{t.true:>12,.0f}{share:>10.1%}{claim}"
            f"{t.wasted / max(1, t.retention):>8.0%}{t.harmed / max(1, t.places):>8.1%}"
        )
    lines.append(
        "by play of the agent: n, claimed, true, claimed/true, true per place"
        "; of the oracle: n, true per place"
    )
    oracles = tallies["oracle of agent"].plays
    agents = tallies["agent"].plays
    for play in sorted(agents.keys() | oracles.keys()):
        n, claimed, true = agents.get(play, [0, 0.0, 0.0])
        m, _, best = oracles.get(play, [0, 0.0, 0.0])
        ratio = claimed / true if true else float("nan")
        lines.append(
            f"  {play:20}{n:>6}{claimed:>12,.0f}{true:>12,.0f}{ratio:>8.2f}"
            f"{true / max(1, n):>9,.0f}   {m:>6}{best / max(1, m):>9,.0f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the study and print its tables."""
    ask_for = argparse.ArgumentParser(description=__doc__)
    ask_for.add_argument("--seeds", type=int, default=3)
    ask_for.add_argument("--first-seed", type=int, default=1)
    ask_for.add_argument("--mornings", type=int, default=4)
    ask_for.add_argument("--accounts", type=int, default=2000)
    ask_for.add_argument("--tree", type=Path, default=Path.cwd())
    ask_for.add_argument("--before", type=Path)
    ask_for.add_argument("--table", choices=(*TABLES, *CHOICES), default="both")
    ask_for.add_argument("--folder", type=Path, help="Keep what the agent saw, and read it again.")
    given = ask_for.parse_args()
    trees = {"agent": given.tree.resolve()}
    if given.before:
        trees["before"] = given.before.resolve()
    tables = CHOICES.get(given.table) or (given.table,)
    with tempfile.TemporaryDirectory() as folder:
        study = Study(given.folder or Path(folder), trees, given.accounts, tables)
        found = study_all(study, given.seeds, given.mornings, given.first_seed)
    print(
        f"{given.seeds} seeds from {given.first_seed}, {given.mornings} mornings, "
        f"{given.accounts} accounts, {given.tree}"
    )
    for table in tables:
        print(told(found[table], table))


if __name__ == "__main__":
    main()
