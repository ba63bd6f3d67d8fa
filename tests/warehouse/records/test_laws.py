"""Laws of records, for any versions of any records over several systems."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.facts import MemoryManifest, fact, land, rows_of
from tests.warehouse.records.reference import WORDS, Row, expected, records
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import Dataset
from tools.warehouse.engine import DuckEngine
from tools.warehouse.identity import load_rules
from tools.warehouse.parts import part_of

pytestmark = pytest.mark.long

AS_OF = 30
EARLY = 15
INPUTS = {
    "contacts": (
        ("all.csv", ("email", "name", "phone", "owner", "email_consent", "deleted")),
        ("names.csv", ("name", "owner", "email")),
        ("consents.csv", ("email_consent", "phone")),
        ("merges.csv", ("merged_into",)),
    ),
    "accounts": (
        ("all.csv", ("name", "domain", "owner", "deleted")),
        ("names.csv", ("name", "domain")),
        ("owners.csv", ("owner",)),
        ("merges.csv", ("merged_into",)),
    ),
}
VALUES: dict[str, Any] = {
    "name": st.sampled_from([None, "Ann", "Bob"]),
    "phone": st.sampled_from([None, "1", "2"]),
    "owner": st.sampled_from([None, "Kim", "Lou"]),
    "email_consent": st.sampled_from([None, True, False]),
    "deleted": st.sampled_from([True, False, None]),
}
SPACE = st.sampled_from(["crm", "mail", "shop"])


@st.composite
def version(draw: Any, table: str) -> Row:
    """One row of one input about one of five people, who have records in three systems."""
    key = "contact_ref" if table == "contacts" else "account_ref"
    file, columns = draw(st.sampled_from([INPUTS[table][0], *INPUTS[table]]))
    who = draw(st.integers(1, 5))
    address = {"email": f"p{who}@tea.example", "domain": f"tea{who}.example"}
    content = {
        name: draw(
            VALUES[name]
            if name in VALUES
            else st.sampled_from([address.get(name), address.get(name), None])
        )
        for name in columns
        if name != "merged_into"
    }
    if "merged_into" in columns:
        content["merged_into"] = draw(st.sampled_from([None, f"crm:{who}"]))
    ref = f"{draw(SPACE)}:{who}"
    if content.get("merged_into") == ref:
        content["merged_into"] = None
    day = draw(st.integers(1, AS_OF - 6))
    part = part_of("some", file, (key, *columns))
    return fact(table, day, day + draw(st.integers(1, 5)), part=part, **{key: ref}, **content)


def versions(table: str) -> Any:
    return st.lists(version(table), min_size=25, max_size=50)


TABLES = pytest.mark.parametrize("table", ["contacts", "accounts"])
LAW = settings(
    max_examples=examples(6),
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)


def loaded(
    table: str, parts: list[list[Row]], folder: str, as_of: int, ranking: str = "[]"
) -> World:
    dataset = Dataset(Path(folder), MemoryManifest())
    for part in parts:
        land(AS_OF, {table: part}, dataset)
    rules = load_rules(f"deletion: {{ranking: {ranking}}}", "identity.yaml")
    return open_world(as_of, DuckEngine(threads=1), dataset, rules=rules)


def seen(world: World, table: str) -> dict[str, Row]:
    """The customers of a world with the columns the reference knows."""
    columns = (*WORDS[table], *(["email_consent"] if table == "contacts" else []))
    key = f"{table.removesuffix('s')}_id"
    return {str(row[key]): {name: row[name] for name in columns} for row in rows_of(world, table)}


def alias_of(world: World, table: str) -> dict[str, str]:
    kind = table.removesuffix("s")
    return {str(r["ref"]): str(r[f"{kind}_id"]) for r in rows_of(world, f"{kind}_alias")}


@TABLES
@LAW
@given(data=st.data(), chance=st.randoms(use_true_random=False), parts=st.integers(1, 4))
def test_customers_are_what_a_plain_reference_says(
    table: str, data: Any, chance: Random, parts: int
) -> None:
    rows = data.draw(versions(table))
    ranking = data.draw(st.sampled_from([(), ("mail",), ("shop", "crm")]))
    shuffled = [*rows, *chance.sample(rows, len(rows) // 2)]
    chance.shuffle(shuffled)
    pieces = [shuffled[n::parts] for n in range(parts)]
    with TemporaryDirectory() as folder:
        world = loaded(table, pieces, folder, AS_OF, f"[{', '.join(ranking)}]")
        alias = alias_of(world, table)
        assert seen(world, table) == expected(table, rows, AS_OF, alias, ranking)


@LAW
@given(versions("contacts"), st.integers(AS_OF - 8, AS_OF))
def test_a_deletion_known_anywhere_means_that_nobody_is_there(rows: list[Row], day: int) -> None:
    with TemporaryDirectory() as folder:
        world = loaded("contacts", [rows], folder, day)
        alias, there = alias_of(world, "contacts"), seen(world, "contacts")
    for ref, state in records(rows, "contact_ref", day).items():
        if state["deleted"] and state["merged_into"] is None:
            assert alias.get(ref, ref) not in there


@TABLES
@LAW
@given(data=st.data())
def test_a_later_version_changes_nothing_of_an_earlier_day(table: str, data: Any) -> None:
    rows = data.draw(versions(table))
    known = [r for r in rows if r["known_day"] <= EARLY]
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        before = loaded(table, [known], one, EARLY)
        after = loaded(table, [known, rows], other, EARLY)
        assert seen(before, table) == seen(after, table)
        assert alias_of(before, table) == alias_of(after, table)


@TABLES
@LAW
@given(data=st.data(), parts=st.integers(1, 3))
def test_reading_again_is_no_news(table: str, data: Any, parts: int) -> None:
    rows = data.draw(versions(table))
    with TemporaryDirectory() as folder:
        dataset = Dataset(Path(folder), MemoryManifest())
        for n in range(parts):
            land(AS_OF, {table: rows[n::parts]}, dataset)
        known = sum(f.rows for f in dataset.files("fact", table))
        for n in range(parts):
            land(AS_OF, {table: rows[n::parts]}, dataset)
        assert sum(f.rows for f in dataset.files("fact", table)) == known
