"""Facts without a person: in files and in batches alike, and the same again the next night."""

import hmac
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.facts import MemoryManifest, Rows, arrow, fact, land, rows_of
from tools.errors import Absent, BadInput
from tools.traces import Traces
from tools.warehouse.asof.world import open_world
from tools.warehouse.dataset import Dataset
from tools.warehouse.engine import DuckEngine
from tools.warehouse.erasing import Eraser
from tools.warehouse.hashing import keyed, put_key
from tools.warehouse.persons import find, open_records, ref_key, returning

pytestmark = pytest.mark.long

SECRET = b"a secret for tests"
TERMS = ("ivy@one.example", "ivy moss", "+49 30 5550001", "crm:7")


def company(**more: Any) -> dict[str, Rows]:
    """Ivy, known to two systems, a colleague who shares the switchboard, and a namesake."""
    return {
        "accounts": [
            fact("accounts", 90, account_ref="crm:A", name="One, c/o Ivy Moss"),
            fact("accounts", 90, account_ref="crm:B", name="Ivy Moss Consulting"),
        ],
        "contacts": [
            fact(
                "contacts",
                91,
                contact_ref="crm:7",
                account_ref="crm:A",
                name="Ivy Moss",
                email="ivy@one.example",
                phone="+49 30 5550001",
                **more,
            ),
            fact("contacts", 92, contact_ref="mail:ivy@one.example", email="ivy@one.example"),
            fact(
                "contacts",
                91,
                contact_ref="crm:8",
                account_ref="crm:A",
                name="Bo Ash",
                email="bo@one.example",
                phone="+49 30 1000000",
            ),
            fact(
                "contacts",
                91,
                contact_ref="crm:9",
                account_ref="crm:B",
                name="Ivy Moss",
                email="ivy@other.example",
                phone="+49 30 1000000",
            ),
        ],
        "deals": [
            fact(
                "deals",
                92,
                deal_ref="crm:d1",
                account_ref="crm:A",
                contact_ref="crm:7",
                name="For Ivy Moss",
                state="open",
                amount_minor=500,
                currency="EUR",
            ),
            fact(
                "deals",
                92,
                deal_ref="crm:d2",
                account_ref="crm:B",
                contact_ref="crm:9",
                name="For Ivy Moss",
                state="open",
                amount_minor=700,
                currency="EUR",
            ),
        ],
        "messages": [
            fact(
                "messages",
                93,
                message_key=f"ivy@one.example/{n}",
                kind="sent",
                contact_ref="mail:ivy@one.example",
            )
            for n in (1, 2)
        ],
        "events": [
            fact("events", 93, event_key=f"k{n}", contact_ref=ref, name="login")
            for n, ref in enumerate(("crm:7", "crm:7", "crm:8", "mail:ivy@one.example"))
        ],
    }


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    made = Dataset(tmp_path, MemoryManifest())
    land(100, company(), made)
    return made


def found(dataset: Dataset, **who: str) -> Traces:
    engine = DuckEngine()
    open_records(dataset, engine)
    return find(engine, "e1", **who).traces


def erase(dataset: Dataset, traces: Traces) -> None:
    """What the agent does with the store's manifest, in memory."""
    manifest = dataset.manifest
    assert isinstance(manifest, MemoryManifest)
    eraser = Eraser((traces,), SECRET, DuckEngine())
    for file in list(manifest.committed):
        done = eraser.file(dataset, file)
        if done is not None:
            manifest.committed.remove(file)
            manifest.committed += [done.new] if done.new else []
            (dataset.folder / file.path).unlink()


def kept(dataset: Dataset) -> str:
    return " ".join(
        str(pq.read_table(path).to_pylist()) for path in sorted(dataset.folder.rglob("*.parquet"))
    ).lower()


def known(traces: Traces) -> list[tuple[str, str]]:
    texts = [ref_key(ref) for ref in traces.refs] + list(traces.emails)
    return [(hmac.new(SECRET, t.encode(), sha256).hexdigest(), "e1") for t in texts]


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80),
    st.binary(min_size=1, max_size=100),
)
def test_a_keyed_hash_in_sql_is_the_one_of_python(text: str, secret: bytes) -> None:
    engine = DuckEngine()
    put_key(engine, secret)
    engine.put("t", pa.table({"x": [text]}))
    rows = engine.run(f"SELECT {keyed('t.x')} AS k FROM t CROSS JOIN hash_key AS s").to_pylist()

    assert rows[0]["k"] == hmac.new(secret, text.encode(), sha256).hexdigest()


@pytest.mark.parametrize("who", [
    {"contact": "crm:7"}, {"contact": "7"}, {"contact": "mail:ivy@one.example"},
    {"email": " IVY@one.example "},
])  # fmt: skip
def test_one_person_is_found_whole_by_any_of_their_ids(
    dataset: Dataset, who: dict[str, str]
) -> None:
    assert found(dataset, **who) == Traces(
        "e1",
        ("crm:7", "mail:ivy@one.example"),
        ("crm:A",),
        ("ivy@one.example",),
        ("Ivy Moss",),
        ("+49 30 5550001",),
    )


def test_a_number_that_others_have_too_is_nobodys(dataset: Dataset) -> None:
    assert found(dataset, contact="crm:8").phones == ()


