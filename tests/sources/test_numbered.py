"""Where each line counts, equal lines are several facts, whatever the order of the file."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.sources.folders import read
from tools.errors import BadInput
from tools.sources.batch import SourceBatch

ORDERS = """
company: Acme
zone: UTC
currency: USD
known: when_occurred
inputs:
  - table: invoices
    file: a.csv
    occurred: day
    columns:
      invoice_ref: order
      line: {key}
      amount_minor: {{sql: "cast(qty as decimal) * cast(price as decimal)", unit: main}}
      issued_day: day
"""
HEAD = "order,day,sku,qty,price\n"
LINES = [
    "1001,2025-08-01,S1,2,5.00", "1001,2025-08-01,S1,2,5.00",
    "1001,2025-08-01,S2,1,3.50", "1002,2025-08-03,S1,1,5.00",
]  # fmt: skip
KEYED, ALL = "{key: [sku], each_line: true}", "{each_line: true}"


def batch_of(lines: list[str], key: str) -> SourceBatch:
    with tempfile.TemporaryDirectory() as folder:
        return read(
            Path(folder), ORDERS.format(key=key), a_csv=HEAD + "".join(f"{x}\n" for x in lines)
        )


@pytest.mark.parametrize("key", [KEYED, ALL])
def test_each_line_counts(key: str) -> None:
    table = batch_of(LINES, key).tables["invoices"]
    assert table.num_rows == 4
    assert sum(table["amount_minor"].to_pylist()) == 2850


ORDER = st.tuples(
    st.sampled_from(["1", "2"]),
    st.just("2025-08-01"),
    st.sampled_from(["S1", "S2", ""]),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["5", "5.00"]),
)


@settings(max_examples=examples(25))
@given(
    st.lists(ORDER, max_size=8), st.randoms(use_true_random=False), st.sampled_from([KEYED, ALL])
)
def test_every_line_is_a_fact_in_any_order(
    rows: list[tuple[str, ...]], random: object, key: str
) -> None:
    lines = [",".join(row) for row in rows]
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis' Random
    one, other = batch_of(lines, key), batch_of(shuffled, key)
    assert one.tables["invoices"].num_rows == len(rows)
    assert dict(one.tables) == dict(other.tables)


def test_a_number_for_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="each_line: true numbers equal lines"):
        batch_of(LINES, "{from: sku, each_line: true}")
