"""A whole morning on DuckDB and on Spark: every cell of every statement's answer is equal.

Doubles too, to the last bit: sums are of integers, and what is divided or exponentiated comes out
the same on both, so no tolerance is needed anywhere.
"""

from pathlib import Path

import pytest
import sqlglot

from tests.spark.conftest import Proof
from tests.spark.morning import STEPS
from tests.spark.pair import Compared

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]

TOOLS = Path(__file__).parents[2] / "tools"
CALCULATORS = ("warehouse", "customers", "roi", "reports")
FINAL = (
    "accounts", "contacts", "deals", "usage", "messages", "tickets", "subscriptions", "invoices",
    "subscription_spans", "recurring_revenue", "purchases", "mails",
    "campaigns", "merges", "refusals", "contact_account", "features",
    "scores", "timeline",
    "roster", "transition_inserts", "transition_supersedes", "touched", "segments",
    "candidates", "unpriced", "left_alone", "account_base", "account_lines",
    "retention_members", "revenue_mrr", "roi_last_paid", "audit_hit",
)  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_every_cell_of_a_step_is_equal(proof: Proof, step: str) -> None:
    done = [each for each in proof.log if each.step == step]

    assert [(each.relation, each.fault) for each in done if each.fault] == []
    assert sum(each.cells for each in done) > 500


@pytest.mark.parametrize("relation", FINAL)
def test_the_relation_was_compared_with_rows_in_it(proof: Proof, relation: str) -> None:
    assert max(each.rows for each in proof.log if each.relation == relation) > 0


def test_a_million_cells_were_compared(proof: Proof) -> None:
    assert sum(each.cells for each in proof.log) > 1_000_000


def test_two_worker_processes_did_all_the_work(proof: Proof) -> None:
    workers = {name: tasks for name, tasks in proof.tasks.items() if name != "driver"}

    assert len(workers) == 2
    assert min(workers.values()) > 100
    assert proof.tasks["driver"] == 0


def test_every_query_of_the_calculators_was_among_them(proof: Proof) -> None:
    files = [path for part in CALCULATORS for path in sorted((TOOLS / part).rglob("*.sql"))]

    assert len(files) > 80
    assert [str(path.relative_to(TOOLS)) for path in files if not ran(path, proof.log)] == []


def ran(path: Path, log: tuple[Compared, ...]) -> bool:
    """Whether a file was run as a query, its columns filled in, or as a part of one."""
    parts = path.read_text(encoding="utf-8").split("$columns")
    if any(all(part in each.sql for part in parts) for each in log):
        return True
    try:
        tree = sqlglot.parse_one(parts[0], read="duckdb")
    except sqlglot.ParseError:
        return False
    return any(tree == given for each in log for given in each.trees)
