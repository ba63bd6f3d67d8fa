"""Nothing is lost silently: every row is loaded, folded or in quarantine, however often read."""

import tempfile
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from agent.commands.quarantine import counted, shown
from agent.facts import CommittedFiles, Reading, land
from agent.page_tables import quarantine_tables
from agent.quarantine import csv_of, record_of
from tests.effort import examples
from tools.sources.batch import SourceBatch
from tools.sources.files import FileSource
from tools.sources.mends import OTHERWISE, mend_of
from tools.sources.parse import parse_mapping
from tools.store.records import BadRow
from tools.store.store import Store, open_store
from tools.warehouse.dataset import Dataset

pytestmark = pytest.mark.long

NOW = datetime(2025, 7, 1, 6, tzinfo=UTC)
AS_OF = 20_270
MAPPING = """
company: Acme
zone: UTC
currency: EUR
known: when_occurred
inputs:
  - table: events
    file: "a*.csv"
    where: kind <> 'test'
    occurred: at
    columns: {event_key: id, contact_ref: who, name: kind}
"""
OUT = "the key stands for other content already; the row is left out"


class Home:
    """A folder of files, and what was loaded of it."""

    def __init__(self, folder: Path) -> None:
        self.files, self.facts = folder / "files", folder / "facts"
        self.files.mkdir()
        self.store: Store = open_store(f"sqlite:///{folder / 'store.db'}")
        self.mornings = 0

    def write(self, name: str, *lines: str) -> None:
        (self.files / name).write_text("id,at,who,kind\n" + "".join(f"{x}\n" for x in lines))

    def batch(self) -> SourceBatch:
        return FileSource(self.files, parse_mapping(MAPPING, "acme.yaml")).read(
            AS_OF + self.mornings
        )

    def morning(self) -> tuple[SourceBatch, Reading]:
        self.mornings += 1
        batch, dataset = self.batch(), Dataset(self.facts, CommittedFiles(self.store.manifest))
        now = NOW + timedelta(self.mornings)
        return batch, land(
            AS_OF + self.mornings, batch, dataset, self.store, now, lambda _: None, b"secret"
        )

    @property
    def bad(self) -> tuple[BadRow, ...]:
        return self.store.manifest.quarantine(limit=None)

    def loaded(self) -> int:
        return sum(file.rows for file in self.store.manifest.data_files("fact"))


