"""What each item of a bulk approval is answered, and the whole answer kept for who asks again."""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from approvals.canonical import digest
from approvals.request import LONGEST_KEY, Result, Seen
from tools.errors import Absent, BadInput, Conflict, FactsUnreadable, LifecycleError, PolicyRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from approvals.gate_context import GateContext
    from approvals.request import Actor
    from tools.store.gate.gate import GateTx

BulkOutcome = Literal[
    "approved",
    "waiting",
    "already",
    "changed",
    "refused",
    "unknown",
    "unreadable",
    "malformed",
    "duplicate",
]
DONE = frozenset({"approved", "waiting", "already"})


@dataclass(frozen=True)
class ItemAnswer:
    """What became of one item; of a changed one `who` changed it last, and `at` when (ISO)."""

    proposal: str
    outcome: BulkOutcome
    detail: str
    result: Result | None = None
    who: str = ""
    at: str = ""


@dataclass(frozen=True)
class BadItem:
    """An item that cannot be read; `proposal` is what stood for its id."""

    proposal: str
    why: str

    @property
    def answer(self) -> ItemAnswer:
        """Its answer."""
        return ItemAnswer(self.proposal, "malformed", self.why)


@dataclass(frozen=True)
class BulkResult:
    """Each item's own answer, in the order given."""

    answers: tuple[ItemAnswer, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """How the approved ones stand."""
        return tuple(one.result for one in self.answers if one.result is not None)

    @property
    def refused(self) -> tuple[tuple[str, str], ...]:
        """The ids of the others, and why they were not approved."""
        return tuple((a.proposal, a.detail) for a in self.answers if a.outcome not in DONE)


def answer_of(result: Result) -> ItemAnswer:
    """The answer of an item that was approved, now or before."""
    if result.again:
        said = f"you approved it before; it is {result.status}"
        return ItemAnswer(result.proposal, "already", said, result)
    if result.waits_for:
        said = f"your yes counts; {result.waits_for} more must agree"
        return ItemAnswer(result.proposal, "waiting", said, result)
    return ItemAnswer(result.proposal, "approved", "approved", result)


def refusal_of(
    gate: "GateContext", tx: "GateTx", proposal: str, error: LifecycleError
) -> ItemAnswer:
    """The answer of an item that was not approved."""
    outcome = _outcome(error)
    if outcome != "changed":
        return ItemAnswer(proposal, outcome, str(error))
    who, at = _last_change(gate, tx, proposal)
    return ItemAnswer(proposal, outcome, str(error), None, who, at)


def duplicate(proposal: str) -> ItemAnswer:
    """The answer of an item that stood in the request before."""
    said = "it stands in this request twice; the first one counts, leave this one out"
    return ItemAnswer(proposal, "duplicate", said)


def _outcome(error: LifecycleError) -> BulkOutcome:
    kinds: tuple[tuple[type[LifecycleError], BulkOutcome], ...] = (
        (Absent, "unknown"),
        (FactsUnreadable, "unreadable"),
        (PolicyRefusal, "refused"),
        (Conflict, "changed"),
    )
    return next((name for kind, name in kinds if isinstance(error, kind)), "refused")


def _last_change(gate: "GateContext", tx: "GateTx", proposal: str) -> tuple[str, str]:
    """Who did something with a proposal last, and when it came to stand as it does."""
    now, deeds = tx.asked.get(proposal), tx.log.of(proposal)
    late = now.status == "pending" and now.expires_day <= gate.today()
    if not deeds or late:
        return "", now.changed_at.isoformat()
    last = deeds[-1]
    return tx.roles.names([last.who]).get(last.who, last.who), last.at.isoformat()


def request_of(items: "Sequence[Seen | BadItem]", looked_at: "Sequence[str]") -> str:
    """The hash by which a repeated request is known."""
    named = [asdict(one) for one in items]
    return digest(json.dumps(["bulk", named, sorted(looked_at)], sort_keys=True))


def kept(gate: "GateContext", actor: "Actor", key: str, request: str) -> BulkResult | None:
    """What this person's request with this key was answered before.

    Raises:
        BadInput: when the key is too long or was used for another request.
    """
    if len(key) > LONGEST_KEY:
        raise BadInput(f"Idempotency-Key: at most {LONGEST_KEY} characters")
    return gate.store.read(lambda tx: _kept(tx, actor, key, request)) if key else None


def keep(
    gate: "GateContext", actor: "Actor", key: str, request: str, result: BulkResult
) -> BulkResult:
    """Keep an answer under its key; of two at the same time the first one is given to both."""

    def work(tx: "GateTx") -> BulkResult:
        before = _kept(tx, actor, key, request)
        if before is not None:
            return before
        body = json.dumps([asdict(one) for one in result.answers])
        tx.log.answer(actor.person, key, request, body, gate.clock())
        return result

    return gate.store.write(work) if key else result


def _kept(tx: "GateTx", actor: "Actor", key: str, request: str) -> BulkResult | None:
    found = tx.log.answered(actor.person, key)
    if found is None:
        return None
    if found.request != request:
        raise BadInput("Idempotency-Key: it was used for another request; take a new")
    return BulkResult(tuple(_read(one) for one in json.loads(found.body)))


def _read(values: dict[str, Any]) -> ItemAnswer:
    result = values["result"]
    return ItemAnswer(**{**values, "result": result and Result(**result)})
