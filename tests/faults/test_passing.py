"""Faults 65 and 66: what cannot be read decides nothing; what was blocked has a way back.

The law: a failure while an approved action is looked at once more leaves it scheduled, with an
alarm that people see; when the cause is gone it leaves, once, unless its days are over meanwhile.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.passing_failures import is_passing
from approvals.alarms import alarms
from approvals.claim import LONGEST_PUT_OFF
from tests.approvals.made import DAY
from tests.faults.failures import FAILURES, Breaker, detail_of, failing, objections_of
from tests.faults.offices import open_office
from tests.gate.office import Office, mail, only
from tools.errors import Conflict, FactsUnreadable, LifecycleError
from tools.store.store import Store

PLACES = ("facts", "limits")
OF_THE_MACHINE = ("no file handle", "bad disk", "not permitted", "no memory", "timed out")


def test_what_a_passing_failure_led_to_passes_as_well() -> None:
    led_to, lasting = LifecycleError("no facts"), LifecycleError("no facts")
    led_to.__cause__ = FactsUnreadable("file")
    led_to.__cause__.__cause__ = OSError(24, "Too many open files")
    lasting.__cause__ = ValueError("x")
    assert [is_passing(led_to), is_passing(lasting)] == [True, False]


def approved(office: Office, account: str = "a1") -> str:
    proposal = only(office, account)
    office.decide("ann", "approve", proposal)
    return proposal


def status(office: Office, proposal: str) -> str:
    action = office.action(proposal)
    assert action is not None
    return action.status


@pytest.mark.fault(65)
@pytest.mark.parametrize("place", PLACES)
def test_a_failure_at_the_claim_decides_nothing_and_is_seen(office: Office, place: str) -> None:
    """Each kind in turn, at one place: it waits, with an alarm, and leaves when all is well."""
    proposal = approved(office)
    breaker = Breaker(office, place).install()

    for kind in FAILURES:
        with failing(breaker, FAILURES[kind]):
            assert office.dispatch(hours=1) == {"scheduled": 1}, kind
        assert status(office, proposal) == "scheduled", kind
        (alarm,) = alarms(office.gate)
        assert (alarm.kind, alarm.count) == ("unchecked", 1)
    assert office.vendor.effects() == {}
    assert office.dispatch(hours=60) == {"sent": 1}  # the next working morning
    assert alarms(office.gate) == ()
    assert office.wrong() == ()


@pytest.mark.fault(65)
@pytest.mark.parametrize("kind", OF_THE_MACHINE)
def test_a_rule_that_cannot_read_says_nothing(office: Office, kind: str) -> None:
    """A rule that fails for want of a file handle refused, and what it refused was blocked."""
    proposal = approved(office)
    breaker = Breaker(office, "a rule")
    office.facts["a1"] = office.facts["a2"] = {"objections": objections_of(breaker)}

    with failing(breaker, FAILURES[kind]):
        assert office.dispatch() == {"scheduled": 1}
        with pytest.raises(FactsUnreadable, match="nothing was decided"):
            office.decide("ann", "approve", only(office, "a2"))
    assert status(office, proposal) == "scheduled"
    assert office.dispatch() == {"sent": 1}
    assert office.get(only(office, "a2")).status == "pending"


@pytest.mark.fault(65)
def test_it_is_looked_at_again_ever_more_rarely_and_once_an_hour_at_least(office: Office) -> None:
    proposal = approved(office)
    breaker = Breaker(office, "facts").install()
    waited = []

    with failing(breaker, FAILURES["no file handle"]):
        for _ in range(9):
            office.dispatch(hours=1)
            action = office.action(proposal)
            assert action is not None
            waited.append((action.due_at - office.clock()).total_seconds() / 60)
    assert waited == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert LONGEST_PUT_OFF.total_seconds() == 3600


@pytest.mark.fault(65)
def test_one_that_cannot_be_read_starves_no_other(store: Store, tmp_path: Path) -> None:
    """Twelve of thirty fail, oldest first, with a small helping each time: all others leave."""
    many = [mail(f"m{n:02}", "50.00") for n in range(30)]
    office = open_office(store, tmp_path, *many)
    for one in many:
        office.decide("ann", "approve", only(office, one.who.account_id))
    breaker = Breaker(office, "facts", accounts=frozenset(f"m{n:02}" for n in range(12))).install()

    with failing(breaker, FAILURES["DuckDB: not Parquet"]):
        for _ in range(4):
            office.clock.pass_(minutes=10)
            office.executor().dispatch(limit=20)
        assert len(office.vendor.effects()) == 18
        (alarm,) = alarms(office.gate)
        assert alarm.count == 12
    office.clock.pass_(hours=72)
    office.executor().dispatch()
    assert len(office.vendor.effects()) == 30
    assert office.wrong() == ()


@pytest.mark.fault(65)
def test_what_cannot_be_read_until_its_days_are_over_ends_with_them(office: Office) -> None:
    proposal = approved(office)
    breaker = Breaker(office, "facts").install()

    with failing(breaker, FAILURES["file is gone"]):
        for _ in range(7):
            office.dispatch(days=1)
    assert status(office, proposal) == "blocked"
    assert "expired" in detail_of(office.action(proposal))
    assert alarms(office.gate) == ()


@pytest.mark.fault(65)
def test_a_play_or_a_channel_that_is_gone_for_a_while_ends_nothing(office: Office) -> None:
    """`plays.yaml` with another name of the play, or `deliver` without the channel."""
    proposal = approved(office)
    known = office.known
    office.known = lambda subjects: {}  # type: ignore[method-assign]  # noqa: ARG005 - a fake

    assert office.dispatch() == {"scheduled": 1}
    assert "renamed or removed in plays.yaml" in detail_of(office.action(proposal))
    office.known = known  # type: ignore[method-assign]
    office.clock.pass_(minutes=10)
    assert dict(replace(office.executor(), channels={}).dispatch()) == {"scheduled": 1}
    assert "`deliver`" in detail_of(office.action(proposal))
    assert office.dispatch() == {"sent": 1}


@pytest.mark.fault(65)
@pytest.mark.parametrize("kind", ["no file handle", "no memory", "DuckDB: not Parquet"])
def test_a_yes_that_cannot_be_checked_is_said_so_and_can_be_tried_again(
    office: Office, kind: str
) -> None:
    proposal = office.seen(only(office))
    breaker = Breaker(office, "facts").install()

    with failing(breaker, FAILURES[kind]), pytest.raises(FactsUnreadable, match="try again"):
        office.decide("ann", "approve", proposal, key="one wish")
    assert office.get(proposal.proposal).status == "pending"
    assert office.decide("ann", "approve", proposal, key="one wish").status == "approved"


@pytest.mark.fault(65)
def test_a_failure_and_a_no_together_are_a_no_as_soon_as_it_can_be_read(office: Office) -> None:
    proposal = approved(office)
    breaker = Breaker(office, "facts").install()
    office.facts["a1"] = {"email_consent": False}

    with failing(breaker, FAILURES["no memory"]):
        assert office.dispatch() == {"scheduled": 1}
    assert office.dispatch() == {"blocked": 1}
    assert status(office, proposal) == "blocked"
    assert office.vendor.effects() == {}


def blocked(office: Office, account: str = "a1") -> str:
    proposal = approved(office, account)
    office.facts[account] = {"email_consent": False}
    assert office.dispatch() == {"blocked": 1}
    return proposal


@pytest.mark.fault(66)
def test_what_was_blocked_is_asked_for_again_and_leaves_after_a_new_yes(office: Office) -> None:
    proposal = blocked(office)
    sha256 = office.get(proposal).shown
    office.facts.pop("a1")

    done = office.decide("cleo", "release", proposal, note="the import was wrong")
    assert (done.status, done.sha256) == ("pending", sha256)
    assert office.dispatch() == {}  # nobody has agreed to it anew
    assert office.vendor.effects() == {}
    office.decide("bob", "approve", proposal)
    assert office.dispatch() == {"sent": 1}
    kinds = [d.kind for d in office.store.gate.read(lambda tx: tx.log.of(proposal))]
    assert kinds == ["approve", "release", "approve"]
    assert office.wrong() == ()


@pytest.mark.fault(66)
def test_a_no_in_the_facts_stands_in_the_way_of_every_step_back(office: Office) -> None:
    proposal = blocked(office)

    with pytest.raises(Conflict, match="consent"):
        office.decide("cleo", "release", proposal, note="do it")
    office.facts.pop("a1")
    office.decide("cleo", "release", proposal, note="the import was wrong")
    office.facts["a1"] = {"unsubscribed": True}
    with pytest.raises(Conflict, match="unsubscribed"):
        office.decide("bob", "approve", proposal)
    office.facts.pop("a1")
    office.decide("bob", "approve", proposal)
    office.facts["a1"] = {"unsubscribed": True}
    assert office.dispatch() == {"blocked": 1}
    assert office.vendor.effects() == {}
    assert office.wrong() == ()


@pytest.mark.fault(66)
@pytest.mark.parametrize("who", ["ann", "vic", "aud"])
def test_only_who_may_give_the_second_yes_releases_and_says_why(office: Office, who: str) -> None:
    proposal = blocked(office)
    office.facts.pop("a1")

    with pytest.raises(LifecycleError, match=r"second|decide"):
        office.decide(who, "release", proposal, note="please")
    with pytest.raises(LifecycleError, match="say why"):
        office.decide("cleo", "release", proposal, note="  ")
    assert status(office, proposal) == "blocked"


@pytest.mark.fault(66)
def test_two_must_agree_anew_to_what_two_had_agreed_to(store: Store, tmp_path: Path) -> None:
    office = open_office(store, tmp_path, mail("a1", "20000.00"))
    proposal = only(office)
    office.decide("ann", "approve", proposal)
    office.decide("cleo", "approve", proposal)
    office.facts["a1"] = {"email_consent": False}
    assert office.dispatch() == {"blocked": 1}
    office.facts.pop("a1")

    office.decide("dan", "release", proposal, note="the import was wrong")
    assert office.decide("ann", "approve", proposal).waits_for == 1
    assert office.dispatch() == {}
    assert office.decide("cleo", "approve", proposal).status == "approved"
    assert office.dispatch() == {"sent": 1}
    assert office.wrong() == ()


@pytest.mark.fault(66)
def test_nothing_else_than_what_is_blocked_and_still_in_its_days_is_released(
    office: Office,
) -> None:
    first, second, third = (only(office, f"a{n}") for n in (1, 2, 3))
    office.decide("ann", "approve", first)
    for one in (first, third):  # scheduled, and pending
        with pytest.raises(Conflict, match="not blocked"):
            office.decide("cleo", "release", one, note="x")
    assert office.dispatch() == {"sent": 1}
    with pytest.raises(Conflict, match="not blocked"):
        office.decide("cleo", "release", first, note="x")
    office.decide("ann", "approve", second)
    office.facts["a2"] = {"email_consent": False}
    assert office.dispatch() == {"blocked": 1}
    office.facts.pop("a2")
    seen = office.seen(second)
    office.clock.pass_(days=7)
    with pytest.raises(Conflict, match="expired"):
        office.decide("cleo", "release", seen, note="x")
    assert office.get(second).as_of == DAY
    assert office.wrong() == ()


@pytest.mark.fault(66)
def test_what_was_called_before_it_was_blocked_is_not_asked_for_again(office: Office) -> None:
    office.vendor.effect, office.vendor.modes = "keyed", ["lost after"]
    proposal = office.store.proposals.pending(office.day)[0]
    office.decide("ann", "approve", proposal)
    assert office.dispatch() == {"scheduled": 1}
    office.facts[proposal.account_id] = {"unsubscribed": True}
    assert office.dispatch(hours=1) == {"blocked": 1}
    office.facts.clear()

    with pytest.raises(Conflict, match="was called before"):
        office.decide("cleo", "release", proposal.id, note="they had not said no")
