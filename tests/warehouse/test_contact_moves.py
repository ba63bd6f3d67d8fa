"""A contact who changes employer takes nothing along and leaves nothing behind."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.facts import MemoryManifest, Rows, fact, land, rows_of, world_of
from tools.customers.features import make_features
from tools.reports.retention.measure import measure_retention
from tools.reports.retention.spec import RetentionSpec
from tools.warehouse.asof.kept_usage import KEPT, keep_usage
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import Dataset
from tools.warehouse.engine import DuckEngine
from tools.warehouse.identity.resolve import OWNED
from tools.warehouse.sql import read_sql

pytestmark = pytest.mark.long

D0 = 20_000
END = D0 + 120
FIRMS = ("a:1", "a:2", "a:3")
MOVED = (("c:1", "a:1", D0), ("c:1", "a:2", D0 + 60), ("c:2", "a:2", D0))


@dataclass(frozen=True)
class Version:
    """A state of a contact's record: `day` 0 when its source does not say when it changed."""

    contact: str
    account: str | None
    day: int
    known: int


def company(versions: list[Version], used: list[tuple[str, int]]) -> dict[str, Rows]:
    """Three accounts, their contacts, and use that names the contact alone."""
    return {
        "accounts": [fact("accounts", D0 - 300, account_ref=a) for a in FIRMS],
        "contacts": [_version(v) for v in versions],
        "events": [
            fact("events", day, event_key=f"e{n}", contact_ref=contact, name="login")
            for n, (contact, day) in enumerate(used)
        ],
    }


def _version(v: Version) -> dict[str, object]:
    shown = {"contact_ref": v.contact, "account_ref": v.account, "name": str(v.known)}
    return fact("contacts", v.day, v.known, **shown)


def belonged(versions: list[Version], contact: str, day: int, as_of: int) -> str | None:
    """The same question answered version by version."""
    own = sorted(
        (v for v in versions if v.contact == contact and v.known <= as_of and v.day < as_of),
        key=lambda v: (v.known, v.day),
    )
    home, newest = None, 0
    begun: list[tuple[int, str]] = []
    for v in own:
        if v.account is not None:
            begun.append((v.day if v.day > newest else v.known, v.account))
        newest = max(newest, v.day)
    for since, account in begun:
        if home is None or since <= day:
            home = account
    return home if len({a for _, a in begun}) > 1 else (begun[0][1] if begun else None)


def versions_of(contact: str) -> st.SearchStrategy[list[Version]]:
    """Some states of one contact, known on different mornings; days as sources tell them."""
    known = st.lists(st.integers(D0 + 1, END - 1), min_size=1, max_size=4, unique=True).map(sorted)

    def dated(mornings: list[int]) -> st.SearchStrategy[list[Version]]:
        days = st.sampled_from(("load", "changed", "created"))
        firms = st.lists(
            st.sampled_from((*FIRMS, None)), min_size=len(mornings), max_size=len(mornings)
        )
        return st.tuples(days, firms).map(
            lambda way: [
                Version(contact, firm, _day(way[0], mornings, n), mornings[n])
                for n, firm in enumerate(way[1])
            ]
        )

    return known.flatmap(dated)


def _day(way: str, mornings: list[int], n: int) -> int:
    if way == "load":
        return 0
    return D0 if way == "created" else mornings[n] - 1


@settings(max_examples=examples(25), deadline=None)
@given(
    versions_of("c:1"),
    versions_of("c:2"),
    st.lists(
        st.tuples(st.sampled_from(("c:1", "c:2")), st.integers(D0, END - 1)),
        min_size=1,
        max_size=15,
    ),
)
def test_use_belongs_to_the_account_of_that_day(
    one: list[Version], two: list[Version], used: list[tuple[str, int]]
) -> None:
    with TemporaryDirectory() as folder:
        world = world_of(END, company([*one, *two], used), Path(folder))
        found = [(r["contact_id"], r["day"], r["account_id"]) for r in rows_of(world, "usage")]
        expected = {(c, d, belonged([*one, *two], c, d, END)) for c, d in used}
        assert set(found) == expected


