"""Snapshots: features as of a day and outcomes as known on a later day, with an embargo between."""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tools.customers.churn.population import at_risk, inputs, leads, learned_from
from tools.errors import BadInput
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from tools.customers.churn.definition import ChurnDefinition
    from tools.customers.churn.terms import Columns
    from tools.warehouse.asof.world import World

    Floats = NDArray[np.float64]
    Names = NDArray[np.str_]

EVERYBODY = "g"  # above every hexadecimal digit


@dataclass(frozen=True)
class Rows:
    """Labelled rows: one account at one snapshot. `x` has a column per feature, NaN if missing."""

    features: tuple[str, ...]
    days: "NDArray[np.int64]"
    accounts: "Names"
    x: "Floats"
    y: "Floats"

    @property
    def positives(self) -> int:
        """How many were lost."""
        return int(self.y.sum())

    @property
    def lost(self) -> int:
        """How many accounts were lost: one before the end of a term is so in several rows."""
        return len(np.unique(self.accounts[self.y == 1]))

    def columns(self) -> "Columns":
        """The features by name."""
        return {name: self.x[:, i] for i, name in enumerate(self.features)}

    def where(self, keep: "NDArray[np.bool_]") -> "Rows":
        """The rows for which `keep` is true."""
        part = (self.days[keep], self.accounts[keep], self.x[keep], self.y[keep])
        return Rows(self.features, *part)

    def thinned(self, most: int) -> "Rows":
        """At most about `most` rows: whole accounts, chosen by the hash of their id."""
        if len(self.y) <= most:
            return self
        return self.where(self._hashes() < cut_for(most / len(self.y)))

    def fold(self, k: int, most: int) -> "tuple[NDArray[np.bool_], NDArray[np.int64]]":
        """At most about `most` rows, and one of k folds for each: whole accounts, by their hash."""
        hashes = self._hashes()
        last = np.array([int(h[-4:], 16) % k for h in hashes], dtype=np.int64)
        return hashes < cut_for(most / max(1, len(self.y))), last

    def _hashes(self) -> "Names":
        unique, inverse = np.unique(self.accounts, return_inverse=True)
        return np.array([_hash(a) for a in unique], dtype=np.str_)[inverse]


@dataclass(frozen=True)
class Snapshot:
    """The accounts at risk on a day and their features, in the order of `account_ids`."""

    day: int
    account_ids: "Names"
    x: "Floats"


@dataclass
class Observed:
    """Snapshots, and the outcomes of each as they were known on later days."""

    definition: "ChurnDefinition"
    features: tuple[str, ...]
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    outcomes: dict[tuple[int, int], "Floats"] = field(default_factory=dict)

    def closed(self, known: int) -> list[int]:
        """The snapshots whose outcome window, grace included, is over on the morning of `known`."""
        return [day for day in sorted(self.snapshots) if day + self.definition.span_days <= known]

    def rows(self, days: "Iterable[int]", known: int) -> Rows:
        """The rows of snapshots with the outcomes known on a day.

        Raises:
            BadInput: an outcome window is still open on that day: the embargo forbids the row.
        """
        chosen = list(days)
        if early := [d for d in chosen if d + self.definition.span_days > known]:
            raise BadInput(
                f"outcomes of snapshot {max(early)} are not known on day {known}: "
                f"its window ends {max(early) + self.definition.span_days - known} days later"
            )
        return _stack(
            self.features, [self.snapshots[d] for d in chosen], self._labels(chosen, known)
        )

    def _labels(self, days: "Sequence[int]", known: int) -> list["Floats"]:
        return [self.outcomes[(known, day)] for day in days]


def _stack(
    features: tuple[str, ...], parts: "Sequence[Snapshot]", labels: "Sequence[Floats]"
) -> Rows:
    if not parts:
        empty = np.empty((0, len(features)))
        return Rows(features, np.empty(0, np.int64), np.empty(0, np.str_), empty, np.empty(0))
    rows = Rows(
        features,
        np.concatenate([np.full(len(s.account_ids), s.day, np.int64) for s in parts]),
        np.concatenate([s.account_ids for s in parts]),
        np.concatenate([s.x for s in parts]),
        np.concatenate(labels),
    )
    return rows.where(~np.isnan(rows.y))  # an account merged away later has no outcome


def cut_for(share: float) -> str:
    """The hash below which a share of all accounts lies."""
    return EVERYBODY if share >= 1 else f"{int(share * 16**8):08x}"


def _hash(account: str) -> str:
    return hashlib.md5(account.encode(), usedforsecurity=False).hexdigest()[:8]


def observe(
    worlds: "Callable[[int], World]",
    definition: "ChurnDefinition",
    days: "Iterable[int]",
    as_of: int,
    *,
    most_accounts: int = 20_000,
    since: int | None = None,
) -> Observed:
    """Read snapshots of `days` and their outcomes as known on each later one and on `as_of`.

    Every world is opened once, in order of time; none before `since`, the first day on which any
    account may be known. Of more than `most_accounts` at risk a deterministic share is read.
    """
    grid = sorted({d for d in days if d <= as_of})
    seen = Observed(definition, tuple(i.name for i in inputs()))
    widest = "0"
    for day in sorted({*grid, as_of}):
        if since is not None and day < since:
            widest = _see_nobody(seen, day, widest, counts=day in grid)
            continue
        world = worlds(day)
        widest = _read_outcomes(world, seen, widest)
        if day in grid:
            cut = _cut(world, definition, most_accounts)
            widest = max(widest, cut)
            seen.snapshots[day] = read_snapshot(world, definition, cut)
    return seen


