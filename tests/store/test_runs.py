"""A day has one run: opened once, gone on with after a crash, closed once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.store.made import DAY, LATER, NOW
from tools.errors import BadInput, Conflict
from tools.store.documents import digest_of
from tools.store.records import Refusal, RefusalCount
from tools.store.runs import run_id
from tools.store.store import Store

DOCUMENTS = {"limits": "a: 1", "economics": "b: 2"}


def test_the_first_to_open_a_day_records_what_the_run_will_use(store: Store) -> None:
    run = store.runs.open_run(DAY, "f1", DOCUMENTS, NOW)

    assert (run.id, run.status, run.started_at) == ("run-2024-03-01", "running", NOW)
    assert run.documents == (("economics", digest_of("b: 2")), ("limits", digest_of("a: 1")))
    assert store.documents.get(run.documents[1][1]) == "a: 1"
    assert store.runs.run_of(DAY) == run


def test_a_killed_run_goes_on_with_what_it_recorded(store: Store) -> None:
    first = store.runs.open_run(DAY, "f1", DOCUMENTS, NOW)

    assert store.runs.open_run(DAY, "f2", {"limits": "a: 9"}, LATER) == first


def test_a_failed_run_starts_again_with_todays_documents(store: Store) -> None:
    store.runs.open_run(DAY, "f1", DOCUMENTS, NOW)
    assert store.runs.fail_run(DAY, '{"error":"limits"}', NOW)

    again = store.runs.open_run(DAY, "f2", {"limits": "a: 9"}, LATER)

    assert (again.status, again.fingerprint, again.started_at) == ("running", "f2", LATER)
    assert again.documents == (("limits", digest_of("a: 9")),)
    assert again.finished_at is None


def test_a_day_is_closed_once_and_stays_closed(store: Store) -> None:
    store.runs.open_run(DAY, "f1", {}, NOW)

    assert store.runs.finish_run(DAY, '{"queued":3}', LATER)
    assert not store.runs.finish_run(DAY, '{"queued":9}', LATER)
    assert store.runs.open_run(DAY, "f2", {}, LATER).summary == '{"queued":3}'
    with pytest.raises(Conflict, match="it was done"):
        store.runs.fail_run(DAY, "", LATER)


def test_closing_what_is_not_running_says_so(store: Store) -> None:
    with pytest.raises(BadInput, match="never opened"):
        store.runs.finish_run(DAY, "", NOW)
    store.runs.open_run(DAY, "f1", {}, NOW)
    store.runs.fail_run(DAY, "", NOW)
    with pytest.raises(Conflict, match="it is failed; open it again"):
        store.runs.finish_run(DAY, "", NOW)


def test_the_closed_day_is_the_last_that_is_done(store: Store) -> None:
    assert store.runs.closed_day() is None
    for day in (DAY, DAY + 1, DAY + 2):
        store.runs.open_run(day, "f", {}, NOW)
    store.runs.finish_run(DAY, "", NOW)
    store.runs.finish_run(DAY + 1, "", NOW)

    assert store.runs.closed_day() == DAY + 1
    assert [run.as_of for run in store.runs.list_runs(2)] == [DAY + 2, DAY + 1]


def test_many_who_open_the_same_day_get_the_same_run(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda n: store.runs.open_run(DAY, f"f{n}", DOCUMENTS, NOW), range(8)))

    assert len({run.fingerprint for run in runs}) == 1
    assert {run.id for run in runs} == {run_id(DAY)}


def refusal(account: str, rule: str, day: int = DAY, play: str = "upsell") -> Refusal:
    return Refusal(day, account, play, rule, f"because of {rule}")


def test_refusals_of_a_day_are_what_was_written_last(store: Store) -> None:
    store.refusals.write(DAY, [refusal("a1", "consent"), refusal("a1", "budget")])
    store.refusals.write(DAY, [refusal("a1", "consent"), refusal("a2", "consent")])

    assert store.refusals.of_account("a1") == (refusal("a1", "consent"),)
    assert store.refusals.counts(DAY) == (RefusalCount("consent", 2),)


def test_why_not_answers_for_a_day_or_for_the_last_one(store: Store) -> None:
    store.refusals.write(DAY, [refusal("a1", "consent"), refusal("a1", "consent")])
    store.refusals.write(DAY + 1, [refusal("a1", "unpriced", DAY + 1)])

    assert [r.rule_id for r in store.refusals.of_account("a1")] == ["unpriced"]
    assert [r.rule_id for r in store.refusals.of_account("a1", DAY)] == ["consent"]
    assert store.refusals.of_account("nobody") == ()
