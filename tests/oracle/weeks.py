"""`python -m tests.oracle.weeks --seeds 3 --weeks 26`: the whole agent in a world that answers.

One morning a week is lived through: ten would cost ten times as much. What reviewers approve and
the executor carries out changes the company's future (`simulate(deeds=…)`); reviewers prefer
customers in good health; data come late (events and tickets by the simulator, and every eighth
export not at all); the simulator's seasons turn. Printed is what the queue is truly worth as a
share of what an oracle makes of the same options, early and late, what the effects the agent has
learned say of the true ones, and what the company earns with the agent and without it.
"""

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.oracle.day_one import Tally, ask_agent, judge_morning
from tests.oracle.reading import read_truth
from tests.oracle.world import month_of
from tools.sources.simulated import AHEAD, SimulatedPlay, simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.oracle.world import Truth

FIRST, MONTHS = date(2026, 6, 1), 18
TABLE = "shares"
LATE_EVERY, LATE_AT = 8, 5
FOND, WARY = 0.9, 0.6
Z90 = 1.645


@dataclass(frozen=True)
class Company:
    """One simulated company and the agent that works for it."""

    folder: Path
    tree: Path
    seed: int
    accounts: int
    policies: Path | None = None


@dataclass
class Lived:
    """What became of a company: a tally for each week, the deeds, and the agent's last beliefs."""

    weeks: "list[dict[str, Tally]]" = field(default_factory=list)
    deeds: "list[SimulatedPlay]" = field(default_factory=list)
    effects: "list[dict[str, Any]]" = field(default_factory=list)
    segments: "dict[tuple[str, str], list[str]]" = field(default_factory=dict)
    mrr: tuple[float, float] = (0.0, 0.0)


def live(
    company: Company, weeks: int, agent: "Callable[[Path, dict[str, Any]], dict[str, Any]]"
) -> Lived:
    """Live through the weeks, one morning in each; `agent` answers for a tree what it is asked."""
    lived = Lived()
    for week in range(weeks):
        day = FIRST + timedelta(days=7 * week)
        if week % LATE_EVERY != LATE_AT:
            export(company, day, lived.deeds)
        truth = read_truth(company.folder / "truth", company.folder / "data")
        seen = agent(company.tree, asked_of(company, day, taste_of(truth, day)))
        tallies: dict[str, Tally] = {}
        judge_morning({"agent": seen}, truth, TABLE, tallies)
        lived.weeks.append(tallies)
        note_deeds(lived, seen)
    lived.mrr = (earned(company, weeks, lived.deeds), earned(company, weeks, ()))
    return lived


def export(company: Company, day: date, deeds: "Sequence[SimulatedPlay]") -> None:
    """Write what the company's systems hold that morning, after what was done so far."""
    simulate(
        company.folder / "data",
        seed=company.seed,
        end=FIRST,
        until=day,
        months=MONTHS,
        accounts=company.accounts,
        truth_folder=company.folder / "truth",
        deeds=deeds,
    )


def taste_of(truth: "Truth", day: date) -> dict[str, float]:
    """How gladly reviewers say yes: they know their customers and like those that do well."""
    found = {}
    for name, account in truth.accounts.items():
        month = account.months.get(month_of(day))
        found[name] = FOND if month is not None and month.health > 0 else WARY
    return found


def asked_of(company: Company, day: date, taste: dict[str, float]) -> dict[str, Any]:
    """What the agent is asked for one week."""
    given = {
        "home": company.folder / "home",
        "data": company.folder / "data",
        "day": day,
        "mapping": company.tree / "tools" / "sources" / "simulated.yaml",
        "out": company.folder / "out.json",
    }
    if company.policies is not None:
        given["policies"] = company.policies
    return {name: str(value) for name, value in given.items()} | {"taste": taste}


def note_deeds(lived: Lived, seen: dict[str, Any]) -> None:
    """Remember what was carried out, and in which of the agent's segments."""
    segments = {p["account_id"]: p["segment"] for p in seen["pairs"]}
    known = {(d.account_id, d.play, d.day) for d in lived.deeds}
    for action in seen["actions"]:
        name, day = action["account_id"].partition(":")[2], from_day(action["day"])
        if action["status"] == "sent" and (name, action["play"], day) not in known:
            lived.deeds.append(SimulatedPlay(name, action["play"], day))
            segment = segments.get(action["account_id"], "")
            lived.segments.setdefault((action["play"], segment), []).append(name)
    lived.effects = seen["effects"]


def from_day(number: int) -> date:
    """The date of a day number."""
    return date(1970, 1, 1) + timedelta(days=number)


