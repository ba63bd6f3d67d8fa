"""What is associated with an account's risk: themes up and down, their features, and the change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tools.customers.churn.population import inputs, themes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tools.customers.churn.model import ChurnModel
    from tools.warehouse.asof.world import World

UP, DOWN = 3, 2  # themes shown
SHOWN = 2  # features shown in a theme
TOLD = "(NOT logit IS NULL OR NOT points IS NULL)"  # now, or at the end of a term


@dataclass(frozen=True)
class DriverFeature:
    """One feature of a driver; `peer` is the median of all scored accounts."""

    feature: str
    value: float | None
    peer: float | None
    points: float
    change: float | None

    @property
    def text(self) -> str:
        """The feature in words."""
        return f"{self.feature} {_plain(self.value)} (median {_plain(self.peer)})"


@dataclass(frozen=True)
class ThemeShare:
    """A theme's share of the score, in log-odds (points of the rule), and its leading features.

    Correlated features split their credit by accident, so the theme is summed before it is shown.
    """

    theme: str
    points: float
    change: float | None
    details: tuple[DriverFeature, ...]

    @property
    def text(self) -> str:
        """One sentence that claims no cause, without points: they are no part of a percentage."""
        way = "higher" if self.points > 0 else "lower"
        details = "; ".join(d.text for d in self.details)
        return f"{self.theme}: associated with {way} risk{self._moved}: {details}"

    @property
    def _moved(self) -> str:
        if not self.change:
            return ""
        return f", {'more' if self.change > 0 else 'less'} of it than at the last score"


@dataclass(frozen=True)
class Drivers:
    """Up to three themes that raise and two that lower the risk of one account.

    `total_change` is the change of the whole score since the last one, intercept included.
    """

    account_id: str
    up: tuple[ThemeShare, ...]
    down: tuple[ThemeShare, ...]
    total_change: float | None


def peers(world: "World", model: "ChurnModel") -> dict[str, float | None]:
    """The median of each of the model's features among the scored accounts."""
    used = [i for i in inputs() if i.name in model.scorer.features]
    if not used:
        return {}
    medians = ", ".join(f"MEDIAN({i.sql()}) AS {i.name}" for i in used)
    sql = (
        f"SELECT {medians} FROM features WHERE account_id IN "
        f"(SELECT account_id FROM scores WHERE {TOLD})"
    )
    found: dict[str, float | None] = world.engine.run(sql).to_pylist()[0]
    return found


def drivers(
    world: "World",
    model: "ChurnModel",
    account_ids: "Iterable[str]",
    *,
    before: str | None = None,
    medians: "Mapping[str, float | None] | None" = None,
) -> dict[str, Drivers]:
    """The drivers of some scored accounts, by account.

    `before` names a relation with an earlier day's scores (of any model); the changes of the
    contributions add up to the change of the score. Accounts without a score are left out.
    """
    if not model.scorer.terms:
        return {}
    asked = pa.table({"account_id": pa.array(sorted(set(account_ids)), pa.string())})
    world.engine.put("churn_asked", asked)
    known = peers(world, model) if medians is None else medians
    old = _before(world, before) if before else {}
    rows = world.engine.run(_sql(model)).to_pylist()
    return {r["account_id"]: _drivers(r, model, known, old.get(r["account_id"])) for r in rows}


def _sql(model: "ChurnModel") -> str:
    used = [i for i in inputs() if i.name in model.scorer.features]
    columns = "".join(f", s.c_{i.name} AS c_{i.name}, f.{i.name} AS {i.name}" for i in used)
    return (
        f"SELECT s.account_id AS account_id, s.intercept AS intercept{columns} "
        "FROM (SELECT account_id FROM churn_asked) AS a "
        f"INNER JOIN scores AS s ON s.account_id = a.account_id AND {TOLD} "
        "INNER JOIN features AS f ON f.account_id = a.account_id ORDER BY s.account_id"
    )


def _before(world: "World", relation: str) -> dict[str, dict[str, Any]]:
    """Earlier contributions; only scored rows can be compared."""
    table = world.engine.run(
        f"SELECT s.* FROM {relation} AS s INNER JOIN churn_asked AS a "
        f"ON a.account_id = s.account_id WHERE {TOLD}"
    )
    return {r["account_id"]: r for r in table.to_pylist()}


def _drivers(
    row: "Mapping[str, Any]",
    model: "ChurnModel",
    medians: "Mapping[str, float | None]",
    old: "Mapping[str, Any] | None",
) -> Drivers:
    if old is not None and old["tier"] != model.tier:
        old = None  # points of a rule and log-odds cannot be subtracted
    details = [_detail(row, name, medians.get(name), old) for name in model.scorer.features]
    found = [d for d in _themes(details) if d.points]
    up = sorted((d for d in found if d.points > 0), key=lambda d: (-d.points, d.theme))
    down = sorted((d for d in found if d.points < 0), key=lambda d: (d.points, d.theme))
    return Drivers(row["account_id"], tuple(up[:UP]), tuple(down[:DOWN]), _total_change(row, old))


def _detail(
    row: "Mapping[str, Any]", name: str, peer: float | None, old: "Mapping[str, Any] | None"
) -> DriverFeature:
    points = row[f"c_{name}"]
    change = None if old is None else points - (old.get(f"c_{name}") or 0.0)
    value = None if row[name] is None else float(row[name])
    return DriverFeature(name, value, peer, points, change)


def _themes(details: "Sequence[DriverFeature]") -> list[ThemeShare]:
    groups: dict[str, list[DriverFeature]] = {}
    for detail in details:
        groups.setdefault(themes()[detail.feature], []).append(detail)
    return [_driver(theme, group) for theme, group in sorted(groups.items())]


def _driver(theme: str, group: "Sequence[DriverFeature]") -> ThemeShare:
    points = sum(d.points for d in group)
    changes = [d.change for d in group if d.change is not None]
    same = [d for d in group if d.points * points > 0]
    leading = sorted(same, key=lambda d: (-abs(d.points), d.feature))[:SHOWN]
    return ThemeShare(theme, points, sum(changes) if changes else None, tuple(leading))


def _total_change(row: "Mapping[str, Any]", old: "Mapping[str, Any] | None") -> float | None:
    if old is None:
        return None
    parts = [row, old]
    now, then = (
        sum(v or 0.0 for k, v in p.items() if k == "intercept" or k.startswith("c_")) for p in parts
    )
    return float(now - then)


def _plain(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