@pytest.fixture(name="home")
def made(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_key_of_other_content_is_told_with_both_places(home: Home) -> None:
    home.write("a1.csv", "k1,2025-06-01,u1,x", "k1,2025-06-01,u1,x", "k2,2025-06-02,u1,x")
    home.write("a2.csv", "", "k2,2025-06-02,u2,x")
    home.morning()
    (bad,) = home.bad
    other = bad.value.removesuffix(")").split("other: ")[1]
    assert (bad.column, bad.reason) == ("event_key", OUT)
    assert bad.value.startswith("k2 (the other: a")
    places = {f"{bad.file} line {bad.line}", other}
    assert places == {"a1.csv line 4", "a2.csv line 3"}
    assert home.loaded() == 2
    (folded,) = home.store.manifest.remarks()
    assert (folded.kind, folded.rows, folded.file) == ("folded", 1, "a*.csv")


def test_a_key_known_from_before_is_told_and_not_replaced(home: Home) -> None:
    home.write("a1.csv", "k1,2025-06-01,u1,x")
    home.morning()
    home.write("a1.csv", "k1,2025-06-01,u9,x")
    home.morning()
    assert [(b.line, b.value) for b in home.bad] == [(2, "k1 (the other: loaded before)")]
    assert home.loaded() == 1


def test_what_is_mended_leaves_the_quarantine_and_stays_in_its_past(home: Home) -> None:
    home.write("a1.csv", "k1,never,u1,x", "k2,2025-06-01,u1,x")
    home.write("a2.csv", "k3,never,u1,x")
    home.morning()
    assert {b.file for b in home.bad} == {"a1.csv", "a2.csv"}
    home.write("a1.csv", "k1,2025-06-01,u1,x", "k2,2025-06-01,u1,x")
    home.morning()
    assert {b.file for b in home.bad} == {"a2.csv"}
    before = home.store.manifest.quarantine_counts(until=NOW + timedelta(days=1, hours=1))
    assert sum(one.rows for one in before) == 2
    assert sum(one.rows for one in home.store.manifest.quarantine_counts()) == 1


ROW = st.tuples(
    st.sampled_from(["1", "2", "3", ""]),
    st.sampled_from(["2025-06-01", "2025-06-02 10:00", "bad", ""]),
    st.sampled_from(["u", "v", ""]),
    st.sampled_from(["x", "y", "test"]),
).map(",".join)


@settings(max_examples=examples(25))
@given(st.lists(ROW, max_size=9), st.lists(ROW, max_size=4))
def test_the_counts_add_up_and_reading_twice_changes_nothing(
    rows: list[str], more: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.write("a1.csv", *rows)
        home.write("a2.csv", *more)
        batch, first = home.morning()
        out = {(b.file, b.line) for b in home.bad if b.reason.endswith("left out")}
        taken = [row for row in (*rows, *more) if row.split(",")[3] != "test"]
        assert batch.read["events"] == len(taken)
        assert home.loaded() + batch.folded["events"] + len(out) == len(taken)
        assert sum(r.rows for r in home.store.manifest.remarks()) == batch.folded["events"]
        bad, facts = home.bad, home.loaded()
        again, second = home.morning()
        assert home.bad == bad
        assert home.loaded() == facts
        assert dict(again.folded) == dict(batch.folded)
        assert second.rejected == first.rejected


def test_the_command_shows_counts_then_rows_then_files(
    home: Home,
) -> None:
    home.write("a1.csv", "k1,never,=1+1,x", "k2,2025-06-01,u1,x", "k2,2025-06-01,u2,x")
    home.morning()
    found = home.bad
    lines = shown_text(found, 80)
    assert lines[0] == "In quarantine: 2"
    assert any("events.occurred_at: not a date of the form iso; the row is" in x for x in lines)
    assert any("Add its form to `formats`" in line for line in lines)
    assert any("a1.csv:2" in line and "never" in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert "1 more: --limit" in "\n".join(shown_text(found, 80, limit=1))
    text = csv_of(found).decode("utf-8-sig").splitlines()
    assert text[0] == '"table","file","line","column","value","reason","mend"'
    assert len(text) == 3
    record = record_of(found[0])
    assert (record["file"], record["line"], record["value"]) == ("a1.csv", 2, "never")
    reasons, rows = quarantine_tables(home.store.manifest.quarantine_counts(), found)
    assert {row[3] for row in reasons.rows} == {"1"}
    assert {row[0] for row in rows.rows} < {"a1.csv:2", "a1.csv:3", "a1.csv:4"}


def shown_text(found: "tuple[BadRow, ...]", width: int, limit: int = 20) -> list[str]:
    out = StringIO()
    Console(file=out, width=width).print(shown(counted(found), found, limit))
    return out.getvalue().splitlines()


def test_every_reason_of_ours_has_a_mend() -> None:
    assert mend_of(OUT) != OTHERWISE
    assert mend_of("not a date of the form iso; the row is left out") != OTHERWISE
    assert mend_of("something new") == OTHERWISE


def test_rows_are_found_by_file_and_reason(home: Home) -> None:
    home.write("a1.csv", "k1,never,u,x")
    home.write("a2.csv", "k2,2025-06-01,u")
    home.morning()
    manifest = home.store.manifest
    assert {b.file for b in manifest.quarantine(file="a2")} == {"a2.csv"}
    assert {b.file for b in manifest.quarantine(reason="not a date")} == {"a1.csv"}
    assert manifest.quarantine(reason="%") == ()
