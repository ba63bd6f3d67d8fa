"""Tests of other folders that prove a fault of the table; what is named here must be there.

Named by their functions, so that a test that moves to another file is still found.
"""

from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ELSEWHERE: dict[int, tuple[str, ...]] = {
    6: (
        "test_killed_there_it_loses_and_doubles_nothing",
        "test_killed_everywhere_in_turn_it_still_arrives",
    ),
    16: (
        "test_nobody_unknown_decides",
        "test_the_same_person_never_counts_twice_whatever_the_way_in",
        "test_an_alias_of_the_same_human_is_no_second_person",
        "test_a_bulk_approval_of_what_two_must_agree_to_is_refused",
        "test_who_lost_the_role_between_the_two_does_not_count",
    ),
    20: (
        "test_six_threads_fire_the_same_slots_and_each_runs_once",
        "test_two_processes_fire_the_same_slot_and_one_runs_it",
    ),
    21: ("test_after_an_outage_one_slot_is_run_at_most",),
    22: (
        "test_a_year_of_every_half_hour_misses_no_date_and_doubles_none",
        "test_a_day_the_clocks_change_is_due_once_and_when",
    ),
    23: (
        "test_a_clock_that_jumps_during_a_run_starts_no_second_run",
        "test_however_the_clocks_of_two_workers_go_a_slot_is_run_once_at_most",
    ),
    24: ("test_a_slot_waits_for_the_one_before_and_what_is_overtaken_is_skipped",),
    25: (
        "test_a_dead_workers_slot_is_taken_over_within_two_leases",
        "test_a_process_that_dies_or_is_stopped_is_followed_and_cannot_come_back",
    ),
    40: ("test_a_folder_full_of_garbage_still_gives_a_queue",),
    50: (
        "test_a_class_does_not_come_back_from_a_place",
        "test_a_place_is_plain_ids_and_counts",
    ),
    51: ("test_a_later_day_forgets_the_place_of_one_that_was_left",),
    78: ("test_a_section_that_failed_in_passing_is_made_again_before_anything_is_archived",),
    52: (
        "test_a_person_is_erased_from_everything_and_does_not_come_back",
        "test_killed_everywhere_in_turn_it_ends_erased_and_is_never_half_told",
    ),
    85: ("test_every_text_loses_the_person_and_every_figure_stays",),
    63: ("test_idle_clients_and_killed_parts_stop_nothing",),
    75: (
        "test_a_disguise_is_refused_wherever_it_stands",
        "test_an_honest_text_of_any_language_passes",
        "test_the_words_that_were_there_may_be_said_better",
    ),
}


@cache
def files_of(test: str) -> tuple[str, ...]:
    """The files that define a test, as pytest names them."""
    found = [
        str(path.relative_to(TESTS.parent))
        for path in sorted(TESTS.rglob("test_*.py"))
        if f"def {test}(" in path.read_text(encoding="utf-8")
    ]
    return tuple(found)
