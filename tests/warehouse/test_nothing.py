"""A query over nothing is not run: it is told from its text, and its columns are the same."""

from pathlib import Path

import pytest

from tests.facts import MemoryManifest, fact, land
from tools.customers.features import make_features
from tools.warehouse.asof.world import open_world
from tools.warehouse.dataset import Dataset
from tools.warehouse.engine import DuckEngine
from tools.warehouse.nothing import reading_of
from tools.warehouse.sql import Parameter, compile_sql

WAYS = {
    "SELECT x FROM a": ["a"],
    "SELECT a.x FROM a JOIN b ON a.i = b.i LEFT JOIN c ON c.i = a.i": ["a", "b"],
    "SELECT a.x FROM a RIGHT JOIN b ON a.i = b.i": ["b"],
    "SELECT a.x FROM a FULL JOIN b ON a.i = b.i": ["ab"],
    "SELECT x FROM a ANTI JOIN b ON a.i = b.i": ["a"],
    "SELECT x FROM a UNION ALL SELECT x FROM b": ["ab"],
    "WITH t AS (SELECT x FROM a), u AS (SELECT t.x FROM t, b) SELECT x FROM u": ["a", "b"],
    "WITH RECURSIVE t AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM t) SELECT x FROM t": [],
    "SELECT COUNT(*) AS n FROM a": [],
    "SELECT MAX(x) AS n FROM a GROUP BY y": ["a"],
    "SELECT COUNT(*) AS n FROM a GROUP BY ALL": [],
    "SELECT y, COUNT(*) AS n FROM a GROUP BY ROLLUP (y)": [],
    "SELECT ROW_NUMBER() OVER (ORDER BY x) AS n, SUM(x) OVER (PARTITION BY y) AS s FROM a": ["a"],
    "SELECT SUM(MAX(x)) OVER () AS n FROM a": [],
    "SELECT COUNT(*) AS n FROM a GROUP BY ()": [],
    "SELECT COUNT(*) AS n FROM a GROUP BY GROUPING SETS ((y), ())": [],
    "SELECT x FROM (SELECT COUNT(*) AS x FROM a) AS t": [],
    "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b)": ["a"],
    "SELECT 1 AS x": [],
}  # fmt: skip


@pytest.mark.parametrize("text", WAYS)
def test_the_ways_to_have_no_row(text: str) -> None:
    assert {frozenset(way) for way in WAYS[text]} == set(reading_of(text).ways)


@pytest.mark.parametrize("text", WAYS)
def test_a_query_has_no_row_in_each_of_its_ways(text: str) -> None:
    for way in reading_of(text).ways:
        engine = Planning()
        for name in "abc":
            engine.create(name, f"SELECT 1 AS i, 1 AS x, 1 AS y WHERE {name not in way}")
        assert engine.run(text).num_rows == 0


class Shown(DuckEngine):
    """An engine that shows its relations, and how many tables it made without planning."""

    unplanned = 0

    def _replace(self, kind: str, name: str, body: str) -> int:
        self.unplanned += body.startswith("(")
        return super()._replace(kind, name, body)

    @property
    def relations(self) -> dict[str, str]:
        """Each relation with its columns and their types."""
        return {name: self._described(name) for name in sorted(self._kinds)}


class Planning(Shown):
    """An engine that plans every query, also of nothing."""

    def create(self, name: str, sql: str, **parameters: Parameter) -> None:
        """Keep a query's answer."""
        self._replace("TABLE", name, f"AS {compile_sql(sql, self.dialect, **parameters)}")


FACTS = {
    "none": {},
    "accounts": {"accounts": [fact("accounts", 90, account_ref="c:A", name="A")]},
    "bills": {
        "accounts": [fact("accounts", 90, account_ref="c:A", name="A")],
        "contacts": [fact("contacts", 91, contact_ref="c:1", account_ref="c:A", email="a@a.fr")],
        "subscriptions": [fact("subscriptions", 92, subscription_ref="c:S", account_ref="c:A",
                               mrr_minor=100, currency="EUR", interval_months=1, started_day=92)],
    },
}  # fmt: skip


@pytest.mark.parametrize("company", FACTS)
def test_every_relation_of_a_world_has_the_columns_and_rows_it_is_planned_with(
    company: str, tmp_path: Path
) -> None:
    dataset = Dataset(tmp_path, MemoryManifest())
    land(100, FACTS[company], dataset)
    planned, *counted = (Planning(threads=1), Shown(threads=1), Shown(threads=1))
    for engine in (planned, *counted):
        make_features(open_world(100, engine, dataset))

    assert planned.relations == counted[0].relations == counted[1].relations
    for name in planned.relations:
        rows = [
            sorted(map(repr, e.run(f"SELECT * FROM {name}").to_pylist()))
            for e in (planned, *counted)
        ]
        assert rows[0] == rows[1] == rows[2]
    assert counted[1].unplanned >= 15
