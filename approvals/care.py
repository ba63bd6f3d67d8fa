"""What a person says of an account of the list: mine, done, later, not useful, or open again.

One compare-and-set on the version decides; who comes later is told who was first. What was said,
with what the list said then, is an outcome: it is kept and counted, and the list honours it. The
gate heeds it in the same transaction.
"""

import json
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from approvals.account_feedback import heed
from approvals.audit import record
from approvals.canonical import canonical, digest
from approvals.chain_words import account_subject, check_role
from approvals.request import LONGEST_KEY, LONGEST_NOTE
from tools.days import from_number
from tools.errors import BadInput, Conflict, Forbidden, nearest
from tools.store.gate.care import AccountDeed, Standing
from tools.store.records import AccountFeedback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from approvals.gate_context import GateContext
    from approvals.request import Actor
    from tools.store.gate.gate import GateTx

CareKind = Literal["claim", "done", "snooze", "not_useful", "open"]
CARE_KINDS: tuple[CareKind, ...] = get_args(CareKind)
USELESS: "Mapping[str, str]" = MappingProxyType({
    "in_contact": "somebody is talking to them already",
    "known_better": "we know something the data do not",
    "wrong_facts": "the facts are wrong or old",
    "wrong_step": "another step would be better",
    "too_small": "not worth a person's time",
    "other": "another reason",
})  # fmt: skip
LONGEST_SNOOZE = 365


@dataclass(frozen=True)
class CareWish:
    """What is wanted of an account as somebody saw it, in the version they saw."""

    kind: CareKind
    account_id: str
    version: int
    reason: str = ""
    note: str = ""
    until_day: int | None = None

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        if self.kind not in CARE_KINDS:
            raise BadInput(f"what: {self.kind!r}; {nearest(str(self.kind), CARE_KINDS)}")
        if isinstance(self.version, bool) or not isinstance(self.version, int) or self.version < 0:
            raise BadInput("version: open the list again")
        if self.kind == "not_useful" and self.reason not in USELESS:
            raise BadInput(f"reason: say why; one of {', '.join(USELESS)}")
        if self.kind != "not_useful" and self.reason:
            raise BadInput("reason: only what was not useful needs one")
        if len(self.note) > LONGEST_NOTE:
            raise BadInput(f"note: at most {LONGEST_NOTE} characters")


@dataclass(frozen=True)
class Said:
    """What the list said of the account: it is kept, to notice what is new.

    `goal` and `channel` are those of the step it showed; an unknown goal is any.
    """

    as_of: int
    play: str
    value_minor: int
    currency: str
    reasons: tuple[str, ...]
    goal: str = ""
    channel: str = ""


@dataclass(frozen=True)
class CareResult:
    """How the account stands now; `again` that the same person had said the same before."""

    account_id: str
    kind: str
    version: int
    until_day: int | None
    again: bool = False


def care(
    gate: "GateContext", actor: "Actor", wish: CareWish, said: Said, idempotency_key: str = ""
) -> CareResult:
    """Do what a person wishes, if nobody was first.

    Raises:
        Forbidden: when this person may not.
        Conflict: when it does not stand as they saw it; says who did what.
        BadInput: when the wish makes no sense, or the key was used for another one.
    """
    actor.check("decide")
    request = digest(canonical(asdict(wish)))
    if len(idempotency_key) > LONGEST_KEY:
        raise BadInput(f"Idempotency-Key: at most {LONGEST_KEY} characters")

    def work(tx: "GateTx") -> CareResult:
        if tx.roles.of([actor.person]).get(actor.person) != actor.role:
            raise Forbidden("your role has changed or ended; sign in again")
        check_role(tx, gate.key, actor.person, actor.role)
        kept = tx.log.answered(actor.person, idempotency_key) if idempotency_key else None
        if kept is not None:
            if kept.request != request:
                raise BadInput("Idempotency-Key: it was used for another request; take a new")
            return CareResult(**{**json.loads(kept.body), "again": True})
        result = _done(gate, tx, actor, wish, said)
        if idempotency_key:
            body = json.dumps(asdict(result))
            tx.log.answer(actor.person, idempotency_key, request, body, gate.clock())
        return result

    return gate.store.write(work)


def _done(
    gate: "GateContext", tx: "GateTx", actor: "Actor", wish: CareWish, said: Said
) -> CareResult:
    now, today, before = gate.clock(), gate.today(), tx.care.standing(wish.account_id)
    if same := _same_again(actor, wish, before):
        return same
    until = _until(gate, wish, today)
    new = Standing(wish.account_id, wish.version + 1, wish.kind, actor.person, until, now)
    if _taken(actor, wish, before, today) or not tx.care.put(new):
        raise Conflict(_told(tx, wish.account_id))
    tx.care.add(
        AccountDeed(
            wish.account_id,
            wish.kind,
            new.version,
            actor.person,
            actor.role,
            actor.via,
            wish.reason,
            wish.note,
            until,
            said.play,
            said.value_minor,
            said.currency,
            said.reasons,
            said.as_of,
            today,
            now,
            said.goal,
            said.channel,
        )
    )
    heed(
        gate,
        tx,
        actor,
        AccountFeedback(
            wish.account_id, wish.kind, said.goal, said.play, actor.person, today, until, now
        ),
    )
    body = {
        "did": wish.kind,
        "version": new.version,
        "why": wish.reason,
        "until": until,
        "via": actor.via,
        "note": digest(wish.note) if wish.note else "",
    }
    record(tx, gate.key, now, actor.person, "account", subject_of(gate, wish.account_id), body)
    return CareResult(wish.account_id, wish.kind, new.version, until)


def subject_of(gate: "GateContext", account_id: str) -> str:
    """The name of an account in the chain."""
    return account_subject(gate.key, account_id)


def _same_again(actor: "Actor", wish: CareWish, before: Standing | None) -> CareResult | None:
    """The answer of before, when this person said just this about just what they saw."""
    if before is None or before.version != wish.version + 1:
        return None
    if (before.kind, before.who) != (wish.kind, actor.person):
        return None
    if wish.kind == "snooze" and before.until_day != wish.until_day:
        return None
    return CareResult(wish.account_id, before.kind, before.version, before.until_day, again=True)


def _taken(actor: "Actor", wish: CareWish, before: Standing | None, today: int) -> bool:
    """Whether somebody else has it, and this would take it from them."""
    return (
        wish.kind == "claim"
        and before is not None
        and before.kind == "claim"
        and before.who != actor.person
        and (before.until_day or 0) > today
    )


def _until(gate: "GateContext", wish: CareWish, today: int) -> int | None:
    """Until when it holds; only a person who snoozes says a day of their own."""
    terms = gate.limits(today).account_list
    if wish.kind == "snooze":
        if wish.until_day is None or not today < wish.until_day <= today + LONGEST_SNOOZE:
            raise BadInput("until: give a day after today, at most a year away")
        return wish.until_day
    return {"claim": today + terms.claim_days, "not_useful": today + terms.hidden_days}.get(
        wish.kind
    )


def _told(tx: "GateTx", account_id: str) -> str:
    """What a loser of the race is told."""
    now = tx.care.standing(account_id)
    if now is None:
        return f"account {account_id} is not as you saw it; open the list again"
    who = tx.roles.names([now.who]).get(now.who, now.who)
    until = "" if now.until_day is None else f" until {from_number(now.until_day)}"
    return (
        f"account {account_id}: {now.kind.replace('_', ' ')}{until} by {who} at "
        f"{now.changed_at.isoformat()}, version {now.version}; look at it again"
    )
