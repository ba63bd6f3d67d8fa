"""The tree's proposal: finds a planted cut, never a made-up one, and always the same."""

import random
import re
from typing import Any

import pyarrow as pa
import pytest

from tests.customers.segments.company import POLICY, policy
from tools.customers.features.definitions import definitions
from tools.customers.segments.parse import parse_segments
from tools.customers.segments.proposal import MOST_LEAVES, SegmentProposal, propose
from tools.warehouse.engine import DuckEngine

D = 20_000
DAY = D - 104
_ARROW = {"bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(), "text": pa.string()}
FEATURES = pa.schema(
    [("account_id", pa.string()), ("day", pa.int32()), ("active", pa.bool_())]
    + [(f.name, _ARROW[f.type]) for f in definitions()]
)
SPELLS = pa.schema([("account_id", pa.string()), ("from_day", pa.int32()), ("to_day", pa.int32())])
HISTORY = pa.schema([("account_id", pa.string()), ("segment", pa.string()), ("day", pa.int32())])


def accounts(number: int, seed: int = 5, gap: float = 0.5) -> list[dict[str, Any]]:
    """Accounts with noise; of those with a usage trend up to .6, the share `gap` more leaves."""
    rng, made = random.Random(seed), []
    for n in range(number):
        trend = rng.uniform(0, 2)
        chance = 0.15 + (gap if trend <= 0.6 else 0)
        made.append(
            {
                "account_id": f"a{n:05}",
                "usage_trend": trend,
                "tickets_28": rng.randrange(5),
                "events_28": rng.randrange(300),
                "tenure_days": rng.randrange(90, 900),
                "left": rng.random() < chance,
                "segment": rng.choice(("Declining", "Durable core")),
            }
        )
    return made


def proposed(
    made: list[dict[str, Any]], as_of: int = D, *, contractual: bool = True
) -> SegmentProposal:
    engine = DuckEngine(threads=1)
    rows = [{**row, "day": DAY} for row in made]
    engine.put("past_features", pa.Table.from_pylist(rows, schema=FEATURES))
    spells = [
        {
            "account_id": row["account_id"],
            "from_day": DAY - 200,
            "to_day": DAY + 40 if row["left"] else 1_000_000,
        }
        for row in made
    ]
    engine.put("outcome_spells", pa.Table.from_pylist(spells, schema=SPELLS))
    engine.put("segment_history", pa.Table.from_pylist(rows, schema=HISTORY))
    return propose(as_of, engine, policy(), DAY, contractual=contractual)


def test_a_planted_cut_is_found() -> None:
    made = accounts(1500)
    found = proposed(made)
    assert (found.accounts, found.events) == (1500, sum(row["left"] for row in made))
    assert found.worth_it
    assert found.tree is not None
    assert found.rules is not None
    assert found.tree.value > 0.1
    assert found.rules.value < 0.01
    cuts = [
        float(c) for leaf in found.leaves for c in re.findall(r"usage_trend <= ([\d.]+)", leaf.rule)
    ]
    assert any(abs(cut - 0.6) < 0.03 for cut in cuts)


def test_the_rules_are_a_partition_in_the_language_of_the_file() -> None:
    """Run as rules over the same accounts, each rule holds for exactly its leaf's accounts."""
    made = [
        row | {"tickets_28": None} if n % 7 == 0 else row for n, row in enumerate(accounts(900))
    ]
    for row in made:
        row["left"] = row["left"] or (row["tickets_28"] is not None and row["tickets_28"] >= 4)
    found = proposed(made)
    assert 2 <= len(found.leaves) <= MOST_LEAVES
    assert sum(leaf.n for leaf in found.leaves) == 900
    assert sum(leaf.k for leaf in found.leaves) == found.events
    engine = DuckEngine(threads=1)
    engine.put("features", pa.Table.from_pylist(made, schema=FEATURES))
    for leaf in found.leaves:
        (number,) = engine.run(f"SELECT COUNT(*) AS n FROM features WHERE {leaf.rule}")["n"]
        assert number.as_py() == pytest.approx(leaf.n, abs=1)  # four digits of a cut are shown
        assert leaf.n >= 150


def test_the_rules_can_be_written_into_the_file() -> None:
    found = proposed(
        [row | {"tickets_28": None} if n % 7 == 0 else row for n, row in enumerate(accounts(900))]
    )
    text = POLICY.read_text(encoding="utf-8")
    old = "rule: active\n        needs: [active]"
    assert old in text
    for leaf in found.leaves:
        parse_segments(
            text.replace(old, f"rule: {leaf.rule}\n        needs: [usage_trend]", 1), "t"
        )


def test_chance_is_no_proposal() -> None:
    found = proposed(accounts(1200, gap=0.0))
    assert not found.worth_it
    assert not found.why


@pytest.mark.parametrize(
    ("made", "as_of"),
    [([], D), (accounts(1), D), (accounts(290), D), (accounts(900), D - 1),
     ([row | {"left": False} for row in accounts(900)], D)],
    ids=["empty", "one account", "too few", "not yet closed", "nobody left"],
)  # fmt: skip
def test_says_when_there_are_not_enough_closed_outcomes(
    made: list[dict[str, Any]], as_of: int
) -> None:
    found = proposed(made, as_of)
    assert found.why.startswith("not enough closed outcomes")
    assert not found.leaves
    assert not found.worth_it


def test_without_a_contract_there_is_no_grace() -> None:
    assert not proposed(accounts(900), D - 14, contractual=False).why
    assert proposed(accounts(900), D - 15, contractual=False).why


def test_the_order_of_rows_changes_nothing() -> None:
    made = accounts(700)
    shuffled = random.Random(1).sample(made, len(made))
    assert proposed(made) == proposed(shuffled)
