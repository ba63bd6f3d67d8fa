"""Where a shallow tree would cut: a proposal for the next version of the rules, for a person.

Each quarter a tree of at most five leaves is fitted to what became of the accounts by their
features as of the day they were assigned. It is never applied: its cuts are told in the language
of `policies/segments.yaml`, beside how well they and the rules of today tell churn apart.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tools.customers.features.definitions import definitions
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import pyarrow as pa

    from tools.customers.segments.rules import SegmentRules
    from tools.warehouse.engine import Engine

Floats = NDArray[np.float64]
MOST_LEAVES, LEAST_LEAF, LEAST_SHARE = 5, 150, 0.10
LEAST_EACH = 30
MOST_ROWS = 50_000
FOLDS = 5
PRIOR = 10.0
WORTH = 0.02
_Z90 = 1.6448536269514722
# What an account does; what it pays or announced is not behaviour, or is nearly the outcome.
_THEMES = {"usage", "support", "relationship"}


@dataclass(frozen=True)
class Leaf:
    """One group the tree would make: its rule, and of n accounts k left."""

    rule: str
    k: int
    n: int


@dataclass(frozen=True)
class Gain:
    """How much better than one rate churn is told: log loss on accounts not fitted, with 90 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SegmentProposal:
    """The cuts, or why there are none.

    Attributes:
        day: of the assignment whose outcomes are closed.
        tree: the gain of the proposed cuts.
        rules: the gain of the segments in force on the same accounts.
    """

    as_of: int
    day: int
    accounts: int
    events: int
    leaves: tuple[Leaf, ...]
    tree: Gain | None
    rules: Gain | None
    why: str

    @property
    def worth_it(self) -> bool:
        """Whether the cuts tell more than one rate, and more than the rules of today."""
        if self.tree is None or self.tree.value < WORTH or self.tree.low <= 0:
            return False
        return self.rules is None or self.tree.value > self.rules.value


def propose(
    as_of: int, engine: "Engine", rules: "SegmentRules", day: int, *, contractual: bool
) -> SegmentProposal:
    """Fit the tree to the churn of the accounts assigned on a day whose window is closed.

    Args:
        as_of: day number D; the window and the grace are over on D.
        engine: holds `outcome_spells`, made by `outcomes` of the same morning, `segment_history`
            (account_id, segment, day), and `past_features`: the columns of `features` as of
            `day`, and `day`.
        rules: for the windows.
        day: of the assignment.
        contractual: whether the company bills subscriptions, which have a grace.
    """
    windows = dict(rules.windows)
    rows = _rows(as_of, engine, day, windows["churn"], windows["grace"] if contractual else 0)
    left = np.asarray(rows["event"].to_pylist(), dtype=np.float64)
    events = int(left.sum())
    least = max(LEAST_LEAF, ceil(LEAST_SHARE * len(left)))
    if why := _too_few(len(left), events, least):
        return SegmentProposal(as_of, day, len(left), events, (), None, None, why)
    names, values = _features(rows)
    tree = _grown(values, left, least)
    leaves = _leaves(tree, names, values, left)
    if len(leaves) < 2:
        return SegmentProposal(
            as_of, day, len(left), events, (), None, None, "no cut tells them apart"
        )
    ours = _gain(left, _by_tree(values, left, least))
    assigned = rows["assigned"].to_pylist()
    theirs = _gain(left, _by_group(assigned, left)) if any(assigned) else None
    return SegmentProposal(as_of, day, len(left), events, leaves, ours, theirs, "")


def _rows(as_of: int, engine: "Engine", day: int, window: int, grace: int) -> "pa.Table":
    number = engine.run("SELECT COUNT(*) AS n FROM past_features WHERE day = $day", day=day)
    step = number.to_pylist()[0]["n"] // MOST_ROWS + 1
    text = read_sql(__package__, "proposal_rows")
    return engine.run(text, as_of=as_of, day=day, window=window, grace=grace, step=step)


def _too_few(accounts: int, events: int, least: int) -> str:
    if accounts < 2 * least or min(events, accounts - events) < LEAST_EACH:
        return (
            f"not enough closed outcomes: {accounts:,} accounts of which {events:,} left; wanted "
            f"are {2 * least:,}, and {LEAST_EACH} of each kind"
        )
    return ""


def _features(rows: "pa.Table") -> tuple[list[str], Floats]:
    """What the tree may look at: behaviour, where at least half of the accounts have it."""
    names, columns = [], []
    for one in definitions():
        if one.theme not in _THEMES or one.type not in {"bigint", "double"}:
            continue
        if one.name.endswith("_minor") or one.name not in rows.column_names:
            continue
        column = np.asarray([np.nan if v is None else float(v) for v in rows[one.name].to_pylist()])
        if np.isnan(column).mean() <= 0.5 and np.nanmin(column) < np.nanmax(column):
            names.append(one.name)
            columns.append(column)
    return names, np.column_stack(columns) if columns else np.zeros((rows.num_rows, 1))


