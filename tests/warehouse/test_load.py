"""Loading: twice, shuffled or in parts, the world is the same; what comes late is known late."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.facts import MemoryManifest, Rows, fact, land, rows_of, world_of
from tools.customers.features import make_features
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import Dataset
from tools.warehouse.engine import DuckEngine

AS_OF = 140
RELATIONS = ("accounts", "contacts", "deals", "subscriptions", "invoices", "tickets", "features")
people = st.sampled_from(["c:1", "c:2", "z:1"])
companies = st.sampled_from(["c:A", "c:B", None])
days = st.integers(100, 150)
lag = st.integers(1, 20)


def _facts() -> st.SearchStrategy[list[tuple[str, dict[str, object]]]]:
    """Facts of two companies and three people, two of whom share an address."""
    contact = st.tuples(days, lag, people, companies, st.booleans()).map(
        lambda t: (
            "contacts",
            fact(
                "contacts",
                t[0],
                t[0] + t[1],
                contact_ref=t[2],
                account_ref=t[3],
                email_consent=t[4],
                email="a@b.io",
            ),
        )
    )
    account = st.tuples(days, lag, st.sampled_from(["c:A", "c:B"]), st.sampled_from("xyz")).map(
        lambda t: ("accounts", fact("accounts", t[0], t[0] + t[1], account_ref=t[2], owner=t[3]))
    )
    event = st.tuples(days, lag, people, companies, st.integers(0, 30)).map(
        lambda t: (
            "events",
            fact(
                "events",
                t[0],
                t[0] + t[1],
                contact_ref=t[2],
                account_ref=t[3],
                name="login",
                event_key=str(t),
            ),
        )
    )
    paid = st.tuples(days, lag, st.integers(1, 3), st.integers(0, 40)).map(
        lambda t: (
            "subscriptions",
            fact(
                "subscriptions",
                t[0],
                t[0] + 1,
                account_ref="c:A",
                subscription_ref=f"s:{t[2]}",
                mrr_minor=1000,
                seats=3,
                started_day=t[0],
                ended_day=t[0] + t[3],
            ),
        )
    )
    return st.lists(st.one_of(contact, account, event, paid), max_size=25)


def _grouped(items: list[tuple[str, dict[str, object]]]) -> dict[str, Rows]:
    grouped: dict[str, Rows] = {}
    for table, row in items:
        grouped.setdefault(table, []).append(row)
    return grouped


def _seen(world: World) -> dict[str, list[dict[str, object]]]:
    make_features(world)
    return {name: rows_of(world, name) for name in RELATIONS}


def _loaded(parts: list[list[tuple[str, dict[str, object]]]]) -> dict[str, object]:
    with TemporaryDirectory() as folder:
        dataset = Dataset(Path(folder), MemoryManifest())
        for part in parts:
            land(AS_OF, _grouped(part), dataset)
        world = open_world(AS_OF, DuckEngine(threads=1), dataset)
        return dict(_seen(world))


@settings(max_examples=examples(12))
@given(_facts(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_repetition_and_parts_change_nothing(
    facts: list[tuple[str, dict[str, object]]],
    random: Random,
    parts: int,
) -> None:
    once = _loaded([facts])
    shuffled = [*facts, *facts]
    random.shuffle(shuffled)

    assert once == _loaded([shuffled[n::parts] for n in range(parts)])


@settings(max_examples=examples(12))
@given(_facts(), _facts())
def test_the_future_changes_nothing(
    facts: list[tuple[str, dict[str, object]]], later: list[tuple[str, dict[str, object]]]
) -> None:
    unknown = [
        (table, row)
        for table, row in later
        if int(str(row["known_day"])) > AS_OF or int(str(row["day"])) >= AS_OF
    ]
    now = [(t, r) for t, r in facts if (t, r) not in unknown]
    present = {table for table, _ in now}
    future = [(t, r) for t, r in unknown if t in present]

    assert _loaded([now]) == _loaded([now, future])


def test_a_fact_that_arrives_after_a_closed_day_is_known_the_day_after(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path, MemoryManifest())
    land(120, {"accounts": [fact("accounts", 100, account_ref="c:A", owner="Ann")]}, dataset)
    late = {"accounts": [fact("accounts", 105, account_ref="c:A", owner="Bob")]}
    for _ in range(2):
        land(120, late, dataset, closed_day=120)

    owners = [
        rows_of(open_world(day, DuckEngine(), dataset), "accounts")[0]["owner"]
        for day in (120, 121)
    ]

    assert ["Ann", "Bob"] == owners
    assert 2 == sum(f.rows for f in dataset.files("fact", "accounts"))


def test_before_the_first_day_of_a_table_its_relation_is_empty(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path, MemoryManifest())
    assert dataset.first_known("accounts") is None
    land(120, {"accounts": [fact("accounts", 118, 120, account_ref="c:A", owner="Ann")]}, dataset)

    worlds = {day: open_world(day, DuckEngine(), dataset.listed()) for day in (119, 120)}

    assert dataset.first_known("accounts") == 120
    assert [len(rows_of(world, "accounts")) for world in worlds.values()] == [0, 1]


def test_a_state_that_returns_is_a_new_version(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path, MemoryManifest())
    for day, owner in ((100, "Ann"), (105, "Bob"), (110, "Ann"), (111, "Ann")):
        row = fact("accounts", 90, day, account_ref="c:A", owner=owner)
        row["row_hash"] = {"Ann": 1, "Bob": 2}[owner]
        land(day, {"accounts": [row]}, dataset)

    owners = [
        rows_of(open_world(day, DuckEngine(), dataset), "accounts")[0]["owner"]
        for day in (101, 106, 112)
    ]

    assert ["Ann", "Bob", "Ann"] == owners
    assert 3 == sum(f.rows for f in dataset.files("fact", "accounts"))


def test_a_milestone_is_not_known_before_its_day(tmp_path: Path) -> None:
    facts = {
        "accounts": [fact("accounts", 100, account_ref="c:A")],
        "deals": [
            fact("deals", 100, deal_ref="d:1", account_ref="c:A", state="won", closed_day=130)
        ],
        "subscriptions": [
            fact(
                "subscriptions",
                100,
                subscription_ref="s:1",
                account_ref="c:A",
                mrr_minor=1,
                started_day=100,
                ended_day=130,
            )
        ],
    }

    for as_of, state, ended in ((130, "open", None), (131, "won", 130)):
        world = world_of(as_of, facts, tmp_path / str(as_of))

        assert state == rows_of(world, "deals")[0]["state"]
        assert ended == rows_of(world, "subscriptions")[0]["ended_day"]
