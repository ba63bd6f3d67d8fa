"""The executor: the only one who hands anything to a channel, and only what was approved.

Each action is claimed, checked and marked `calling` in one transaction, then called, then marked
in another. Between the two a crash may happen: a keyed channel is then called again with the same
key, one that can be asked is asked, and for a blind one nobody knows, so nothing is sent again.
"""

import time as clocks
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from approvals.audit import record
from approvals.canonical import digest
from approvals.chain_proof import check_step
from approvals.chain_story import Forged
from approvals.chain_words import paused_by_chain
from approvals.claim import STALE, Claim, Claimed, pause_all
from approvals.fact_reading import FactReader, words_of
from approvals.lease import LEASE, LeaseWatch, Renewal
from approvals.live_facts import Facts, FactSource, Unread
from approvals.outcome import Outcome, done, outcome_of, settled_late
from tools.channels.contract import OutboundChannel
from tools.store.engine import is_locked
from tools.store.gate.records import Action
from tools.store.patience import OF_A_NOTE, OF_A_RESULT, patience, patient
from tools.store.records import Pause, Send

if TYPE_CHECKING:
    from approvals.gate_context import GateContext
    from tools.store.gate.gate import GateTx

log = structlog.get_logger(__name__)
WORKER = "executor"
NOT_WRITTEN = Outcome(
    "scheduled",
    "the ledger beside the database cannot be written or does not fit",
    wait=timedelta(minutes=1),
)


