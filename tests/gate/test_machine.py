"""A state machine over the real service: whatever people and time do, in whatever order.

The model is a dict of what each proposal may be; the invariants and the vendor's own ledger are
asked after every example. (promises.md, Harness layer 1.)
"""

import os
import shutil
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from approvals.request import Result, Seen
from approvals.settling import settle, switch, unsubscribe
from approvals.upkeep import expire, wake
from tests.approvals.made import KEY
from tests.databases import KINDS, Fresh
from tests.faults.failures import FAILURES, Breaker, failing
from tests.faults.offices import open_office, with_ledger
from tests.gate.office import mail
from tools.errors import LifecycleError
from tools.store.sends import suppression_key

WHO = st.sampled_from(["ann", "bob", "cleo", "dan", "eve", "vic"])
MODES = ["ok", "refused", "later", "lost before", "lost after", "bug"]
STEPS = 30


class Machine(RuleBasedStateMachine):
    """What can happen at a gate."""

    fresh: Fresh
    looks = Bundle("looks")

    @initialize()
    def open(self) -> None:
        """A fresh office with cheap, dear and doubly signed proposals."""
        self.folder = Path(tempfile.mkdtemp())
        self.store = self.fresh.store()
        self.quiet = False
        self.office = with_ledger(
            open_office(
                self.store,
                self.folder,
                mail("a1"),
                mail("a2", "20000.00"),
                mail("a3", "1.00", approval=("csm", "finance")),
            )
        )
        self.breaker = Breaker(self.office, "facts").install()
        self.told: dict[str, int] = {}
        self.agreed: dict[str, set[str]] = {}

    def teardown(self) -> None:
        """Ask for all invariants at the end of an example."""
        if hasattr(self, "office"):
            assert self.office.wrong() == ()
            shutil.rmtree(self.folder)

    @rule(target=looks, account=st.sampled_from(["a1", "a2", "a3"]))
    def look(self, account: str) -> Seen:
        """Somebody opens a proposal and remembers what they saw."""
        return self.office.seen(self.store.proposals.of_account(account)[-1].id)

    @rule(
        who=WHO,
        seen=looks,
        key=st.sampled_from(["", "k1", "k2"]),
        seconds=st.sampled_from([30, 30, 30, 2, None]),
    )
    def approve(self, who: str, seen: Seen, key: str, seconds: int | None) -> None:
        """Somebody approves what they saw, maybe long ago, maybe without having read it."""
        done = self._try("approve", who, replace(seen, seconds=seconds), key=key)
        if done is not None and not done.again:
            self.agreed.setdefault(seen.proposal, set()).add(who)
            dear = done.waits_for or len(self.agreed[seen.proposal]) > 1
            assert not dear or (seconds or 0) >= 3

    @rule(who=WHO, seen=looks)
    def reject(self, who: str, seen: Seen) -> None:
        """Somebody rejects."""
        self._try("reject", who, seen)

    @rule(who=WHO, seen=looks, words=st.sampled_from(["Hello.", "Good morning.", "30 % off"]))
    def edit(self, who: str, seen: Seen, words: str) -> None:
        """Somebody writes other words."""
        if self._try("edit", who, seen, subject="A word", body=words) is not None:
            self.agreed.pop(seen.proposal, None)

    @rule(who=WHO, seen=looks, days=st.integers(0, 8))
    def snooze(self, who: str, seen: Seen, days: int) -> None:
        """Somebody puts it off."""
        self._try("snooze", who, seen, until_day=self.office.day + days)

    @rule(who=WHO, seen=looks, kind=st.sampled_from(["undo", "revoke"]))
    def take_back(self, who: str, seen: Seen, kind: str) -> None:
        """Somebody takes it back: their decision, their first yes of two, or all of it."""
        now = self.office.seen(seen.proposal)
        if self._try(kind, who, now) is not None and kind == "undo":
            self.agreed.get(seen.proposal, set()).discard(who)

    @rule(minutes=st.sampled_from([1, 6, 61, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        """The clock goes on, and upkeep is done."""
        self.office.clock.pass_(minutes=minutes)
        expire(self.office.gate)
        wake(self.office.gate)

    @rule(mode=st.sampled_from(MODES), effect=st.sampled_from(["blind", "keyed", "look_up"]))
    def dispatch(self, mode: str, effect: Any) -> None:
        """What is due is carried out, by a vendor in some mood."""
        self.office.vendor.modes, self.office.vendor.effect = [mode], effect
        self.office.executor().dispatch()

    @rule(failure=st.sampled_from(sorted(FAILURES)))
    def dispatch_unreadable(self, failure: str) -> None:
        """What is due while the facts cannot be read waits."""
        before = self.office.vendor.effects()
        with failing(self.breaker, FAILURES[failure]):
            self.office.executor().dispatch()
        assert self.office.vendor.effects() == before

    @rule(hours=st.sampled_from([-30, -1, 1, 30, 24 * 9]))
    def clock_jumps(self, hours: int) -> None:
        """The clock jumps for a moment; nothing leaves and nothing ends by it."""
        before = self.office.vendor.effects(), [a.status for a in self.office.actions()]
        self.office.watch()
        self.office.clock.jump(hours=hours)
        self.office.executor().dispatch()
        assert (expire(self.office.gate), wake(self.office.gate)) == (0, 0)
        assert (self.office.vendor.effects(), [a.status for a in self.office.actions()]) == before
        self.office.clock.jump(hours=-hours)

    @rule(who=WHO, seen=looks)
    def edit_in_disguise(self, who: str, seen: Seen) -> None:
        """Somebody writes words that hide something."""
        words = "р\u0430ypal", "see evil。com/path"
        assert self._try("edit", who, seen, subject=words[0], body=words[1]) is None

    @rule(who=WHO, account=st.sampled_from(["a1", "a2", "a3"]))
    def release(self, who: str, account: str) -> None:
        """Somebody asks again for what was blocked; every yes of before is void."""
        now = self.office.seen(self.store.proposals.of_account(account)[-1].id)
        if self._try("release", who, now, note="the guard was wrong") is not None:
            self.agreed.pop(now.proposal, None)

    @rule(who=WHO, finding=st.sampled_from(["sent", "failed"]))
    def settle(self, who: str, finding: Any) -> None:
        """Somebody says what became of what nobody knew."""
        for action in self.office.actions():
            if action.status == "unknown":
                person = self.office.people[who]
                self._may(
                    partial(settle, self.office.gate, person, action.id, finding, "seen", live=True)
                )

    @rule(who=WHO, on=st.booleans())
    def pause(self, who: str, *, on: bool) -> None:
        """Somebody flips the switch."""
        person = self.office.people[who]
        self._may(lambda: switch(self.office.gate, person, "global", on=on, reason="so"))

    @rule()
    def unsubscribe(self) -> None:
        """The person says no."""
        unsubscribe(self.office.gate, suppression_key(KEY.secret, "ann@example.com"), "email")
        self.told |= dict(self.office.vendor.effects())
        self.quiet = True

    @invariant()
    def nothing_leaves_after_a_no(self) -> None:
        """Who unsubscribed is not reached any more, whatever was approved before."""
        if self.quiet:
            assert dict(self.office.vendor.effects()) == self.told

    @invariant()
    def two_agree_where_two_must(self) -> None:
        """By our own count of who said yes, and took it back, to what is under way."""
        for action in self.office.actions() if hasattr(self, "office") else ():
            if action.status != "revoked" and action.account_id in {"a2", "a3"}:
                assert len(self.agreed[action.proposal]) >= 2

    def _try(self, kind: str, who: str, seen: Seen, **more: Any) -> Result | None:
        done: Result | None = self._may(lambda: self.office.decide(who, kind, seen, **more))
        return done

    def _may(self, work: Any) -> Any:
        """Do it, or be refused for a reason that has a name; anything else is a fault."""
        try:
            return work()
        except LifecycleError:
            return None


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(f"machine-{kind}")) for kind in KINDS]
)
def test_whatever_happens_every_promise_holds(kind: str, tmp_path: Path) -> None:
    """Ten runs of thirty steps; a change of the gate is tested with GATE_EXAMPLES=300."""
    fresh = Fresh(kind, tmp_path)
    machine = type("OnIt", (Machine,), {"fresh": fresh})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("GATE_EXAMPLES", "10")),
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    fresh.close()
