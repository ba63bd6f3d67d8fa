"""What an engine keeps under a name: tables and views, each in the place of the one before."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tools.warehouse.engine import DuckEngine

ROWS = pa.table({"id": pa.array(["a", "b", "c"]), "n": pa.array([1, 2, 3])})
NOT_B = "SELECT r.id AS id, r.n AS n FROM kept_whole AS r WHERE r.id <> 'b'"


def ids(engine: DuckEngine, name: str) -> list[str]:
    found: list[str] = engine.run(f"SELECT id AS id FROM {name} ORDER BY id")["id"].to_pylist()
    return found


@pytest.fixture
def engine() -> DuckEngine:
    """An engine with one table."""
    made = DuckEngine(threads=1)
    made.put("kept", ROWS)
    return made


def test_a_name_is_a_table_or_a_view_and_always_the_last(engine: DuckEngine) -> None:
    engine.put("other", ROWS)
    engine.view("kept", "SELECT o.id AS id FROM other AS o WHERE o.n > 1")
    assert ids(engine, "kept") == ["b", "c"]
    engine.create("kept", "SELECT o.id AS id FROM other AS o WHERE o.n > 2")
    assert ids(engine, "kept") == ["c"]


@pytest.mark.parametrize("view", [False, True])
def test_a_relation_is_narrowed_in_its_place_and_whole_under_another_name(
    engine: DuckEngine, *, view: bool
) -> None:
    if view:
        engine.put("other", ROWS)
        engine.view("kept", "SELECT o.id AS id, o.n AS n FROM other AS o")
    engine.narrow("kept", NOT_B)

    assert (ids(engine, "kept"), ids(engine, "kept_whole")) == (["a", "c"], ["a", "b", "c"])
    engine.put("kept", ROWS)
    assert ids(engine, "kept") == ["a", "b", "c"]


def test_what_cannot_be_renamed_stays_as_it_was(engine: DuckEngine) -> None:
    engine.put("kept_whole", ROWS)
    with pytest.raises(duckdb.Error):
        engine.narrow("kept", NOT_B)

    engine.put("kept", ROWS)
    assert ids(engine, "kept") == ["a", "b", "c"]


def test_a_column_that_came_after_the_files_were_written_is_null(
    engine: DuckEngine, tmp_path: Path
) -> None:
    pq.write_table(ROWS, tmp_path / "old.parquet")
    schema = ROWS.schema.append(pa.field("later", pa.bool_())).append(pa.field("day", pa.int32()))
    engine.scan("kept", [tmp_path / "old.parquet"], schema)

    table = engine.run("SELECT id AS id, n AS n, later AS later, day AS day FROM kept ORDER BY id")

    assert table.schema.types == schema.types
    assert table["n"].to_pylist() == [1, 2, 3]
    assert table["later"].to_pylist() == table["day"].to_pylist() == [None, None, None]

    whole = ROWS.append_column("later", pa.array([True, True, False]))
    pq.write_table(whole, tmp_path / "new.parquet")
    engine.scan("kept", [tmp_path / "old.parquet", tmp_path / "new.parquet"], schema)

    counted = engine.run("SELECT COUNT(*) AS n, COUNT(later) AS later FROM kept")
    assert counted.to_pylist() == [{"n": 6, "later": 3}]
