"""What the judge reads about the past is bounded by the day, so that a replay reads the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.made import DAY, LATER, NOW, enter, move, proposal
from tools.errors import BadInput
from tools.store.records import ContactHistory, Decision, Send
from tools.store.sends import suppression_key
from tools.store.store import Store


def send(day: int, number: int = 1, account: str = "a1") -> Send:
    return Send(f"{account}-{day}-{number}", "c1", account, "email", "upsell", day)


def test_a_history_holds_what_happened_before_the_day_oldest_first(store: Store) -> None:
    store.sends.record_sends([send(DAY), send(DAY - 1), send(DAY - 9), send(5, 1, "a2")], NOW)

    histories = store.sends.histories(DAY, ["a1", "a3"])

    assert histories == {
        "a1": ContactHistory("a1", (send(DAY - 9), send(DAY - 1))),
        "a3": ContactHistory("a3"),
    }


def test_a_send_is_recorded_once(store: Store) -> None:
    assert store.sends.record_sends([send(1), send(2)], NOW) == 2
    assert store.sends.record_sends([send(2), send(3)], NOW) == 1
    assert store.sends.record_sends([], NOW) == 0


def test_decisions_count_from_the_day_after(store: Store) -> None:
    enter(store, DAY, proposal(), proposal("a2"))
    waiting, _ = store.proposals.of_day(DAY)
    assert move(store, waiting, "rejected")

    assert store.sends.histories(DAY, ["a1"])["a1"].decisions == ()
    assert store.sends.histories(DAY + 1, ["a1", "a2"]) == {
        "a1": ContactHistory("a1", (), (Decision("a1", "upsell", "rejected", DAY),)),
        "a2": ContactHistory("a2"),
    }


def test_what_comes_later_changes_no_earlier_history(store: Store) -> None:
    store.sends.record_sends([send(DAY - 1)], NOW)
    before = store.sends.histories(DAY, ["a1"])
    store.sends.record_sends([send(DAY + n) for n in range(30)], LATER)

    assert store.sends.histories(DAY, ["a1"]) == before


def test_a_suppressed_address_is_known_by_its_hash_only(store: Store) -> None:
    key = suppression_key(b"secret", " Ann@Example.COM ")

    assert store.switches.suppress(key, "email", "complained", NOW)
    assert not store.switches.suppress(key, "email", "again", LATER)
    assert key == suppression_key(b"secret", "ann@example.com")
    assert store.switches.suppressed([key, "other"], NOW) == {(key, "email")}
    assert store.switches.suppressed([key], NOW.replace(year=2023)) == frozenset()


@given(st.text(), st.text())
def test_the_key_depends_on_the_secret(address: str, secret: str) -> None:
    key = suppression_key(secret.encode("utf-8", "surrogatepass"), "x" + address.strip("\ud800"))

    assert len(key) == 64
    assert key != suppression_key(
        b"another secret " + secret.encode("utf-8", "surrogatepass"), "x" + address.strip("\ud800")
    )


def test_the_last_word_about_a_scope_holds(store: Store) -> None:
    flip = store.switches.set_pause
    flip("global", on=True, who="ann", reason="incident", now=NOW)
    flip("play:upsell", on=True, who="bob", reason="wrong price", now=NOW)
    flip("global", on=False, who="ann", reason="solved", now=LATER)

    assert [p.scope for p in store.switches.pauses(NOW)] == ["global", "play:upsell"]
    assert [(p.scope, p.who) for p in store.switches.pauses(LATER)] == [("play:upsell", "bob")]
    assert store.switches.pauses(NOW.replace(year=2023)) == ()


@pytest.mark.parametrize("scope", ["", "all", "play:", "account:a1", "channel"])
def test_a_switch_that_would_pause_nothing_is_refused(store: Store, scope: str) -> None:
    with pytest.raises(BadInput, match="write global, play:<id> or channel:<id>"):
        store.switches.set_pause(scope, on=True, who="ann", reason="", now=NOW)
