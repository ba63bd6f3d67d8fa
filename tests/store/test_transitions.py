"""Transitions are bitemporal: what a day knew stays readable, whatever came later."""

import pyarrow as pa
import pytest

from tests.store.made import keys, moves
from tools.errors import BadInput, Conflict
from tools.store.store import Store
from tools.store.transitions import KEY, TRANSITIONS


def seen(table: pa.Table) -> list[tuple[str, str]]:
    return sorted((row["entity_id"], row["to_stage"]) for row in table.to_pylist())


def test_what_a_day_wrote_is_what_the_next_day_starts_from(store: Store) -> None:
    store.transitions.write_diff(100, moves(("c1", None, "trial", 80)), keys())

    assert seen(store.transitions.known_before(100)) == []
    assert seen(store.transitions.known_before(101)) == [("c1", "trial")]
    assert store.transitions.known_before(101).schema == TRANSITIONS


def test_writing_a_day_twice_is_writing_it_once(store: Store) -> None:
    store.transitions.write_diff(100, moves(("c1", None, "trial", 80)), keys())
    for _ in range(2):
        store.transitions.write_diff(101, moves(("c1", None, "MQL", 80)), keys(("c1", "trial", 80)))

    rows = store.transitions.transitions_of("contact", "c1")
    assert [(t.as_of, t.to_stage, t.superseded_as_of) for t in rows] == [
        (100, "trial", 101),
        (101, "MQL", None),
    ]


def test_a_second_attempt_at_a_day_replaces_the_first(store: Store) -> None:
    store.transitions.write_diff(100, moves(("c1", None, "trial", 80)), keys())
    first = keys(("c1", "trial", 80))
    store.transitions.write_diff(101, moves(("c1", None, "MQL", 80)), first)

    store.transitions.write_diff(101, moves(("c2", None, "SQL", 99)), keys())

    assert seen(store.transitions.current()) == [("c1", "trial"), ("c2", "SQL")]


def test_a_correction_keeps_what_was_believed_before(store: Store) -> None:
    store.transitions.write_diff(100, moves(("c1", None, "trial", 80)), keys())
    store.transitions.write_diff(
        110, moves(("c1", None, "MQL", 80), observed=109), keys(("c1", "trial", 80))
    )

    assert seen(store.transitions.current(105)) == [("c1", "trial")]
    assert seen(store.transitions.current(110)) == [("c1", "MQL")]
    assert seen(store.transitions.known_before(110)) == [("c1", "trial")]
    assert seen(store.transitions.known_before(111)) == [("c1", "MQL")]


def test_a_corrected_origin_of_the_same_move_replaces_it(store: Store) -> None:
    store.transitions.write_diff(100, moves(("c1", None, "trial", 80)), keys())
    store.transitions.write_diff(101, moves(("c1", "MQL", "trial", 80)), keys(("c1", "trial", 80)))

    rows = store.transitions.transitions_of("contact", "c1")
    assert [(t.from_stage, t.superseded_as_of) for t in rows] == [(None, 101), ("MQL", None)]


def test_a_later_day_forbids_rewriting_an_earlier_one(store: Store) -> None:
    store.transitions.write_diff(101, moves(("c1", None, "trial", 80)), keys())

    with pytest.raises(Conflict, match="later day"):
        store.transitions.write_diff(100, moves(), keys())


def test_every_stamp_and_the_skipped_stages_come_back(store: Store) -> None:
    store.transitions.write_diff(100, moves(("c1", "MQL", "active", 80)), keys())

    (one,) = store.transitions.transitions_of("contact", "c1")

    assert (one.effective_day, one.observed_day, one.as_of) == (80, 90, 100)
    assert (one.from_stage, one.skipped, one.rule_version) == ("MQL", ("SQL", "trial"), "v1")


def test_a_missing_column_is_named(store: Store) -> None:
    with pytest.raises(BadInput, match="inserts lack the columns because"):
        store.transitions.write_diff(1, moves().drop_columns(["because"]), keys())
    with pytest.raises(BadInput, match="supersedes lack the columns to_stage"):
        store.transitions.write_diff(1, moves(), keys().drop_columns(["to_stage"]))


def test_a_diff_without_rows_is_a_diff(store: Store) -> None:
    store.transitions.write_diff(1, TRANSITIONS.empty_table(), KEY.empty_table())

    assert store.transitions.current().num_rows == 0


def test_a_whole_population_goes_in_and_out_unchanged(store: Store) -> None:
    many = moves(*[(f"c{n:05}", None, "trial", n % 90) for n in range(30_000)])
    store.transitions.write_diff(100, many, keys())

    out = store.transitions.known_before(101).sort_by("entity_id")

    assert out.column("entity_id") == many.column("entity_id")
    assert out.column("effective_day") == many.column("effective_day")