def earned(company: Company, weeks: int, deeds: "Sequence[SimulatedPlay]") -> float:
    """What the company earns a month at the end, by the draws it has."""
    last = min(FIRST + timedelta(days=7 * weeks + 60), FIRST + timedelta(days=AHEAD))
    folder = company.folder / "end"
    simulate(
        folder,
        seed=company.seed,
        end=FIRST,
        until=last,
        months=MONTHS,
        deeds=deeds,
        accounts=company.accounts,
        truth_folder=company.folder / "end_truth",
    )
    truth = read_truth(company.folder / "end_truth", folder)
    before = last - timedelta(days=1)
    paid = [a.line(before) for a in truth.accounts.values() if a.spell(before)]
    return sum(line.mrr for line in paid if line is not None)


def share(lived: "Sequence[Lived]", first: int, last: int) -> str:
    """What the queue was worth in some weeks, of what an oracle makes of the same options."""
    agent = oracle = claimed = 0.0
    for one in lived:
        for tallies in one.weeks[first - 1 : last]:
            agent += tallies["agent"].true
            claimed += tallies["agent"].claimed
            oracle += tallies["oracle of agent"].true
    if not oracle:
        return f"weeks {first}-{last}: nothing to do"
    ratio = claimed / agent if agent else float("nan")
    return (
        f"weeks {first}-{last}: true {agent:,.0f} of the oracle's {oracle:,.0f}, "
        f"{agent / oracle:.1%}; claimed/true {ratio:.2f}"
    )


def covered(lived: "Sequence[Lived]", truth: "Truth") -> tuple[int, int]:
    """How many 90 % intervals of learned effects hold the true effect on those it was done to."""
    held = asked = 0
    for one in lived:
        for effect in one.effects:
            done = one.segments.get((effect["play"], effect["segment"]), [])
            if effect["n"] <= 0 or not done:
                continue
            true = sum(main_share(truth, name, effect["play"]) for name in done) / len(done)
            asked += 1
            held += abs(true - effect["mean"]) <= Z90 * effect["sd"]
    return held, asked


def main_share(truth: "Truth", account: str, play: str) -> float:
    """The share of the outcome a play is for."""
    known = truth.accounts.get(account)
    effects = truth.effects(TABLE, play, known.segment) if known else ()
    wanted = "renewal" if play.startswith(("ret", "suc", "con")) else ""
    named = [e for e in effects if (e.outcome == "renewal") == bool(wanted)]
    return named[0].share if named else 0.0


def main() -> None:
    """Live through the weeks of every seed and print what came of them."""
    ask_for = argparse.ArgumentParser(description=__doc__)
    ask_for.add_argument("--seeds", type=int, default=3)
    ask_for.add_argument("--first-seed", type=int, default=1)
    ask_for.add_argument("--weeks", type=int, default=26)
    ask_for.add_argument("--accounts", type=int, default=2000)
    ask_for.add_argument("--tree", type=Path, default=Path.cwd())
    given = ask_for.parse_args()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        companies = [
            Company(Path(folder) / str(seed), given.tree.resolve(), seed, given.accounts)
            for seed in range(given.first_seed, given.first_seed + given.seeds)
        ]
        for company in companies:
            company.folder.mkdir()
        lived = list(pool.map(lambda company: live(company, given.weeks, ask_agent), companies))
        coverage = [
            covered([one], read_truth(c.folder / "truth", c.folder / "data"))
            for one, c in zip(lived, companies, strict=True)
        ]
    print(
        f"{given.seeds} seeds from {given.first_seed}, {given.weeks} weeks, "
        f"{given.accounts} accounts, {given.tree}"
    )
    told(lived, given.weeks, coverage)


def told(lived: "Sequence[Lived]", weeks: int, coverage: "Sequence[tuple[int, int]]") -> None:
    """Print what came of it."""
    print(share(lived, 1, min(4, weeks)))
    if weeks >= 26:
        print(share(lived, 19, 26))
    print(share(lived, 1, weeks))
    held, asked = (sum(part) for part in zip(*coverage, strict=True))
    print(
        f"90 % intervals of learned effects that hold the truth: {held} of {asked}"
        if asked
        else "no effect has been learned from outcomes yet"
    )
    print(f"carried out: {sum(len(one.deeds) for one in lived)}")
    with_, without = (sum(one.mrr[i] for one in lived) for i in (0, 1))
    print(
        f"a month's revenue two months later: {with_:,.0f} with the agent, {without:,.0f} "
        f"without, {with_ - without:+,.0f}"
    )


if __name__ == "__main__":
    main()
