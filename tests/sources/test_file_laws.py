"""Laws: order, duplication and cutting of the input rows change nothing; hashes are forever."""

import hashlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.sources.folders import read
from tools.sources.batch import SourceBatch

INPUT = """
  - table: {table}
    file: {file}
    {keep}
    occurred: at
    columns:
      {key}: {{from: id}}
      contact_ref: {{from: who, space: p}}
"""
HEAD = "company: Acme\nzone: Europe/Paris\nknown: when_occurred\ninputs:"
WORDS = st.text(alphabet="aé,;'\"\n x:", max_size=4)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", ""]),
        st.sampled_from(["2020-01-02", "2020-01-03 04:05", "2020-03-29 02:30", "bad", ""]),
        WORDS,
    ),
    max_size=8,
)


def events(file: str) -> str:
    text = INPUT.format(table="events", file=file, keep="keep: all", key="event_key")
    return text + "      name: {value: x}\n"


def contacts(file: str) -> str:
    return INPUT.format(table="contacts", file=file, keep="keep: earliest", key="account_ref")


def written(rows: list[tuple[str, str, str]]) -> str:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join(["id,at,who", *quoted]) + "\n"


def batch_of(inputs: str, **files: list[tuple[str, str, str]]) -> SourceBatch:
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), HEAD + inputs, **{k: written(v) for k, v in files.items()})


def same(one: SourceBatch, other: SourceBatch) -> bool:
    """Whether two batches say the same, whatever the names of the files they were read from."""
    said = [
        {name: table.drop_columns(["part"]) for name, table in batch.tables.items()}
        for batch in (one, other)
    ]
    return said[0] == said[1]


@settings(max_examples=examples(30))
@given(ROWS, st.randoms(use_true_random=False))
def test_order_and_duplication_change_nothing(
    rows: list[tuple[str, str, str]], random: object
) -> None:
    again = [*rows, *rows[: len(rows) // 2]]
    random.shuffle(again)  # type: ignore[attr-defined]  # Hypothesis' Random
    inputs = events("a.csv") + contacts("a.csv")
    one, other = batch_of(inputs, a_csv=rows), batch_of(inputs, a_csv=again)
    assert same(one, other)
    assert {(r.table, r.column, r.value, r.reason) for r in one.rejected} == {
        (r.table, r.column, r.value, r.reason) for r in other.rejected
    }


@settings(max_examples=examples(20))
@given(ROWS, st.integers(0, 8))
def test_cutting_a_file_in_two_inputs_changes_nothing(
    rows: list[tuple[str, str, str]], cut: int
) -> None:
    whole = batch_of(events("a.csv") + contacts("a.csv"), a_csv=rows)
    files = {"a_csv": rows[:cut], "b_csv": rows[cut:]}
    inputs = [events("a.csv"), contacts("a.csv"), events("b.csv"), contacts("b.csv")]
    parts = batch_of("".join(inputs), **files)
    glob = batch_of(events('"*.csv"') + contacts('"*.csv"'), **files)
    assert same(whole, parts)
    assert same(whole, glob)
    assert dict(whole.read) == dict(parts.read) == dict(glob.read)


@settings(max_examples=examples(30))
@given(ROWS)
def test_every_row_is_kept_refused_or_equal_to_another(rows: list[tuple[str, str, str]]) -> None:
    batch = batch_of(events("a.csv"), a_csv=rows)
    good = {row for row in rows if row[0] and row[1] not in {"bad", ""}}
    kept = {(i, a, w.strip(" \n")) for i, a, w in good}
    out = {r.line for r in batch.rejected if r.reason.endswith("left out")}
    assert batch.tables["events"].num_rows == len(kept)
    assert batch.read["events"] == len(rows)
    assert len(out) == sum(row not in good for row in rows)


def test_the_hash_of_a_row_is_the_same_forever() -> None:
    batch = batch_of(events("a.csv"), a_csv=[("7", "2020-01-02", "ann")])
    (row,) = batch.tables["events"].to_pylist()
    fields = {
        "event_key": "7",
        "contact_ref": "p:ann",
        "name": "x",
        "quantity": "1.0",
        "occurred_at": "1577919600000000",
    }
    text = "\x1f".join(f"{name}:{len(value)}:{value}" for name, value in fields.items())
    expected = int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16], 16)
    assert row["row_hash"] == expected & (2**63 - 1) == 7712988752815560983
