"""Values inside values: paths into JSON, lists that become rows."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sources.folders import TICKETS, column, read, told
from tools.errors import BadInput

LINE = {
    "id": 7,
    "opened": "2020-01-02",
    "meta": {"data": [{"price": {"score": 4}}]},
    "a.b": {"x/y": "low"},
}


def test_a_path_reaches_into_objects_and_lists(tmp_path: Path) -> None:
    mapping = TICKETS.format(file="a.jsonl").replace(
        "satisfaction: score",
        "satisfaction: 'meta.data[0].price.score'\n      priority: 'a.b.x/y'\n"
        "      escalated: {sql: '\"meta.data[0].price.score\" = ''4'' and meta.none is null'}",
    )
    batch = read(tmp_path, mapping, a_jsonl=json.dumps(LINE) + "\n" + json.dumps({"id": 8}) + "\n")
    assert column(batch.tables["tickets"], "satisfaction") == [4.0]
    assert column(batch.tables["tickets"], "priority") == ["low"]
    assert column(batch.tables["tickets"], "escalated") == [True]
    assert [(line, name) for _, line, name, _, _ in told(batch)] == [
        (2, "occurred_at"), (2, "opened_day")]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_path_reaches_into_json_in_a_column(tmp_path: Path, kind: str) -> None:
    mapping = TICKETS.format(file=f"a.{kind}").replace("score", "meta.score")
    rows = {"id": ["1", "2", "3"], "opened": ["2020-01-02"] * 3, "meta": ['{"score":"4"}', "{", ""]}
    if kind == "parquet":
        pq.write_table(pa.table(rows), tmp_path / "a.parquet")
        batch = read(tmp_path, mapping)
    else:
        text = 'id,opened,meta\n1,2020-01-02,"{""score"":""4""}"\n2,2020-01-02,{\n3,2020-01-02,\n'
        batch = read(tmp_path, mapping, a_csv=text)
    assert column(batch.tables["tickets"], "satisfaction") == [4.0, None, None]


def test_a_path_reaches_into_a_struct_of_parquet(tmp_path: Path) -> None:
    rows = [{"id": 1, "opened": "2020-01-02", "meta": {"score": [1, 5]}}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    mapping = TICKETS.format(file="a.parquet").replace("score", "'meta.score[1]'")
    assert column(read(tmp_path, mapping).tables["tickets"], "satisfaction") == [5.0]


def test_a_path_into_no_column_is_named(tmp_path: Path) -> None:
    mapping = TICKETS.format(file="a.csv").replace("score", "meat.score")
    with pytest.raises(BadInput, match=r"has no column 'meat.score'"):
        read(tmp_path, mapping, a_csv="id,opened,meta\n")