def figures(world: World, before: int) -> list[Any]:
    """Everything by account of the days before one: use by day and retention cells."""
    use = [r for r in rows_of(world, "usage") if int(str(r["day"])) < before]
    spec = RetentionSpec(
        entity="account", birth="first_activity", returns="usage", unit="week", buckets=(0, 1, 2)
    )
    made = measure_retention(world.as_of, world.engine, world.present, spec)
    cells = [c for c in made.cells if c.cohort + 21 + 31 < before]
    return [use, cells]


@settings(max_examples=examples(15), deadline=None)
@given(
    versions_of("c:1"),
    st.lists(st.tuples(st.just("c:1"), st.integers(D0, END - 1)), min_size=1, max_size=15),
    st.sampled_from(FIRMS),
    st.booleans(),
)
def test_a_later_version_changes_nothing_of_the_days_before(
    versions: list[Version], used: list[tuple[str, int]], firm: str, dated: bool
) -> None:
    known = max(v.known for v in versions) + 3
    later = Version("c:1", firm, known - 1 if dated else 0, known)
    if all(v.account is None for v in versions):
        return  # the first account known is no move: it reaches back
    with TemporaryDirectory() as left, TemporaryDirectory() as right:
        before = world_of(END + 10, company(versions, used), Path(left))
        after = world_of(END + 10, company([*versions, later], used), Path(right))
        assert figures(before, known - 1) == figures(after, known - 1)


