"""What a decision is made with, and what every decision does: check who and what, and note it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from approvals.audit import Key, record
from approvals.chain_words import check_role
from approvals.live_facts import FactSource, no_facts
from approvals.request import Actor, Result, Wish
from tools.clock_watch import Watch, always_believed
from tools.days import day_number, from_number
from tools.errors import Conflict, Forbidden
from tools.store.gate.records import Deed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from approvals.effect_ledger import EffectLedger
    from policies.limits import Limits
    from tools.store.gate.gate import GateStore, GateTx
    from tools.store.records import Proposal


@dataclass(frozen=True)
class GateContext:
    """What every decision needs: `limits` gives those of a day, `crash` is where a test may kill.

    `facts` gives what is known at this moment of whom proposals would reach; what is not known is
    not agreed to. `watch` says whether the clock can be believed at this moment. `ledger` is the
    one beside the database.
    """

    store: "GateStore"
    limits: "Callable[[int], Limits]"
    clock: "Callable[[], datetime]"
    zone: "ZoneInfo"
    key: Key
    crash: "Callable[[str], None]" = lambda _: None
    facts: FactSource = no_facts
    watch: Watch = always_believed
    ledger: "EffectLedger | None" = None

    def today(self) -> int:
        """The tenant's day."""
        return day_number(self.clock().astimezone(self.zone).date())

    def check_actor(self, tx: "GateTx", actor: Actor) -> None:
        """Refuse somebody whose role has changed, or was given by a hand in the database."""
        role = tx.roles.of([actor.person]).get(actor.person)
        if role != actor.role:
            raise Forbidden("your role has changed or ended; sign in again")
        check_role(tx, self.key, actor.person, role)

    def check_seen(self, tx: "GateTx", proposal: "Proposal", wish: Wish) -> None:
        """Refuse a wish about anything but what waits now, in this version, with these bytes."""
        fits = (proposal.version, proposal.shown) == (wish.seen.version, wish.seen.sha256)
        if proposal.status != "pending" or not fits or proposal.expires_day <= self.today():
            raise Conflict(self.told(tx, proposal.id))

    def note(
        self,
        tx: "GateTx",
        actor: Actor,
        wish: Wish,
        before: "Proposal",
        to: str,
        **more: object,
    ) -> Result:
        """Write the deed and its audit entry, and say how the proposal stands now."""
        now, after = self.clock(), tx.asked.get(before.id)
        tx.log.add(
            Deed(
                before.id,
                wish.kind,
                after.shown,
                before.version,
                actor.person,
                actor.role,
                actor.via,
                wish.reason,
                wish.note,
                self.today(),
                wish.seen.seconds,
                now,
            )
        )
        body = {
            "from": before.status,
            "to": to,
            "sha256": after.shown,
            "version": after.version,
            "via": actor.via,
            "role": actor.role,
            **more,
        }
        record(tx, self.key, now, actor.person, wish.kind, before.id, body)
        return Result(before.id, after.status, after.version, after.shown)

    def told(self, tx: "GateTx", proposal_id: str) -> str:
        """What a loser of the race is told: the state now, and who did what when."""
        now = tx.asked.get(proposal_id)
        deeds = tx.log.of(proposal_id)
        last = ""
        if deeds:
            who = tx.roles.names([deeds[-1].who]).get(deeds[-1].who, deeds[-1].who)
            last = f"; last: {deeds[-1].kind} by {who} at {deeds[-1].at.isoformat()}"
        why = f" ({now.status_reason})" if now.status_reason else ""
        late = now.status == "pending" and now.expires_day <= self.today()
        state = f"expired on {from_number(now.expires_day)}" if late else f"{now.status}{why}"
        return (
            f"proposal {now.id} is {state}, version {now.version}, since "
            f"{now.changed_at.isoformat()}{last}; look at it again"
        )
