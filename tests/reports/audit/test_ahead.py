"""Rows of days to come are counted, whenever they say they were known."""

from pathlib import Path

import pytest

from tests.facts import MemoryManifest, Rows, fact, land
from tools.reports.audit import audit, rows_ahead
from tools.warehouse.dataset import Dataset
from tools.warehouse.engine import DuckEngine

TODAY = 20_000
IN_2052 = 30_173


def events(days: list[int], known: int | None) -> Rows:
    """One event a day; known when it happened, or on a morning."""
    return [
        fact("events", day, known, event_key=f"e{day}", account_ref="a:1", name="login")
        for day in days
    ]


@pytest.mark.parametrize("known", [None, TODAY, TODAY + 1])
def test_events_of_2052_are_told_however_they_were_known(known: int | None, tmp_path: Path) -> None:
    dataset = Dataset(tmp_path, MemoryManifest())
    past, future = range(TODAY - 9, TODAY), range(IN_2052, IN_2052 + 5)
    land(TODAY, {"events": events([*past, *future], known)}, dataset)
    land(TODAY, {"messages": [fact("messages", TODAY - 3, message_key="m", kind="sent")]}, dataset)
    engine = DuckEngine(threads=1)
    dataset.scan(TODAY, engine)

    ahead = rows_ahead(TODAY, engine, dataset)
    report = audit(TODAY, engine, ahead=ahead)

    found = [(f.subject, f.count) for f in report.findings if f.code == "future_day"]
    assert found == [("events", 5)]


def test_what_was_loaded_after_the_run_was_not_ahead_of_it(tmp_path: Path) -> None:
    manifest = MemoryManifest()
    dataset = Dataset(tmp_path, manifest)
    land(TODAY, {"events": events([TODAY - 1, TODAY + 1], None)}, dataset)
    then = frozenset(f.batch for f in manifest.committed)
    land(TODAY + 9, {"events": events([TODAY + 5], None)}, dataset)

    assert rows_ahead(TODAY, DuckEngine(threads=1), dataset, then).num_rows == 1
    assert rows_ahead(TODAY, DuckEngine(threads=1), dataset).num_rows == 2