def _see_nobody(seen: Observed, day: int, widest: str, *, counts: bool) -> str:
    """What a world without accounts would tell: of nobody nothing, and nobody is left out."""
    for past in seen.closed(day):
        seen.outcomes[(day, past)] = np.empty(0)
    if counts:
        nobody = np.empty(0, np.str_)
        seen.snapshots[day] = Snapshot(day, nobody, np.empty((0, len(seen.features))))
    return EVERYBODY if counts else widest


def _cut(world: "World", definition: "ChurnDefinition", most: int) -> str:
    sql = f"SELECT COUNT(*) AS n FROM features WHERE {at_risk(definition)}"
    n = world.engine.run(sql)["n"][0].as_py()
    return cut_for(most / n) if n else EVERYBODY


def read_snapshot(world: "World", definition: "ChurnDefinition", cut: str = EVERYBODY) -> Snapshot:
    """The accounts that can be lost as of the world's day, with their features."""
    columns = ", ".join(f"{i.sql()} AS {i.name}" for i in inputs())
    table = world.engine.run(
        f"SELECT account_id AS account_id, {columns} FROM features "
        f"WHERE {at_risk(definition)} AND ({learned_from(definition)}) "
        "AND SUBSTR(MD5(account_id), 1, 8) < $cut",
        cut=cut,
    )
    ids = np.array(table["account_id"].to_pylist(), dtype=np.str_)
    order = np.argsort(ids, kind="stable")
    x = [table[i.name].to_numpy(zero_copy_only=False).astype(np.float64) for i in inputs()]
    return Snapshot(world.as_of, ids[order], np.column_stack(x)[order])


def _read_outcomes(world: "World", seen: Observed, cut: str) -> str:
    """Keep the outcomes of every closed snapshot as this world knows them."""
    days = seen.closed(world.as_of)
    if days:
        table = outcomes(world, seen.definition, days, cut, _windows(seen, days))
        told = np.array(table["snapshot"].to_numpy())
        ids = np.array(table["account_id"].to_pylist(), dtype=np.str_)
        churned = table["churned"].to_numpy().astype(np.float64)
        for day in days:
            at = told == day
            wanted = seen.snapshots[day].account_ids
            seen.outcomes[(world.as_of, day)] = _aligned(wanted, ids[at], churned[at])
    return cut


WINDOWS = pa.schema([("snapshot", pa.int32()), ("account_id", pa.string()), ("days", pa.int32())])


def _windows(seen: Observed, days: "Sequence[int]") -> pa.Table:
    """The rows whose window is no horizon but lasts until their term has ended."""
    parts = [_terms_of(seen, seen.snapshots[day]) for day in days]
    return pa.concat_tables([WINDOWS.empty_table(), *parts])


def _terms_of(seen: Observed, snapshot: "Snapshot") -> pa.Table:
    ahead = leads(seen.definition, dict(zip(seen.features, snapshot.x.T, strict=True)))
    binds = ~np.isnan(ahead)
    table = {
        "snapshot": np.full(int(binds.sum()), snapshot.day, np.int32),
        "account_id": snapshot.account_ids[binds].tolist(),
        "days": (ahead[binds] + 1).astype(np.int32),
    }
    return pa.table(table, schema=WINDOWS)


def outcomes(
    world: "World",
    definition: "ChurnDefinition",
    days: "Sequence[int]",
    cut: str = EVERYBODY,
    windows: pa.Table | None = None,
) -> pa.Table:
    """(snapshot, account_id, churned) of every account, by what the world knows, NULL if it cannot.

    `windows` gives the days of those whose window is not the horizon.

    Raises:
        BadInput: the window of a snapshot is still open on the world's day.
    """
    if max(days) + definition.span_days > world.as_of:
        raise BadInput(
            f"outcomes of snapshot {max(days)} are not known on day {world.as_of}: "
            f"wait until {max(days) + definition.span_days}"
        )
    world.engine.put("churn_snapshots", pa.table({"day": pa.array(days, pa.int32())}))
    if definition.contractual:
        world.engine.put("churn_windows", WINDOWS.empty_table() if windows is None else windows)
        sql = read_sql(__package__, "labels_contractual")
        window = {"horizon": definition.horizon_days, "grace": definition.grace_days}
        return world.engine.run(sql, cut=cut, as_of=world.as_of, **window)
    sql = read_sql(__package__, "labels_silence")
    return world.engine.run(
        sql, cut=cut, horizon=definition.horizon_days, activity=definition.activity
    )


def _aligned(wanted: "Names", ids: "Names", values: "Floats") -> "Floats":
    if not len(ids):
        return np.full(len(wanted), np.nan)
    order = np.argsort(ids, kind="stable")
    at = np.minimum(np.searchsorted(ids[order], wanted), len(ids) - 1)
    found = order[at]
    return np.where(ids[found] == wanted, values[found], np.nan)


def first_fact_day(world: "World", definition: "ChurnDefinition") -> int | None:
    """The first day on which the definition's table says anything."""
    table, column = ("recurring_revenue", "from_day")
    if not definition.contractual:
        column = "issued_day" if definition.activity == "invoices" else "day"
        table = definition.activity or "usage"
    found = world.engine.run(f"SELECT MIN({column}) AS day FROM {table}")["day"][0].as_py()
    return None if found is None else int(found)


def snapshot_days(
    first: int | None, definition: "ChurnDefinition", as_of: int, *, every: int = 28, most: int = 12
) -> list[int]:
    """A grid of snapshots that ends with the last closed one and leaves `every` days to warm up."""
    last = as_of - definition.span_days
    if first is None:
        return []
    return sorted(range(last, max(first + every, last - every * most + 1) - 1, -every))