def _grown(values: Floats, left: Floats, least: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415 - loads slowly, once a quarter

    tree = DecisionTreeClassifier(
        criterion="log_loss", max_leaf_nodes=MOST_LEAVES, min_samples_leaf=least, random_state=0
    )
    return tree.fit(values, left)


def _leaves(tree: Any, names: list[str], values: Floats, left: Floats) -> tuple[Leaf, ...]:
    """The leaves in words, riskiest first."""
    where = tree.apply(values)
    unknown = np.asarray(np.isnan(values).any(axis=0))
    found = []
    for node, path in _paths(tree.tree_):
        inside = where == node
        rule = _rule(path, names, unknown.tolist())
        found.append(Leaf(rule, int(left[inside].sum()), int(inside.sum())))
    return tuple(sorted(found, key=lambda leaf: (-leaf.k / leaf.n, leaf.rule)))


Cut = tuple[int, bool, float, bool]


def _paths(
    tree: Any, node: int = 0, path: tuple[Cut, ...] = ()
) -> list[tuple[int, tuple[Cut, ...]]]:
    """Every leaf with its cuts: (feature, at most?, threshold, whether unknown goes here)."""
    if tree.children_left[node] == tree.children_right[node]:
        return [(node, path)]
    feature, cut = int(tree.feature[node]), float(tree.threshold[node])
    unknown_left = bool(tree.missing_go_to_left[node])
    below = (*path, (feature, True, cut, unknown_left))
    above = (*path, (feature, False, cut, not unknown_left))
    return [
        *_paths(tree, int(tree.children_left[node]), below),
        *_paths(tree, int(tree.children_right[node]), above),
    ]


def _rule(path: tuple[Cut, ...], names: list[str], unknown: list[bool]) -> str:
    """The cuts as a condition of the rules' language; the tightest of each feature and side."""
    tightest: dict[tuple[int, bool], tuple[float, bool]] = {}
    for feature, below, cut, also_unknown in path:
        known = tightest.get((feature, below))
        if known is None or (cut < known[0]) == below:
            tightest[feature, below] = cut, also_unknown
    whole = {one.name for one in definitions() if one.type == "bigint"}
    parts = []
    for (feature, below), (cut, also_unknown) in sorted(tightest.items()):
        name = names[feature]
        shown = f"{int(np.floor(cut))}" if name in whole else f"{cut:.4g}"
        text = f"{name} {'<=' if below else '>'} {shown}"
        maybe = also_unknown and unknown[feature]
        parts.append(f"({text} or {name} is null)" if maybe else text)
    return " and ".join(parts)


def _by_tree(values: Floats, left: Floats, least: int) -> Floats:
    """Rates of accounts by the leaves of a tree grown on the others."""
    rates = np.zeros(len(left))
    for fold in range(FOLDS):
        test = np.arange(len(left)) % FOLDS == fold
        tree = _grown(values[~test], left[~test], max(least * (FOLDS - 1) // FOLDS, 1))
        rates[test] = _shrunk(
            tree.apply(values[~test]).tolist(), left[~test], tree.apply(values[test]).tolist()
        )
    return rates


def _by_group(groups: "Sequence[Hashable]", left: Floats) -> Floats:
    """Rates of accounts by their group, from the others of it."""
    rates = np.zeros(len(left))
    for fold in range(FOLDS):
        test = np.arange(len(left)) % FOLDS == fold
        train = [group for group, out in zip(groups, test, strict=True) if not out]
        asked = [group for group, out in zip(groups, test, strict=True) if out]
        rates[test] = _shrunk(train, left[~test], asked)
    return rates


def _shrunk(train: "Sequence[Hashable]", left: Floats, asked: "Sequence[Hashable]") -> Floats:
    """The rate of each group, drawn towards that of all by the weight of ten accounts."""
    pool = (left.sum() + 0.5) / (len(left) + 1)
    sums: dict[Hashable, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for group, event in zip(train, left.tolist(), strict=True):
        sums[group][0] += event
        sums[group][1] += 1
    rates = {g: (k + PRIOR * pool) / (n + PRIOR) for g, (k, n) in sums.items()}
    return np.asarray([rates.get(group, pool) for group in asked], dtype=np.float64)


def _gain(left: Floats, rates: Floats) -> Gain:
    """Relative gain in log loss over one rate."""
    pool = (left.sum() + 0.5) / (len(left) + 1)
    base = -(left * np.log(pool) + (1 - left) * np.log(1 - pool))
    own = -(left * np.log(rates) + (1 - left) * np.log(1 - rates))
    better = (base - own) / base.mean()
    half = _Z90 * float(better.std()) / len(left) ** 0.5
    middle = float(better.mean())
    return Gain(middle, middle - half, middle + half)
