"""The archive keeps a report as it was, and sends it to nobody twice."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.store.made import DAY, LATER, NOW
from tools.errors import BadInput, Conflict
from tools.store.reports import Archived, ReportFile
from tools.store.store import Store

FILES = (ReportFile("report.html", "aa", 10), ReportFile("report.json", "bb", 20))
WEEK = Archived("weekly-2024-W09", "weekly", DAY, DAY - 7, NOW, FILES)


def test_a_report_is_archived_once_with_its_files(store: Store) -> None:
    assert store.reports.add(WEEK)
    assert not store.reports.add(replace(WEEK, made_at=LATER))
    assert store.reports.get(WEEK.id) == WEEK
    assert store.reports.list() == (WEEK,)


def test_what_was_reported_stays_as_it_was(store: Store) -> None:
    store.reports.add(WEEK)
    other = replace(WEEK, files=(replace(FILES[0], sha256="cc"), FILES[1]))

    with pytest.raises(Conflict, match=r"another report\.html;"):
        store.reports.add(other)
    with pytest.raises(Conflict, match=r"another report\.json;"):
        store.reports.add(replace(WEEK, files=FILES[:1]))
    assert store.reports.get(WEEK.id) == WEEK


@pytest.mark.parametrize("table", ["report", "report_file"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET {} = '0'"])
def test_the_database_itself_refuses_to_change_one(store: Store, table: str, change: str) -> None:
    store.reports.add(WEEK)
    column = "kind" if table == "report" else "sha256"

    with pytest.raises(DBAPIError, match="kept as it was"), store.database.write() as session:
        session.connection().execute(text(change.format(table, column)))


def test_the_one_before_is_the_newest_of_its_kind_about_an_earlier_day(store: Store) -> None:
    for back in (7, 14, 21):
        store.reports.add(replace(WEEK, id=f"w{back}", as_of=DAY - back))
    store.reports.add(replace(WEEK, id="m", kind="monthly", as_of=DAY - 1))

    found = store.reports.latest("weekly", DAY)

    assert found is not None
    assert found.id == "w7"
    assert store.reports.latest("weekly", DAY - 21) is None
    assert [one.id for one in store.reports.list(2)] == ["m", "w7"]


def test_a_report_leaves_for_a_reader_once(store: Store) -> None:
    store.reports.add(WEEK)

    assert store.reports.begin(WEEK.id, "ceo@x.example", NOW)
    assert not store.reports.begin(WEEK.id, "ceo@x.example", LATER)
    assert not store.reports.again(WEEK.id, "ceo@x.example", LATER)
    assert store.reports.end(WEEK.id, "ceo@x.example", "sent", "", LATER)
    assert not store.reports.end(WEEK.id, "ceo@x.example", "failed", "", LATER)
    assert [p.status for p in store.reports.posts(WEEK.id)] == ["sent"]


def test_only_what_certainly_did_not_leave_is_tried_again(store: Store) -> None:
    for reader, ending in (("a@x", "failed"), ("b@x", "unknown")):
        store.reports.begin(WEEK.id, reader, NOW)
        store.reports.end(WEEK.id, reader, ending, "why", NOW)  # type: ignore[arg-type]

    assert store.reports.again(WEEK.id, "a@x", LATER)
    assert not store.reports.again(WEEK.id, "b@x", LATER)
    assert not store.reports.again(WEEK.id, "nobody@x", LATER)


def test_a_kind_there_is_none_of_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="weekly"):
        store.reports.add(replace(WEEK, kind="weakly"))  # type: ignore[arg-type]
