"""Use continued from what a run kept is use counted from the beginning, whatever comes late.

Also when contacts move from account to account, and when that becomes known late.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.facts import MemoryManifest
from tools.warehouse.asof.kept_usage import KEPT, SHORTEST, keep_usage, open_usage
from tools.warehouse.asof.world import World
from tools.warehouse.dataset import SNAPSHOT, USAGE_KIND, CommittedFile, Dataset
from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import USAGE
from tools.warehouse.sql import read_sql

START = 20_000
EDGES = (-2, -1, 0, 1, 2, 27, 28, 29, 30, 55, 56, 57, 58, 84, 111, 112, 113, 114, 150)
REFS = ("a", "b", "c")


@dataclass(frozen=True)
class Use:
    """One row of use that lands on a run's day, `ago` days old, known `lag` days from then."""

    account: str | None
    contact: str | None
    kind: int
    ago: int
    lag: int
    events: int
    quantity: float | None = None


@dataclass(frozen=True)
class Run:
    """A morning `gap` days after the last one: what lands, and who is one customer by then."""

    gap: int
    uses: tuple[Use, ...]
    accounts: tuple[tuple[str, str], ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
    moves: tuple[tuple[str, tuple[int, ...]], ...] = ()


@dataclass
class Company:
    """Files of use and what its runs kept; aliases are put by hand, as identity would."""

    folder: Path
    files: list[CommittedFile] = field(default_factory=list)
    kept: list[CommittedFile] = field(default_factory=list)

    def land(self, day: int, before: int, uses: tuple[Use, ...]) -> None:
        """Write what came since the run of day `before`; nothing slips in behind it."""
        days = [day - u.ago for u in uses]
        known = [max(day + u.lag, before + 1) for u in uses]
        if uses:
            path = f"use-{day}.parquet"
            pq.write_table(_table(uses, days, known), self.folder / path)
            spans = (min(days), max(days), min(known), max(known))
            self.files.append(CommittedFile(USAGE_KIND, "usage", path, len(uses), *spans, path))

    def open(self, day: int, run: Run, *, kept: bool) -> tuple[World, Dataset]:
        """Use as of a day, from what runs kept or from the beginning."""
        engine = DuckEngine(threads=1)
        dataset = Dataset(self.folder, MemoryManifest(self.files + self.kept * kept))
        engine.put("account_alias", _pairs("ref", "account_id", run.accounts))
        engine.put("contact_alias", _pairs("ref", "contact_id", run.contacts))
        engine.put("contact_account", _pairs("contact_id", "account_id", (("p", "a"),)))
        engine.put("contact_moves", _moves(run.moves))
        engine.scan("fact_usage", dataset.paths(self.files), USAGE)
        open_usage(day, engine, dataset, day)
        return World(day, engine, frozenset({"events"})), dataset

    def close(self, world: World, dataset: Dataset) -> None:
        """Keep what the run of the day keeps."""
        engine = world.engine
        assert isinstance(engine, DuckEngine)
        found = [keep_usage(name, world.as_of, dataset, engine) for name in KEPT]
        self.kept += [file for file in found if file]


def _table(uses: tuple[Use, ...], days: list[int], known: list[int]) -> pa.Table:
    rows = [
        {
            "account_ref": u.account,
            "contact_ref": u.contact,
            "name": f"kind {u.kind}",
            "day": day,
            "known_day": known_day,
            "events": u.events,
            "quantity": u.events if u.quantity is None else u.quantity,
        }
        for u, day, known_day in zip(uses, days, known, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=USAGE)


def _pairs(left: str, right: str, rows: tuple[tuple[str, str], ...]) -> pa.Table:
    columns = {left: [a for a, _ in rows], right: [b for _, b in rows]}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _moves(given_moves: tuple[tuple[str, tuple[int, ...]], ...]) -> pa.Table:
    """Stays from cut to cut (days from START), in accounts a, b, c and a again."""
    rows = [
        {
            "contact_ref": contact,
            "account_id": REFS[n % 3],
            "from_day": START + cut if n else 0,
            "to_day": START + until,
        }
        for contact, cuts in given_moves
        for n, (cut, until) in enumerate(pairwise([0, *sorted(cuts), 4_000_000]))
    ]
    schema = [
        ("contact_ref", pa.string()),
        ("account_id", pa.string()),
        ("from_day", pa.int32()),
        ("to_day", pa.int32()),
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(schema))


def told(world: World) -> list[dict[str, object]]:
    """Every feature of use, and the days of life."""
    world.engine.create(
        "accounts", "SELECT CAST(NULL AS TEXT) AS account_id, CAST(NULL AS INT) AS created_day"
    )
    world.engine.create("coverage", "SELECT 'events' AS tbl, CAST(NULL AS INT) AS first_day")
    features = world.engine.run(read_sql("tools.customers.features", "usage"), as_of=world.as_of)
    life = world.engine.run("SELECT * FROM usage_life")
    return sorted([*features.to_pylist(), *life.to_pylist()], key=repr)


def uses() -> st.SearchStrategy[tuple[Use, ...]]:
    """Rows at every edge of every window, late, early, and twice on one day."""
    one = st.builds(
        Use,
        account=st.none() | st.sampled_from(REFS),
        contact=st.none() | st.sampled_from(("p", "q")),
        kind=st.sampled_from((0, 1, 7, 8, 9, 30)),
        ago=st.sampled_from(EDGES) | st.integers(-3, 130),
        lag=st.sampled_from((-40, 0, 0, 0, 3)),
        events=st.integers(1, 9),
        quantity=st.sampled_from((None, None, None, 0.0, -2.0, 0.5, 1e30)),
    )
    return st.lists(one, max_size=25).map(tuple)


def runs() -> st.SearchStrategy[list[Run]]:
    """Some mornings, mostly one after the other; who is one customer may change between them."""
    gap = st.sampled_from((1, 1, 2, 7, SHORTEST, SHORTEST + 1, 60))
    accounts = st.sampled_from(((), (("b", "a"),), (("c", "b"),)))
    contacts = st.sampled_from(((), (("q", "p"),)))
    cuts = st.lists(
        st.sampled_from(EDGES) | st.integers(0, 130), min_size=1, max_size=3, unique=True
    )
    stays = cuts.map(lambda days: tuple(3 - day for day in days))
    moves = st.lists(st.tuples(st.sampled_from(("p", "q")), stays), max_size=2, unique_by=_first)
    one = st.builds(Run, gap, uses(), accounts, contacts, moves.map(tuple))
    return st.lists(one, min_size=2, max_size=4)


def _first(move: tuple[str, tuple[int, ...]]) -> str:
    return move[0]


def mornings(given_runs: list[Run]) -> Iterator[tuple[int, int, Run]]:
    """Each run with its day and the day of the one before."""
    day = START
    for run in given_runs:
        yield day + run.gap, day, run
        day += run.gap


@settings(max_examples=examples(15), deadline=None)
@given(runs())
def test_use_continued_is_use_from_the_beginning(given_runs: list[Run]) -> None:
    with TemporaryDirectory() as folder:
        company = Company(Path(folder))
        days = list(mornings(given_runs))
        for day, before, run in days:
            company.land(day, before, run.uses)
            world, dataset = company.open(day, run, kept=True)
            assert told(world) == told(company.open(day, run, kept=False)[0])
            company.close(world, dataset)
        day, _, run = days[0]  # replayed, when later days have been kept as well
        assert told(company.open(day, run, kept=True)[0]) == told(
            company.open(day, run, kept=False)[0]
        )


@pytest.fixture
def second_morning(tmp_path: Path) -> tuple[Company, World]:
    """A run that kept its use, and the next morning with one more row of it."""
    company = Company(tmp_path)
    old = tuple(Use("a", None, kind, ago, 0, 1) for kind in (0, 9) for ago in range(2, 100))
    company.land(START, 0, old)
    company.close(*company.open(START, Run(0, ()), kept=True))
    company.land(START + 1, START, (Use("a", None, 20, 1, 0, 5),))
    return company, company.open(START + 1, Run(0, ()), kept=True)[0]


def test_the_next_morning_reads_only_what_is_new(second_morning: tuple[Company, World]) -> None:
    _, world = second_morning

    rows = world.engine.run("SELECT name AS name, events AS events FROM fact_usage_lately")
    assert rows.to_pylist() == [{"name": "kind 20", "events": 5}]


def test_windows_without_their_kinds_are_counted_anew(
    second_morning: tuple[Company, World],
) -> None:
    company, _ = second_morning
    company.kept = [f for f in company.kept if f.table != "usage_kinds"]

    world, _ = company.open(START + 1, Run(0, ()), kept=True)

    assert [f.kind for f in company.kept] == [SNAPSHOT, SNAPSHOT]
    assert world.engine.run("SELECT * FROM fact_usage_lately").num_rows == 2 * 98 + 1
    assert told(world) == told(company.open(START + 1, Run(0, ()), kept=False)[0])
