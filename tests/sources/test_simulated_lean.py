"""The benchmark's cut of the simulated company."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.sources.simulated_worlds import END
from tools.errors import BadInput
from tools.sources.simulated_lean import CHUNK, simulate_lean

ACCOUNTS = 20_000
DAY = timedelta(days=1)


def count(folder: Path, condition: str = "TRUE") -> int:
    return rows(folder, f"count(*) FILTER ({condition})")[0]


def rows(folder: Path, what: str) -> tuple[int, ...]:
    files = f"read_parquet('{folder}/product_events_*.parquet')"
    answer: tuple[int, ...] = duckdb.connect().execute(f"SELECT {what} FROM {files}").fetchall()[0]
    return answer


def test_events_come_in_the_number_asked_for(tmp_path: Path) -> None:
    written = simulate_lean(tmp_path, seed=7, end=END, accounts=ACCOUNTS, events_per_account=20)

    assert written["accounts"] == written["subscriptions"] == ACCOUNTS
    assert abs(written["product_events"] / (20 * ACCOUNTS) - 1) < 0.05
    assert count(tmp_path) == written["product_events"]
    assert rows(tmp_path, "count(DISTINCT event_id)") == (written["product_events"],)
    assert count(tmp_path, f"occurred_at >= DATE '{END}'") == 0


def test_chunks_and_threads_do_not_show_in_the_bytes(tmp_path: Path) -> None:
    for name, threads in (("one", 1), ("three", 3)):
        simulate_lean(
            tmp_path / name,
            seed=7,
            end=END,
            accounts=CHUNK + 500,
            events_per_account=9,
            threads=threads,
        )
    one, three = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "three")
    )

    assert len(one) == 4
    assert one == three


def test_a_second_day_brings_one_event_in_a_hundred(tmp_path: Path) -> None:
    first = simulate_lean(tmp_path / "a", seed=7, end=END, accounts=3000)
    both = simulate_lean(tmp_path / "b", seed=7, end=END, accounts=3000, until=END + DAY)
    second = simulate_lean(
        tmp_path / "c", seed=7, end=END, accounts=3000, since=END, until=END + DAY
    )

    assert both["product_events"] == first["product_events"] + second["product_events"]
    assert 0.003 < second["product_events"] / first["product_events"] < 0.012
    assert count(tmp_path / "c", f"occurred_at < DATE '{END}'") == 0
    assert count(tmp_path / "b", f"occurred_at >= DATE '{END}'") == second["product_events"]


def test_a_cut_before_the_end_of_the_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cut from"):
        simulate_lean(tmp_path, seed=1, end=END, accounts=1, until=END - DAY)


def test_a_smaller_company_leaves_nothing_of_a_larger_one(tmp_path: Path) -> None:
    for accounts in (CHUNK + 1, 10):
        simulate_lean(tmp_path, seed=1, end=END, accounts=accounts, events_per_account=1)

    assert len(list(tmp_path.glob("product_events_*"))) == 1
