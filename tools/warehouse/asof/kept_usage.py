"""Product use as of a day, continued from what an earlier run kept, so that old files rest."""

from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.dataset import SNAPSHOT, USAGE_KIND, CommittedFile
from tools.warehouse.schema import USAGE
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.dataset import Dataset
    from tools.warehouse.engine import DuckEngine, Engine

NEVER = -1
# Kept under names of their own since use is the sum of quantities and split where a contact moved:
# what an earlier version kept under `usage_life` and `usage_windows` is not read any more.
LIFE, WINDOWS, KINDS = "use_life", "use_windows", "usage_kinds"
# What is kept, and the query that tells it; the kinds count only beside the windows of their day.
KEPT = {
    LIFE: "SELECT * FROM usage_life_refs ORDER BY account_ref, contact_ref, since_day",
    KINDS: "SELECT * FROM usage_kinds ORDER BY number",
    WINDOWS: "SELECT * FROM usage_windows_refs",
}
# A window is moved on by days that are still in the next one; older windows are counted anew.
SHORTEST = 28
LONGEST = 112
WORD = 56
_REFS = [("account_ref", pa.string()), ("contact_ref", pa.string()), ("since_day", pa.int32())]
LIFE_SCHEMA = pa.schema([*_REFS, ("first_day", pa.int32()), ("last_day", pa.int32())])
KINDS_SCHEMA = pa.schema([("name", pa.string()), ("number", pa.int64())])
_COUNTS = (
    "late_days", "early_days", "events_28", "events_prior_28", "events_before",
    *(f"kind_{slot}" for slot in range(8)),
)  # fmt: skip
_AGAIN = """
SELECT u.account_ref AS account_ref, u.contact_ref AS contact_ref, u.name AS name, u.day AS day,
  u.known_day AS known_day, u.events AS events, u.quantity AS quantity
FROM fact_usage AS u
JOIN usage_again AS x ON x.contact_ref = u.contact_ref
WHERE u.account_ref IS NULL
"""
WINDOWS_SCHEMA = pa.schema(
    [*_REFS, ("page", pa.int32()), *((name, pa.int64()) for name in _COUNTS)]
)


def open_usage(as_of: int, engine: "Engine", dataset: "Dataset", upto: int) -> None:
    """Make `usage_life` and `usage_windows`; of what runs kept, use none later than `upto`."""
    _life(as_of, engine, dataset, upto)
    _windows(as_of, engine, dataset, upto)


def _life(as_of: int, engine: "Engine", dataset: "Dataset", upto: int) -> None:
    """First and last day of use, from the newest kept snapshot and the files that came since."""
    kept = max(dataset.files(SNAPSHOT, LIFE, as_of=upto), key=lambda f: f.max_known, default=None)
    day = kept.max_known if kept else NEVER
    engine.scan("fact_use_life", dataset.paths([kept] if kept else []), LIFE_SCHEMA)
    engine.scan("fact_usage_since", dataset.paths(_since(dataset, as_of, day)), USAGE)
    _count_again(engine)
    engine.create("usage_life_refs", read_sql(__package__, "usage_life"), as_of=as_of, kept=day)
    engine.create("usage_life", read_sql(__package__, "usage_life_account"))


def _count_again(engine: "Engine") -> None:
    """Make `fact_usage_again`: all use of contacts who moved on other days than was kept."""
    engine.create("usage_again", read_sql(__package__, "usage_again"))
    if engine.run("SELECT 1 AS one FROM usage_again LIMIT 1").num_rows:
        engine.view("fact_usage_again", _AGAIN)
    else:
        engine.put("fact_usage_again", USAGE.empty_table())


def _windows(as_of: int, engine: "Engine", dataset: "Dataset", upto: int) -> None:
    """Days and events of the last 112 days, from kept ones that are young enough."""
    found = {
        name: {f.max_known: f for f in dataset.files(SNAPSHOT, name, as_of=upto)}
        for name in (LIFE, WINDOWS, KINDS)
    }
    every = found[LIFE].keys() & found[WINDOWS].keys() & found[KINDS].keys()
    day = max((day for day in every if day >= as_of - SHORTEST), default=NEVER)
    for name, schema in ((WINDOWS, WINDOWS_SCHEMA), (KINDS, KINDS_SCHEMA)):
        kept = [found[name][day]] if day != NEVER else []
        engine.scan(f"fact_{name}", dataset.paths(kept), schema)
    lately = [f for f in _since(dataset, as_of, day) if f.max_day >= as_of - LONGEST]
    engine.scan("fact_usage_lately", dataset.paths(lately), USAGE)
    engine.scan("fact_usage_moved", dataset.paths(_moved(dataset, as_of, day)), USAGE)
    make_windows(as_of, engine, day)


def make_windows(as_of: int, engine: "Engine", kept: int = NEVER) -> None:
    """Make `usage_windows` from the relations of what was kept on a day and what came since."""
    ahead = 0 if kept == NEVER else as_of - kept
    engine.create(KINDS, read_sql(__package__, KINDS), as_of=as_of)
    engine.create(
        "usage_windows_refs",
        read_sql(__package__, "usage_windows"),
        as_of=as_of,
        kept=kept,
        ahead=ahead,
        stays=(1 << (WORD - ahead)) - 1,
        turns=WORD - ahead,
    )
    engine.view("usage_windows", read_sql(__package__, "usage_windows_account"))


def _since(dataset: "Dataset", as_of: int, kept: int) -> list[CommittedFile]:
    """The files that may hold what a run of day `kept` could not see."""
    files = dataset.files(USAGE_KIND, "usage", as_of=as_of)
    return [f for f in files if f.max_known > kept or f.max_day >= kept]


def _moved(dataset: "Dataset", as_of: int, kept: int) -> list[CommittedFile]:
    """The files that may hold a day whose window is another one than on day `kept`."""
    if kept in {NEVER, as_of}:
        return []
    files = dataset.files(USAGE_KIND, "usage", as_of=kept)
    lows = [kept - days for days in (SHORTEST, WORD, LONGEST)]
    days = as_of - kept
    return [f for f in files if any(f.max_day >= low and f.min_day < low + days for low in lows)]


def keep_usage(
    name: str, as_of: int, dataset: "Dataset", engine: "DuckEngine"
) -> CommittedFile | None:
    """Write one of KEPT, so that tomorrow reads only what is new; nothing is none."""
    path = f"{SNAPSHOT}/{name}/{as_of}.parquet"
    (dataset.folder / path).parent.mkdir(parents=True, exist_ok=True)
    rows = engine.export(KEPT[name], dataset.folder / path)
    days = (as_of - 1, as_of - 1, as_of, as_of)
    return CommittedFile(SNAPSHOT, name, path, rows, *days, f"{name}-{as_of}") if rows else None
