"""Loads are all or nothing, idempotent, and lose no bad row."""

import pytest

from tests.store.made import NOW, bad_row, batch, data_file
from tools.errors import BadInput, Conflict
from tools.store.documents import digest_of
from tools.store.records import BadRowCount, DataFile
from tools.store.store import Store


def test_a_batch_brings_its_files_and_bad_rows_together(store: Store) -> None:
    assert store.manifest.commit_batch(batch(), [data_file()], [bad_row()])

    assert store.manifest.data_files() == (data_file(),)
    assert store.manifest.quarantine() == (bad_row(),)
    assert store.manifest.batches() == (batch(),)


def test_the_same_batch_again_changes_nothing(store: Store) -> None:
    store.manifest.commit_batch(batch(), [data_file()], [bad_row()])

    assert not store.manifest.commit_batch(batch(), [data_file("other")], [bad_row(8)])
    assert store.manifest.data_files() == (data_file(),)
    assert len(store.manifest.quarantine()) == 1


def test_a_load_that_fails_leaves_nothing(store: Store) -> None:
    def broken_stream() -> object:
        yield bad_row()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.manifest.commit_batch(batch(), [data_file()], broken_stream())  # type: ignore[arg-type]  # a generator

    assert not store.manifest.has_batch("b1")
    assert store.manifest.data_files() == ()


def test_a_path_of_another_batch_is_a_conflict_and_commits_nothing(store: Store) -> None:
    store.manifest.commit_batch(batch(), [data_file()])

    with pytest.raises(Conflict, match="another batch's"):
        store.manifest.commit_batch(batch("b2"), [data_file("new"), data_file()])
    assert not store.manifest.has_batch("b2")
    assert store.manifest.data_files() == (data_file(),)


def test_files_are_listed_by_kind_and_table(store: Store) -> None:
    usage = DataFile("events", "usage", "usage/b1", 0, None, None, None, None, "cd" * 32, "b1")
    store.manifest.commit_batch(batch(), [usage, data_file(), data_file("deals/b1", "deals")])

    assert store.manifest.data_files("usage") == (usage,)
    assert [f.path for f in store.manifest.data_files(table="deals")] == ["deals/b1"]
    assert [f.table for f in store.manifest.data_files()] == ["contacts", "deals", "events"]


def test_an_unknown_kind_of_file_is_refused() -> None:
    with pytest.raises(BadInput, match="did you mean 'fact'"):
        DataFile("x", "facts", "p", 1, 1, 1, 1, 1, "", "b1")  # type: ignore[arg-type]  # on purpose


def test_quarantine_keeps_any_text_and_counts_by_reason(store: Store) -> None:
    poison = [bad_row(n, value) for n, value in enumerate(["\x00", "\ud800", "x" * 10**6, "1e308"])]
    store.manifest.commit_batch(batch(), [], poison)

    assert store.manifest.quarantine_counts() == (
        BadRowCount("invoices", "amount", "not a number", 4),
    )
    shown = [bad.value for bad in store.manifest.quarantine()]
    assert [len(value) for value in shown] == [6, 6, 500, 5]
    assert store.manifest.quarantine_counts("b2") == ()


def test_quarantine_is_listed_in_the_order_of_the_file(store: Store) -> None:
    store.manifest.commit_batch(batch(), [], [bad_row(line) for line in range(1, 300)])

    assert [bad.line for bad in store.manifest.quarantine(limit=5)] == [1, 2, 3, 4, 5]
    assert store.manifest.quarantine(table="deals") == ()


def test_a_document_is_kept_once_under_its_hash(store: Store) -> None:
    digest = store.documents.put("limits: ärgerlich\n")

    assert digest == digest_of("limits: ärgerlich\n") == store.documents.put("limits: ärgerlich\n")
    assert store.documents.get(digest) == "limits: ärgerlich\n"


def test_a_document_that_is_missing_or_changed_is_an_error(store: Store) -> None:
    digest = store.documents.put("one")
    with store.database.write() as session:
        session.connection().exec_driver_sql("UPDATE document SET text = 'two'")

    with pytest.raises(BadInput, match="was changed"):
        store.documents.get(digest)
    with pytest.raises(BadInput, match="has none of that hash"):
        store.documents.get("0" * 64)


def test_the_moment_of_the_load_is_kept(store: Store) -> None:
    store.manifest.commit_batch(batch(), [])

    assert store.manifest.batches()[0].committed_at == NOW