@dataclass(frozen=True)
class Executor:
    """Dispatches; `facts` gives what is known of some actions' accounts at this moment.

    `live` says that what is sent counts as sent: in a dry run nothing leaves and no cap is used.
    `stopping` is asked before each action, so that a service that is told to end does so soon.
    `watch` is what a service remembers of the calls of others; without it a lease that is over is
    enough to settle a call.
    """

    gate: "GateContext"
    channels: Mapping[str, OutboundChannel]
    facts: FactSource
    unsubscribe_url: Callable[[str, str, str | None], str | None]
    worker: str = WORKER
    live: bool = False
    lease: timedelta = LEASE
    stopping: Callable[[], bool] = bool
    watch: LeaseWatch | None = None
    monotonic: Callable[[], float] = clocks.monotonic

    def dispatch(self, limit: int = 200) -> Counter[str]:
        """Carry out what is due, longest first; how many came to which status."""
        gone: Counter[str] = Counter()
        if self._in_doubt() or self.misfit(whole=(some := bool(self._due(1)))):
            return gone
        gone.update(self.recover())
        due = self._due(limit)
        if due and not some and self.misfit():  # it has become due since
            return gone
        known = FactReader(self.facts)(due)
        waits = patience()
        for action in due:
            if self.stopping():
                break
            try:
                with patient(waits):
                    gone[self.one(action, known.get(action.id))] += 1
                waits = patience()
            except Exception as error:  # one bad action never stops the others
                gone["error"] += 1
                if is_locked(error):  # the round is not spent on waiting for each
                    log.warning("dispatch.locked", action=action.id)
                    waits = OF_A_NOTE
                    continue
                log.exception("dispatch.failed", action=action.id, error=type(error).__name__)
        self._export_head()
        return gone

    def _in_doubt(self) -> bool:
        """Whether the clock has just jumped: nothing is sent or settled by it, all of it waits."""
        state = self.gate.watch()
        if state.doubted:
            log.error("dispatch.clock_in_doubt", seconds=round(state.jump.total_seconds()))
        return state.doubted

    def misfit(self, *, whole: bool = True) -> str:
        """Pause everything when database, ledger and exported head do not fit; why, or ''.

        `whole` looks for entries that are gone from the middle as well, see `EffectLedger.gap`.
        A ledger that cannot be read or written now decides nothing: nothing leaves meanwhile.
        """
        ledger, store = self.gate.ledger, self.gate.store
        if ledger is None:
            return ""
        try:
            why = store.read(lambda tx: ledger.misfit(tx, whole=whole))
            if not why:
                ledger.tie_again(store)
                self._export_head()
                return ""
        except OSError as error:
            why = ledger.unreadable(error)
            log.error("dispatch.ledger_unreadable", why=why)  # noqa: TRY400 - it says what
            return why
        log.error("dispatch.refused", why=why)
        store.write(lambda tx: pause_all(self.gate, tx, self.worker, why))
        return why

    def _export_head(self) -> None:
        if self.gate.ledger is not None:
            self.gate.store.read(self.gate.ledger.export_head)

    def _due(self, limit: int) -> tuple[Action, ...]:
        """What is due and not held by a switch, so that what is paused delays nothing else."""
        return self.gate.store.read(lambda tx: self._due_in(tx, limit))

    def _due_in(self, tx: "GateTx", limit: int) -> tuple[Action, ...]:
        """A switch holds by its row or, where a hand took that away, by its entry in the chain."""
        off = {pause.scope for pause in tx.ledger.pauses()}
        while "global" not in off:
            due = tx.actions.due(self.gate.clock(), limit, off)
            try:
                held = paused_by_chain(tx, self.gate.key, sorted(scopes_of(due)))
            except Forged:
                return due  # the claim refuses it, and pauses everything
            if not held:
                return due
            off |= held
        return ()

    def one(self, action: Action, facts: "Facts | Unread | None") -> str:
        """Claim, call, write down; the status it came to, `waits` or `taken` when not ours."""
        if self.gate.ledger is not None:
            self.gate.ledger.wait()
        claimed = self._claimed(action, facts)
        if claimed == STALE:
            claimed = self._claimed(action, FactReader(self.facts)([action])[action.id])
        if claimed == STALE:
            return "waits"
        if not isinstance(claimed, Claimed):
            return claimed
        self.gate.crash("executor.claimed")
        outcome = self._call(claimed) if self._written(claimed) else NOT_WRITTEN
        if outcome is None:
            log.warning("dispatch.lost_before_the_call", action=action.id)
            return "taken"
        self.gate.crash("executor.called")
        with patient(OF_A_RESULT):  # it was called: what became of it must not be lost to a lock
            ended = self.gate.store.write(lambda tx: self._end(tx, claimed.action, outcome))
        self.gate.crash("executor.ended")
        return ended

    def _written(self, claimed: Claimed) -> bool:
        """Whether the ledger holds the call that is about to be made, and still fits."""
        ledger, action = self.gate.ledger, claimed.action
        return ledger is None or ledger.holds_call(action.id, action.fence)

    def _claimed(self, action: Action, facts: "Facts | Unread | None") -> "Claimed | str":
        """Claim it; whatever fails on the way decides nothing, and it is looked at again later."""
        claim = Claim(self.gate, self.channels, self.unsubscribe_url, self.worker, self.lease)

        def work(tx: "GateTx") -> "Claimed | str":
            began = self.monotonic()  # a wait for the database is no part of the lease
            taken = claim.take(tx, action.id, facts)
            return replace(taken, began=began) if isinstance(taken, Claimed) else taken

        try:
            return self.gate.store.write(work)
        except SQLAlchemyError:
            raise  # nothing can be written down now; it stays as it is
        except Exception as error:
            log.exception("dispatch.claim_failed", action=action.id, error=type(error).__name__)
            why = words_of(error)
            return self.gate.store.write(lambda tx: claim.put_off(tx, action.id, why))

    def _call(self, claimed: Claimed) -> Outcome | None:
        """Hand it over while the lease is ours; None, and no call, when it is not any more."""
        channel = self.channels[claimed.action.channel]
        with Renewal(self.gate, claimed.action, self.lease, claimed.began, self.monotonic) as lease:
            if not lease.holds():
                return None
            try:
                return done(channel.deliver(claimed.delivery))
            except Exception as error:  # noqa: BLE001 - whatever a channel raises has a meaning
                return outcome_of(error, channel, claimed.action.attempts)

    def _end(self, tx: "GateTx", action: Action, outcome: Outcome) -> str:
        """Write an outcome down, if the claim is still ours; a worker who slept is not believed."""
        now = self.gate.clock()
        due = now + outcome.wait
        moved = tx.actions.move(
            action,
            outcome.status,
            now,
            detail=outcome.detail,
            receipt=outcome.receipt,
            due_at=due,
            lease_until=None,
        )
        if not moved:
            log.warning("dispatch.fenced_off", action=action.id, came=outcome.status)
            return "taken"
        tx.actions.end(action.id, action.fence, outcome.status, outcome.detail, now)
        body = {
            "from": action.status,
            "to": outcome.status,
            "sha256": action.sha256,
            "due": due.isoformat(),
            "counts": self.live,
        }
        record(tx, self.gate.key, now, self.worker, "dispatch", action.id, body)
        if outcome.status == "sent":
            self.sent(tx, action, now)
        if outcome.pause:
            self._pause(tx, action, outcome, now)
        return outcome.status

    def sent(self, tx: "GateTx", action: Action, now: datetime) -> None:
        """Use up the caps, when it counts."""
        if self.live:
            tx.ledger.record(send_of(action, self.gate.today()), now)

    def _pause(self, tx: "GateTx", action: Action, outcome: Outcome, now: datetime) -> None:
        """A channel that does not accept us any more is paused; its queue is kept."""
        scope = f"channel:{action.channel}"
        tx.ledger.set_pause(
            Pause(scope, on=True, since=now, who=self.worker, reason=outcome.detail)
        )
        record(
            tx,
            self.gate.key,
            now,
            self.worker,
            "pause",
            scope,
            {"reason_sha256": digest(outcome.detail)},
        )
        log.error("channel.paused", scope=scope, reason=outcome.detail)

    def recover(self) -> Counter[str]:
        """Settle calls whose worker never came back, each by what its channel promises."""
        settled: Counter[str] = Counter()
        if self._in_doubt():
            return settled  # a clock that was put forward ends the lease of whoever is at work
        try:
            for action in self._lost():
                end = partial(self._end_lost, action=action, outcome=self._settle(action))
                settled[self.gate.store.write(end)] += 1
        except Exception:
            if self.watch is not None:
                self.watch.forget()
            raise
        return settled

    def _end_lost(self, tx: "GateTx", action: Action, outcome: Outcome) -> str:
        """End a call nobody came back from, unless it is one that a hand made of another row."""
        now = tx.actions.get(action.id)
        if (now.status, now.fence) != (action.status, action.fence):
            return "taken"
        try:
            check_step(tx, self.gate.key, action)
        except Forged as error:
            log.error("dispatch.forged", action=action.id, why=str(error))  # noqa: TRY400
            pause_all(self.gate, tx, self.worker, str(error))
            return "blocked"
        return self._end(tx, action, outcome)

    def _lost(self) -> tuple[Action, ...]:
        now, watch = self.gate.clock(), self.watch
        if watch is None:
            return self.gate.store.read(lambda tx: tx.actions.abandoned(now))
        return watch.dead(self.gate.store.read(lambda tx: tx.actions.standing("calling")), now)

    def _settle(self, action: Action) -> Outcome:
        channel = self.channels.get(action.channel)
        words = f"{action.worker} did not come back"
        if channel is None:
            return Outcome("unknown", f"{words}; the channel is not configured any more")
        if channel.effect == "look_up":
            return self._look_up(channel, action, words)
        return settled_late(channel, action.attempts, words)

    def _look_up(self, channel: OutboundChannel, action: Action, words: str) -> Outcome:
        try:
            receipt = channel.find(key_of(action))
        except Exception as error:  # noqa: BLE001 - not knowing is an answer
            return Outcome("unknown", f"{words}; looking it up failed: {type(error).__name__}")
        if receipt is not None:
            return done(receipt)
        return Outcome("unknown", f"{words}; the channel does not know of it")


def scopes_of(actions: Iterable[Action]) -> set[str]:
    """The switches that may hold some actions."""
    return {
        scope
        for one in actions
        for scope in ("global", f"play:{one.play}", f"channel:{one.channel}")
    }


def key_of(action: Action) -> str:
    """The key under which a channel knows an action: the same however often it is called."""
    return f"act:{action.id}:{action.sha256}"


def send_of(action: Action, day: int) -> Send:
    """The entry of the send ledger."""
    return Send(
        f"s-{action.id}",
        action.contact_id,
        action.account_id,
        action.channel,
        action.play,
        day,
        action.address_key,
    )
