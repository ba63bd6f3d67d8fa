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
        (2, "occurred_at"),
        (2, "opened_day"),
    ]


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


MERGED = """
company: Acme
zone: UTC
inputs:
  - table: contacts
    file: a.csv
    each: {loser: {from: merged, split: ";"}}
    occurred: opened
    columns: {contact_ref: loser, merged_into: id}
"""


def test_every_item_of_a_list_is_a_row(tmp_path: Path) -> None:
    rows = "id,opened,merged\n1,2020-01-02,2; 3;;\n4,2020-01-02,\n5,2020-01-02,6\n"
    batch = read(tmp_path, MERGED, a_csv=rows)
    pairs = [(r["contact_ref"], r["merged_into"]) for r in batch.tables["contacts"].to_pylist()]
    assert sorted(pairs) == [("acme:2", "acme:1"), ("acme:3", "acme:1"), ("acme:6", "acme:5")]
    assert batch.rejected == ()
    assert batch.read == {"contacts": 3}


ITEMS = """
company: Acme
zone: UTC
currency: USD
inputs:
  - table: invoices
    file: a.jsonl
    each: {item: lines.data}
    where: item.kind = 'sale'
    occurred: opened
    columns:
      invoice_ref: id
      line: item.id
      account_ref: customer.id
      amount_minor: {from: "item.price.unit_amount", unit: minor}
      issued_day: opened
"""


def test_items_of_a_json_list_are_reached_into(tmp_path: Path) -> None:
    lines = [
        {
            "id": "i1",
            "opened": "2020-01-02",
            "customer": {"id": "c1"},
            "lines": {
                "data": [
                    {"id": "l1", "kind": "sale", "price": {"unit_amount": 500}},
                    {"id": "l2", "kind": "gift", "price": {"unit_amount": 700}},
                    {"id": "l3", "kind": "sale", "price": {"unit_amount": "x"}},
                ]
            },
        },
        {"id": "i2", "opened": "2020-01-02", "customer": {"id": "c1"}, "lines": {"data": []}},
        {"id": "i3", "opened": "2020-01-02", "customer": {"id": "c1"}, "lines": {"data": {}}},
        {"id": "i4", "opened": "2020-01-02", "customer": {"id": "c1"}, "lines": None},
    ]
    batch = read(tmp_path, ITEMS, a_jsonl="\n".join(map(json.dumps, lines)) + "\n")
    assert column(batch.tables["invoices"], "line") == ["l1", "l3"]
    assert sorted(column(batch.tables["invoices"], "amount_minor"), key=str) == [500, None]
    assert told(batch) == [
        ("a.jsonl", 1, "amount_minor", "x", "not an amount; the row is kept without it"),
        ("a.jsonl", 3, "item", "{}", "not a list; the row is left out"),
    ]


def test_a_list_of_plain_json_values(tmp_path: Path) -> None:
    mapping = MERGED.replace('{from: merged, split: ";"}', "merged")
    rows = 'id,opened,merged\n1,2020-01-02,"[2, ""3""]"\n4,2020-01-02,2;3\n'
    batch = read(tmp_path, mapping, a_csv=rows)
    assert column(batch.tables["contacts"], "contact_ref") == ["acme:2", "acme:3"]
    assert [(r.line, r.column, r.value) for r in batch.rejected] == [(3, "loser", "2;3")]