@settings(max_examples=examples(15), deadline=None)
@given(
    versions_of("c:1"),
    st.lists(st.tuples(st.just("c:1"), st.integers(D0, END - 1)), min_size=1, max_size=25),
    st.lists(st.integers(D0 + 30, END + 20), min_size=2, max_size=4, unique=True).map(sorted),
)
def test_kept_use_is_use_from_the_beginning_whoever_moves(
    versions: list[Version], used: list[tuple[str, int]], mornings: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        dataset = Dataset(Path(folder), MemoryManifest())
        land(D0, company(versions, used), dataset)
        for as_of in mornings:
            kept = open_world(as_of, DuckEngine(), dataset)
            fresh = open_world(as_of, DuckEngine(), dataset, upto=D0)
            make_features(kept)
            make_features(fresh)
            assert rows_of(kept, "features") == rows_of(fresh, "features")
            assert rows_of(kept, "usage_life") == rows_of(fresh, "usage_life")
            engine, manifest = kept.engine, dataset.manifest
            assert isinstance(engine, DuckEngine)
            assert isinstance(manifest, MemoryManifest)
            files = [keep_usage(name, kept.as_of, dataset, engine) for name in KEPT]
            manifest.committed += [f for f in files if f]


@pytest.fixture
def moved() -> dict[str, Rows]:
    """Alice leaves account 1 for account 2 on day 60, where Bert is."""
    versions = [Version(c, a, day, day + 1) for c, a, day in MOVED]
    used = [("c:1", D0 + d) for d in range(0, 56, 4)] + [("c:2", D0 + d) for d in range(3, 50, 9)]
    return company(versions, used)


def used_by(world: World) -> dict[object, int]:
    """Rows of use by account."""
    use = rows_of(world, "usage")
    return {a: sum(r["account_id"] == a for r in use) for a in {r["account_id"] for r in use}}


def test_the_old_employer_keeps_what_was_done_there(moved: dict[str, Rows], tmp_path: Path) -> None:
    world = world_of(D0 + 70, moved, tmp_path)

    assert used_by(world) == {"a:1": 14, "a:2": 6}
    life = {r["account_id"]: (r["first_day"], r["last_day"]) for r in rows_of(world, "usage_life")}
    assert life == {"a:1": (D0, D0 + 52), "a:2": (D0 + 3, D0 + 48)}


def test_mails_tickets_and_deals_stay_too(moved: dict[str, Rows], tmp_path: Path) -> None:
    early, late = D0 + 10, D0 + 65
    for day in (early, late):
        moved.setdefault("messages", []).append(
            fact("messages", day, message_key=f"m{day}", contact_ref="c:1", kind="sent")
        )
        moved.setdefault("tickets", []).append(
            fact("tickets", late, ticket_ref=f"t{day}", contact_ref="c:1", opened_day=day)
        )
        moved.setdefault("deals", []).append(
            fact("deals", late, deal_ref=f"d{day}", contact_ref="c:1", state="open", opened_day=day)
        )
        moved.setdefault("invoices", []).append(
            fact(
                "invoices", late, invoice_ref=f"i{day}", line="", contact_ref="c:1", issued_day=day
            )
        )
    world = world_of(D0 + 70, moved, tmp_path)

    for table in ("messages", "tickets", "deals", "invoices"):
        assert sorted(str(r["account_id"]) for r in rows_of(world, table)) == ["a:1", "a:2"]


def test_the_first_account_known_reaches_back(tmp_path: Path) -> None:
    versions = [Version("c:1", None, D0, D0 + 1), Version("c:1", "a:1", D0 + 50, D0 + 51)]

    world = world_of(D0 + 70, company(versions, [("c:1", D0 + 5)]), tmp_path)

    assert used_by(world) == {"a:1": 1}


def test_an_address_of_another_domain_is_a_move(tmp_path: Path) -> None:
    facts = company([], [("c:1", D0 + 5), ("c:1", D0 + 65)])
    facts["accounts"] = [
        fact("accounts", D0 - 300, account_ref=a, domain=d)
        for a, d in (("a:1", "old.example"), ("a:2", "new.example"))
    ]
    facts["contacts"] = [
        fact("contacts", day, contact_ref="c:1", email=address)
        for day, address in ((D0, "al@old.example"), (D0 + 60, "al@new.example"))
    ]

    assert used_by(world_of(D0 + 70, facts, tmp_path)) == {"a:1": 1, "a:2": 1}


def test_records_that_were_joined_keep_the_account_each_had_before(tmp_path: Path) -> None:
    used = [("c:1", D0 + 5), ("c:2", D0 + 6), ("c:1", D0 + 65), ("c:2", D0 + 66)]
    versions = [Version("c:1", "a:1", D0, D0 + 1), Version("c:2", "a:2", D0, D0 + 2)]
    facts = company(versions, used)
    facts["contacts"].append(
        fact("contacts", D0 + 50, contact_ref="c:1", account_ref="a:1", merged_into="c:2")
    )

    use = rows_of(world_of(D0 + 70, facts, tmp_path), "usage")

    assert [(r["day"], r["account_id"]) for r in sorted(use, key=lambda r: str(r["day"]))] == [
        (D0 + 5, "a:1"),
        (D0 + 6, "a:2"),
        (D0 + 65, "a:2"),
        (D0 + 66, "a:2"),
    ]


def test_who_leaves_an_account_for_none_leaves_her_use_there(tmp_path: Path) -> None:
    """Where identity says of an emptied account that the contact has none any more."""
    versions = [Version("c:1", "a:1", D0, D0 + 1), Version("c:1", None, D0 + 60, D0 + 61)]
    used = [("c:1", D0 + 5), ("c:1", D0 + 65)]
    world = world_of(D0 + 70, company(versions, used), tmp_path)
    world.engine.put("contact_account", OWNED.empty_table())
    moves = read_sql("tools.warehouse.asof", "contact_moves")
    world.engine.create("contact_moves", moves, as_of=world.as_of)

    assert [(r["day"], r["account_id"]) for r in rows_of(world, "usage")] == [
        (D0 + 5, "a:1"),
        (D0 + 65, None),
    ]


def test_an_account_that_is_merged_brings_its_use_along(
    moved: dict[str, Rows], tmp_path: Path
) -> None:
    moved["accounts"].append(fact("accounts", D0 + 62, account_ref="a:1", merged_into="a:2"))

    assert used_by(world_of(D0 + 70, moved, tmp_path)) == {"a:1": 20}