def test_nobody_and_several_are_told(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(Absent, match=r"'crm:77'; did you mean 'crm:7'\?"):
        found(dataset, contact="crm:77")
    with pytest.raises(Absent, match="no contact has the address"):
        found(dataset, email="who@x.example")
    other = Dataset(tmp_path / "two", MemoryManifest())
    rows = [fact("contacts", 91, contact_ref=f"{s}:7", email=f"{s}@x.example") for s in "ab"]
    land(100, {"contacts": rows}, other)
    with pytest.raises(BadInput, match="several have it; name one of a:7, b:7"):
        found(other, contact="7")
    with pytest.raises(Absent, match="no contact has the id '7'"):
        found(Dataset(tmp_path / "none", MemoryManifest()), contact="7")


def test_erased_nothing_names_them_and_what_counts_is_the_same(dataset: Dataset) -> None:
    before = open_world(100, DuckEngine(), dataset)
    use = "SELECT account_id, name, day, SUM(events) AS n FROM usage GROUP BY ALL ORDER BY ALL"
    figures = before.engine.run(use).to_pylist()
    erase(dataset, found(dataset, contact="crm:7"))

    left = kept(dataset)
    assert [t for t in TERMS if t in left and t != "ivy moss"] == []
    assert left.count("ivy moss") == 3  # the namesake, her company and her deal
    world = open_world(100, DuckEngine(), dataset)
    assert world.engine.run(use).to_pylist() == figures
    assert {r["contact_id"] for r in rows_of(world, "contacts")} == {"crm:8", "crm:9"}
    deals = {r["deal_id"]: (r["name"], r["amount_minor"]) for r in rows_of(world, "deals")}
    assert deals == {"crm:d1": ("For [erased]", 500), "crm:d2": ("For Ivy Moss", 700)}
    names = {r["account_id"]: r["name"] for r in rows_of(world, "accounts")}
    assert names == {"crm:A": "One, c/o [erased]", "crm:B": "Ivy Moss Consulting"}
    assert len(rows_of(world, "messages")) == 2


def test_erased_twice_nothing_more_is_written(dataset: Dataset) -> None:
    traces = found(dataset, contact="crm:7")
    erase(dataset, traces)
    eraser = Eraser((traces,), SECRET, DuckEngine())

    files = dataset.manifest.data_files("fact") + dataset.manifest.data_files("usage")  # type: ignore[operator]  # lists
    assert [file.path for file in files if eraser.file(dataset, file)] == []


@pytest.mark.parametrize("back", [
    company(), company(owner="somebody new"),
    {"contacts": [fact("contacts", 99, contact_ref="crm:700", email="Ivy@One.example ",
                       name="Ivy Moss", phone="+49 30 5550001", account_ref="crm:A")],
     "tickets": [fact("tickets", 99, ticket_ref="t1", contact_ref="crm:700", opened_day=99,
                      account_ref="crm:A")]},
    {"contacts": [fact("contacts", 99, contact_ref="crm:701", merged_into="crm:7",
                       name="Ivy Moss", account_ref="crm:A")]},
    {"events": [fact("events", 99, event_key="k9", contact_ref="crm:7", name="login")]},
])  # fmt: skip
def test_who_comes_back_is_taken_out_before_anything_is_written(
    dataset: Dataset, back: dict[str, Rows]
) -> None:
    """By the old id, a new one, another spelling, a merge, or in a table of their deeds alone."""
    traces = found(dataset, contact="crm:7")
    erase(dataset, traces)
    tables = {name: arrow(name, rows) for name, rows in back.items()}
    engine = DuckEngine()
    people = returning(tables, known(traces), SECRET, engine)
    eraser = Eraser(people, SECRET, engine)
    clean = {name: eraser.table(name, rows) for name, rows in tables.items()}
    land(101, {name: rows.to_pylist() for name, rows in clean.items()}, dataset)

    left = kept(dataset)
    assert [t for t in (*TERMS, "crm:70") if t in left and t != "ivy moss"] == []
    assert left.count("ivy moss") == 3
    world = open_world(102, DuckEngine(), dataset)
    assert {r["contact_id"] for r in rows_of(world, "contacts")} == {"crm:8", "crm:9"}
    assert len(rows_of(world, "messages")) == 2


def test_the_same_export_again_is_what_is_known_already(dataset: Dataset) -> None:
    traces = found(dataset, contact="crm:7")
    erase(dataset, traces)
    before = len(dataset.manifest.data_files("fact"))
    tables = {name: arrow(name, rows) for name, rows in company().items()}
    engine = DuckEngine()
    eraser = Eraser(returning(tables, known(traces), SECRET, engine), SECRET, engine)
    again = {name: eraser.table(name, rows).to_pylist() for name, rows in tables.items()}
    land(101, again, dataset)

    assert len(dataset.manifest.data_files("fact")) == before


def test_nobody_erased_costs_nothing(dataset: Dataset) -> None:
    assert returning({}, [], SECRET, DuckEngine()) == ()
    tables = {"contacts": arrow("contacts", company()["contacts"])}
    strange = [("00" * 32, "e1")]
    assert returning(tables, strange, SECRET, DuckEngine()) == ()
    assert dataset.manifest.data_files("fact")
