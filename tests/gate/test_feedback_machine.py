"""Law: whatever is proposed, said and decided in whatever order, nothing leaves against a word.

The model keeps what was said of each account, by goal, and asks the vendor's own ledger.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from approvals.care import CareKind, CareWish, Said, care
from approvals.envelope import Envelope
from approvals.upkeep import expire, wake
from policies.limits import ListTerms
from tests.approvals.made import DAY
from tests.databases import KINDS, Fresh
from tests.effort import examples
from tests.gate.office import mail, open_office
from tools.errors import LifecycleError

pytestmark = pytest.mark.long

ACCOUNTS = st.sampled_from(["a1", "a2"])
GOALS = ("retention", "win_back")
REST, CLAIM, HIDDEN = 1, 2, 2
TERMS = ListTerms(45, 14, Decimal(1), Decimal("0.25"), HIDDEN, CLAIM, 3)


@dataclass
class Word:
    """What was said of a goal of an account, and until which day it holds."""

    kind: str
    goal: str
    at: Any
    until: int


def task(account: str, net: str = "50.00", as_of: int = DAY, goal: str = "retention") -> Envelope:
    """A task for our own people: no quiet hours and no caps help the law along."""
    return mail(account, net, as_of, goal=goal, channel="task")


class Machine(RuleBasedStateMachine):
    """A gate, and the list of accounts beside it."""

    fresh: Fresh

    @initialize()
    def open(self) -> None:
        """A fresh office without anything asked."""
        self.folder = Path(tempfile.mkdtemp())
        self.store = self.fresh.store()
        self.office = open_office(
            self.store, self.folder, task("a1"), task("a2"), rest_days=REST, account_list=TERMS
        )
        self.said: dict[str, list[Word]] = {"a1": [], "a2": []}
        self.left: set[str] = set()

    def teardown(self) -> None:
        """Ask for all invariants at the end of an example."""
        if hasattr(self, "office"):
            assert self.office.wrong() == ()
            shutil.rmtree(self.folder)

    @rule(account=ACCOUNTS, goal=st.sampled_from(GOALS), net=st.sampled_from(["10.00", "90.00"]))
    def propose(self, account: str, goal: str, net: str) -> None:
        """A morning asks for something."""
        self.office.propose(task(account, net, self.office.day, goal))

    @rule(
        account=ACCOUNTS,
        goal=st.sampled_from((*GOALS, "")),
        who=st.sampled_from(["ann", "bob"]),
        kind=st.sampled_from(["claim", "done", "snooze", "not_useful", "open"]),
        days=st.integers(1, 3),
    )
    def say(self, account: str, goal: str, who: str, kind: CareKind, days: int) -> None:
        """Somebody says something of an account; of a task, so that no cap helps the law along."""
        now = self.store.gate.read(lambda tx: tx.care.standing(account))
        until = self.office.day + days if kind == "snooze" else None
        reason = "too_small" if kind == "not_useful" else ""
        wish = CareWish(kind, account, now.version if now else 0, reason, "", until)
        said = Said(DAY, "other_play", 1, "EUR", (), goal, "task")
        try:
            care(self.office.gate, self.office.people[who], wish, said)
        except LifecycleError:
            return
        if kind == "open":
            self.said[account].clear()
            return
        ends = {"claim": CLAIM, "done": REST, "not_useful": HIDDEN, "snooze": days}[kind]
        word = Word(kind, goal, self.office.clock(), self.office.day + ends)
        self.said[account].append(word)

    @rule(
        account=ACCOUNTS,
        who=st.sampled_from(["ann", "cleo"]),
        kind=st.sampled_from([*["approve"] * 5, "reject", "undo", "revoke"]),
    )
    def decide(self, account: str, who: str, kind: str) -> None:
        """Somebody decides about the newest proposal of an account."""
        newest = self.store.proposals.of_account(account)[-1]
        try:
            self.office.decide(who, kind, newest.id)
        except LifecycleError:
            return
        forbidden = self._forbidden(account, newest.goal, newest.created_at)
        assert kind != "approve" or not forbidden

    @rule(minutes=st.sampled_from([1, 24 * 60, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        """The clock goes on, and upkeep is done."""
        self.office.clock.pass_(minutes=minutes)
        expire(self.office.gate)
        wake(self.office.gate)

    @rule()
    def dispatch(self) -> None:
        """What is due in ten minutes is carried out."""
        self.office.dispatch()

    @invariant()
    def nothing_leaves_against_a_word(self) -> None:
        """What has left since the last look was not forbidden by what a person had said."""
        if not hasattr(self, "office"):
            return
        for action in self.office.actions():
            if f"act:{action.id}:{action.sha256}" in self.office.vendor.effects():
                if action.id not in self.left:
                    asked = self.office.get(action.proposal)
                    found = self._forbidden(action.account_id, asked.goal, asked.created_at)
                    assert not found, found
                self.left.add(action.id)

    def _forbidden(self, account: str, goal: str, asked_at: Any) -> list[Word]:
        about = [w for w in self.said[account] if not w.goal or w.goal == goal]
        last = {word.goal: word for word in about}
        ended = [w for w in about if w.kind in {"done", "not_useful"} and w.at >= asked_at]
        return ended + [w for w in last.values() if w.until > self.office.day]


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.xdist_group(f"feedback-{kind}")) for kind in KINDS],
)
def test_nothing_leaves_against_a_word(kind: str, tmp_path: Path) -> None:
    """Forty runs of fifty steps; a change of the gate is tested with GATE_EXAMPLES=300."""
    fresh = Fresh(kind, tmp_path)
    machine = type("OnIt", (Machine,), {"fresh": fresh})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("GATE_EXAMPLES", examples(40))),
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    fresh.close()
