"""Pages by key: each row once, whatever is decided in between, and without sorting the queue."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from tests.approvals.made import DAY, NOW, envelope
from tests.web.made import Inbox, several
from tools.store.gate.inbox import LOOKED_AT, After, Asking, Filters, Page, page_query, waiting
from tools.store.gate.overview import choices, work_of
from tools.store.store import Store

ME = Asking("me", DAY, NOW)


def page(
    store: Store,
    after: After | None = None,
    limit: int = 3,
    asking: Asking = ME,
    filters: Filters | None = None,
    look: int = LOOKED_AT,
) -> Page:
    wanted = filters or Filters()
    return store.gate.read(lambda tx: waiting(tx.session, asking, wanted, after, limit, look))


def walked(
    store: Store, filters: Filters | None = None, limit: int = 3, look: int = LOOKED_AT
) -> list[str]:
    """The accounts of all pages, in order."""
    found: list[str] = []
    after: After | None = None
    for _ in range(100):
        one = page(store, after, limit, filters=filters, look=look)
        found += [row.proposal.account_id for row in one.rows]
        after = one.after
        if after is None:
            return found
    raise AssertionError("the pages never end")


def test_pages_are_ranked_and_end(inbox: Inbox) -> None:
    inbox.propose(*several("5", "7", "7", "-3", "9", "7", "0"))

    found = walked(inbox.store)

    assert found[0] == "a5"
    assert set(found[1:4]) == {"a2", "a3", "a6"}
    assert found[4:] == ["a1", "a7", "a4"]
    assert page(inbox.store, limit=7).after is None


def test_each_row_is_seen_once_while_rows_are_decided_in_between(inbox: Inbox) -> None:
    ids = inbox.propose(*several(*[str(value % 4) for value in range(12)]))
    ann, seen = inbox.inside(), list[str]()
    following, turn = "/api/v1/queue?limit=3", 0
    while following:
        answer = ann.client.get(following).json()
        seen += [item["id"] for item in answer["items"]]
        ann.decide("reject", seen[turn], reason="other")  # one that was seen leaves the queue
        following, turn = answer["links"].get("next", ""), turn + 1

    assert sorted(seen) == sorted(ids)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(narrow=st.sampled_from(["", "upsell_seats"]), most=st.integers(1, 8), size=st.integers(1, 5))
def test_a_filter_looks_at_so_many_rows_and_finds_all_in_the_end(
    inbox: Inbox, narrow: str, most: int, size: int
) -> None:
    if not inbox.store.proposals.pending(DAY):
        inbox.propose(
            *[envelope(f"a{n}", str(n // 2), ("x", "upsell_seats")[n % 2]) for n in range(14)]
        )
    found = walked(inbox.store, Filters(play=narrow, q="Söhne"), size, most)
    assert len(found) == len(set(found)) == (7 if narrow else 14)


def test_filters_mean_what_they_say(inbox: Inbox) -> None:
    inbox.propose(envelope("sap:1", "5"), envelope("sap:12", "20000"), envelope("a3", "7", "x"))

    def of(**filters: str) -> list[str]:
        return walked(inbox.store, Filters(**filters))

    assert of(play="x") == ["a3"]
    assert of(q="1") == ["sap:1"]
    assert of(q="sap:12") == ["sap:12"]
    assert of(q="ärger") or of(q="rger")
    assert of(q="%") == []
    assert of(tier="high") == ["sap:12"]
    assert of(owner="bob", segment="Expansion-ready", stage="active") == ["sap:12", "a3", "sap:1"]
    assert of(owner="nobody") == []
    found = inbox.store.gate.read(lambda tx: choices(tx.session))
    assert (found.play, found.owner) == (("upsell_seats", "x"), ("bob",))


def test_what_has_expired_is_not_shown(inbox: Inbox) -> None:
    inbox.propose()

    assert page(inbox.store, asking=Asking("me", DAY + 6, NOW)).rows
    assert not page(inbox.store, asking=Asking("me", DAY + 7, NOW)).rows


@pytest.mark.parametrize(
    ("holder", "mine", "theirs", "lapsed"),
    [("", 1, 0, 1), ("mine", 1, 0, 0), ("free", 0, 0, 1), ("all", 1, 1, 1)],
)
def test_who_has_what(inbox: Inbox, holder: str, mine: int, theirs: int, lapsed: int) -> None:
    ids = inbox.propose(*several("3", "2", "1"))
    later = NOW + timedelta(minutes=5)
    inbox.gate.store.write(lambda tx: tx.log.assign(ids[0], "me", later))
    inbox.gate.store.write(lambda tx: tx.log.assign(ids[1], "you", None))
    inbox.gate.store.write(lambda tx: tx.log.assign(ids[2], "you", NOW))

    found = walked(inbox.store, Filters(holder=holder))

    assert [found.count(f"a{n}") for n in (1, 2, 3)] == [mine, theirs, lapsed]


@pytest.mark.parametrize("filters", [Filters(), Filters(play="x"), Filters(holder="mine", q="x")])
@pytest.mark.parametrize("after", [None, After(500, "p5")])
def test_a_page_walks_an_index_and_sorts_nothing(
    store: Store, filters: Filters, after: After | None
) -> None:
    if store.database.url.get_backend_name() != "sqlite":
        pytest.skip("the plan is SQLite's")
    query = page_query(ME, filters, after, After(1, "")).limit(51)
    said = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with store.database.read() as session:
        plan = [
            row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")
        ]

    assert after is None or "(value_minor,id)<(?,?)" in plan[0], plan
    named = "play_value_minor_id" if filters.play else "value_minor_id"
    assert plan[0].startswith("SEARCH proposal USING INDEX ix_proposal_status_"), plan
    assert named in plan[0]
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_a_days_work_is_what_was_decided_on_it(inbox: Inbox) -> None:
    one, other, _ = inbox.propose(*several("3", "2", "1"))
    ann = inbox.inside()
    ann.decide("approve", one)
    ann.decide("reject", other, reason="other")
    inbox.clock.turn(seconds=20)

    queue = ann.get("/queue")
    assert "Decided today <b>2</b> of 40" in queue
    assert "sales <b>0.75</b> of 6 h" in queue
    since = NOW - timedelta(days=2)
    assert inbox.store.gate.read(lambda tx: work_of(tx.session, DAY + 1, since)).decided == 0
