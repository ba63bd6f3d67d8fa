"""A day computed again gives the same bytes, whatever came after it; and a test that can fail."""

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agent.run import Replayed, replay_day
from agent.snapshots import EVIDENCE, Snapshots
from agent.wiring import Deps, open_deps
from tests.agent.company import FIRST, LATER, SECOND, number
from tests.agent.homes import Home, Homes
from tests.agent.learned import plant_places
from tests.agent.traces import trace
from tests.databases import KINDS
from tests.effort import WHOLE
from tools.errors import BadInput
from tools.store.records import Batch, DataFile
from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import BY_NAME

pytestmark = pytest.mark.long

ON_EACH = [pytest.param(kind, marks=pytest.mark.xdist_group(f"agent-{kind}")) for kind in KINDS]
ON_SQLITE = pytest.mark.xdist_group("agent-sqlite")


def _files(folder: Path) -> dict[str, str]:
    """Every file of the facts with its hash: what a replay may not touch."""
    found = sorted(path for path in (folder / "facts").rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def _replayed(home: Home, **changed: object) -> Replayed:
    settings = home.company.settings(home.folder, home.database, FIRST, **changed)
    with open_deps(settings) as deps:
        return replay_day(deps, number(FIRST))


def _text_of(deps: Deps, day: int) -> str:
    """The evidence a morning kept."""
    kept = Snapshots(deps.dataset, day).text(EVIDENCE, day, DuckEngine(threads=1))
    assert kept is not None
    return kept[1]


@pytest.mark.parametrize("kind", ON_EACH if WHOLE else ON_EACH[:1])
def test_thirty_days_later_it_is_byte_identical_and_nothing_is_written(
    kind: str, homes: Homes
) -> None:
    """The last morning learns from outcomes that became known in between."""
    with homes.copy(kind, SECOND) as home:
        with open_deps(home.company.settings(home.folder, home.database, FIRST)) as deps:
            plant_places(deps, number(SECOND) + 1, began=number(FIRST) - 30)
        ended = home.run(LATER)
        assert ended.code == 0, ended.text
        before, files = trace(home.database, home.folder), _files(home.folder)

        for day in (FIRST, SECOND, LATER):
            ended = home.call("replay", "--as-of", day.isoformat())
            assert (ended.code, "identical" in ended.text) == (0, True), ended.text
        assert trace(home.database, home.folder) == before
        assert _files(home.folder) == files
        with open_deps(home.company.settings(home.folder, home.database, FIRST)) as deps:
            learned = json.loads(_text_of(deps, number(LATER)))
            versions = [
                {
                    json.loads(p.envelope)["versions"]["effects"]
                    for p in deps.store.proposals.of_day(number(day))
                }
                for day in (FIRST, LATER)
            ]
        assert [len(one) for one in versions] == [1, 1]
        assert versions[0] != versions[1]
        [found] = json.loads(learned["evidence"])["comparisons"]
        assert (found["play"], found["treated"]["n"] > 0) == ("retention_call", True)


@ON_SQLITE
def test_other_policies_and_another_zone_since_then_change_nothing(
    homes: Homes, tmp_path: Path
) -> None:
    """The run recorded its rules and its time zone; those of today are not asked."""
    with homes.copy("sqlite") as home:
        other = home.company.with_policies(
            tmp_path / "policies",
            ("limits.yaml", "{value: 8, valid_from", "{value: 2, valid_from"),
            ("plays.yaml", "window_days: 30", "window_days: 45"),
            ("churn.yaml", "snapshots: 3", "snapshots: 6"),
        )
        mapping = tmp_path / "elsewhere.yaml"
        text = (home.company.settings(home.folder, "", FIRST).mapping or Path()).read_text("utf-8")
        assert "zone: Europe/Berlin" in text
        mapping.write_text(text.replace("zone: Europe/Berlin", "zone: Asia/Tokyo"), "utf-8")

        assert _replayed(home, policies=other.policies, mapping=mapping).identical


@ON_SQLITE
def test_a_mapping_is_not_needed_any_more(homes: Homes) -> None:
    with homes.copy("sqlite") as home:
        assert _replayed(home, data=None, mapping=home.folder / "none.yaml").identical


def _tamper(deps: Deps, table: str, **changes: object) -> None:
    """Commit a second version of one row, claimed to have been known before the day."""
    found = deps.dataset.files("fact", table)[0]
    row = pq.read_table(deps.dataset.folder / found.path).to_pylist()[0]
    row = {**row, **changes, "row_hash": row["row_hash"] + 1}
    path = f"fact/{table}/tampered.parquet"
    rows = pa.Table.from_pylist([row], schema=BY_NAME[table].arrow)
    pq.write_table(rows, deps.dataset.folder / path)
    days = (row["day"], row["day"], row["known_day"], row["known_day"])
    file = DataFile(table, "fact", path, 1, *days, "0" * 64, "tampered")
    batch = Batch("tampered", "nobody", 1, deps.clock())
    assert deps.store.manifest.commit_batch(batch, [file])


@ON_SQLITE
@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("events", {"event_ref": "simulated:planted", "name": "planted"}),
        ("accounts", {"owner": "Somebody else", "observed_at": 2**62}),
    ],
)
def test_a_fact_that_slips_in_behind_the_day_is_noticed(
    table: str, changes: dict[str, object], homes: Homes
) -> None:
    with homes.copy("sqlite") as home:
        settings = home.company.settings(home.folder, home.database, FIRST)
        with open_deps(settings) as deps:
            _tamper(deps, table, **changes)

        again = _replayed(home)
        assert not again.identical
        assert "hashes" in again.differences
        ended = home.call("replay", "--as-of", FIRST.isoformat())
        assert ended.code == 1
        assert "not the same" in ended.text


@ON_SQLITE
def test_a_summary_that_was_changed_is_noticed(homes: Homes) -> None:
    """What is compared is what the run stored, to the byte."""
    with homes.copy("sqlite") as home:
        again = _replayed(home)

        assert again.text == again.stored
        told = json.loads(again.stored)
        other = Replayed(again.run, again.text, json.dumps({**told, "chosen": told["chosen"] + 1}))
        assert not other.identical
        assert other.differences == ["chosen"]


@ON_SQLITE
def test_a_day_that_was_not_run_cannot_be_replayed(homes: Homes) -> None:
    lived = homes.lived("sqlite")
    with (
        open_deps(lived.company.settings(lived.folder, lived.database, SECOND)) as deps,
        pytest.raises(BadInput, match=r"run-2026-11-04 is not done; `lifecycle run --as-of`"),
    ):
        replay_day(deps, number(SECOND))
