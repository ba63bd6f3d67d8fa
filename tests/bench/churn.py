"""How good the churn score is on simulated companies whose truth is known.

`python -m tests.bench.churn 500:2 2000:7` prints, for each size and seed, the rung in force, its
figures and those of a small boosting machine on the same rows and folds, how many promotions
outcomes at random got (`--permuted 20`), and how many of those at risk by score are of the true top
tenth. LightGBM is used where somebody installed it, else scikit-learn's.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import date
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from agent.facts import read_company
from agent.morning import Morning
from agent.run import open_morning
from agent.wiring import open_deps
from config.settings import Settings
from tools.customers.churn import choose_definition, decide, metrics, observe, snapshot_days
from tools.customers.churn.evaluate import walk
from tools.customers.churn.results import RUNGS, WalkForward, result
from tools.customers.churn.training_data import Observed, Rows, first_fact_day
from tools.sources.simulated import simulate

END = date(2026, 11, 2)
AT_RISK = 0.9  # rank from which policies/stages.yaml flags an account
TRUE_CHANCES = """
WITH live AS (
  SELECT * FROM read_parquet($spells) WHERE started < $day AND (ended IS NULL OR ended >= $day)
),
due AS (
  SELECT l.account_id, l.started + to_months(CAST(k * l.interval_months AS INT)) AS day
  FROM live AS l, unnest(range(1, 60)) AS terms(k)
)
SELECT 'simulated:' || d.account_id AS account_id, max(m.hazard) AS chance
FROM due AS d JOIN read_parquet($months) AS m ON m.account_id = d.account_id
  AND date_trunc('month', d.day) = date_trunc('month', m.month)
WHERE d.day >= $day AND d.day < $day + INTERVAL 30 DAY GROUP BY ALL
"""
Floats = NDArray[np.float64]


@contextmanager
def opened(folder: Path, accounts: int, seed: int) -> Iterator[Morning]:
    """The morning after the history of a simulated company, read into a home of its own."""
    data = folder / "data"
    simulate(data, seed=seed, end=END, accounts=accounts)
    mapping = Path(str(files("tools.sources"))) / "simulated.yaml"
    with open_deps(Settings(home=folder / "home", data=data, mapping=mapping)) as deps:
        day = deps.day(END.isoformat())
        read_company(day, deps)
        yield open_morning(deps, day)


def observed(morning: Morning) -> Observed:
    """The snapshots a model of that morning learns from."""
    definition = choose_definition(morning.world)
    first = first_fact_day(morning.world, definition)
    days = snapshot_days(first, definition, morning.as_of)
    return observe(morning.open, definition, days, morning.as_of)


def challenger() -> tuple[str, Any]:
    """A small boosting machine, LightGBM's if it is there."""
    if find_spec("lightgbm"):
        from lightgbm import LGBMClassifier  # type: ignore[import-not-found]  # noqa: PLC0415 - not a dependency

        return "lightgbm", LGBMClassifier(
            n_estimators=300,
            learning_rate=0.03,
            num_leaves=8,
            deterministic=True,
            force_row_wise=True,
            n_jobs=1,
            verbose=-1,
        )
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - where the other is absent

    return "histogram boosting", HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=8, random_state=0
    )


def challenged(seen: Observed, walked: WalkForward) -> tuple[str, Floats, Floats]:
    """The machine's name, the outcomes, and its chances on the rows and folds of a walk."""
    name, machine = challenger()
    told = []
    for test in walked.tests:
        train: Rows = seen.rows(seen.closed(test.day), test.day)
        told.append(machine.fit(train.x, train.y).predict_proba(test.rows.x)[:, 1])
    return name, np.concatenate([t.rows.y for t in walked.tests]), np.concatenate(told)


def permuted(seen: Observed, seed: int) -> Observed:
    """The same rows, the outcomes of each snapshot dealt out anew."""
    rng, dealt = np.random.default_rng(seed), copy(seen)
    order = {day: rng.permutation(len(s.account_ids)) for day, s in seen.snapshots.items()}
    dealt.outcomes = {(k, day): y[order[day]] for (k, day), y in seen.outcomes.items()}
    return dealt


def at_risk(morning: Morning, truth: Path) -> tuple[int, float]:
    """How many are at risk by score, and the share of them that is in the true top tenth."""
    _ = morning.scored
    rows = morning.engine.run("SELECT account_id, risk_rank FROM scores ORDER BY account_id")
    given = {
        "spells": str(truth / "truth_spells.parquet"),
        "day": END,
        "months": str(truth / "truth_months.parquet"),
    }
    chances = dict(duckdb.connect().execute(TRUE_CHANCES, given).fetchall())
    ids = rows["account_id"].to_pylist()
    truly = np.array([chances.get(a, 0.0) for a in ids])
    flagged = np.array([(r or 0.0) >= AT_RISK for r in rows["risk_rank"].to_pylist()])
    top = np.zeros(len(ids), bool)
    top[np.argsort(-truly, kind="stable")[: max(1, len(ids) // 10)]] = True
    return int(flagged.sum()), float(top[flagged].mean())


def judge(accounts: int, seed: int, draws: int, folder: Path) -> None:
    """Print the figures of one company."""
    with opened(folder, accounts, seed) as morning:
        seen, known = observed(morning), morning.as_of
        walked = walk(seen, known)
        chosen = decide(walked)
        print(f"{accounts}:{seed} {chosen.rung}{', thin evidence' if chosen.thin else ''}")
        for rung in (r for r in RUNGS if walked.shared(r)):
            found = result(rung, walked.shared(rung))
            auc = found.auc or 0.0
            print(f"  {rung:18} AUC {auc:.4f} Brier {found.brier:.5f} lost {found.positives}")
        name, y, p = challenged(seen, walked)
        print(f"  {name:18} AUC {metrics.auc(y, p) or 0:.4f} Brier {metrics.brier(y, p):.5f}")
        n, share = at_risk(morning, folder / "data_truth")
        print(f"  at risk by score: {n}, of the true top tenth: {share:.2f}")
        dealt = [decide(walk(permuted(seen, s), known)) for s in range(draws)]
        if dealt:
            print(f"  on permuted outcomes: {dict(Counter(_said(d.rung, d.thin) for d in dealt))}")


def _said(rung: str, thin: bool) -> str:
    return f"{rung}, thin" if thin else rung if rung == "none" else f"{rung} PROMOTED"


def main(arguments: Sequence[str]) -> None:
    """Judge the companies named as accounts:seed."""
    draws = int(arguments[arguments.index("--permuted") + 1]) if "--permuted" in arguments else 0
    for named in (a for a in arguments if ":" in a):
        accounts, seed = (int(part) for part in named.split(":"))
        with tempfile.TemporaryDirectory() as folder:
            judge(accounts, seed, draws, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
