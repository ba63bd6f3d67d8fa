"""Many at once, only where they are alike: same play, segment, template and tier.

The limits are held here and not on a page: a size, a sample that must have been looked at, and
each item by its own version and hash. Each item has its own answer, and none of them stands in
the way of the others. The same request again ends in the same state and is answered the same.
"""

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from approvals.bulk_answers import (
    BadItem,
    BulkResult,
    ItemAnswer,
    answer_of,
    duplicate,
    keep,
    kept,
    refusal_of,
    request_of,
)
from approvals.envelope import read_values
from approvals.request import Actor, Seen, Wish
from approvals.tiers import HIGH
from tools.errors import BadInput, Conflict, Forbidden, LifecycleError
from tools.money import Money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from approvals.service import Gate
    from tools.store.gate.gate import GateTx
    from tools.store.records import Proposal

Kind = tuple[str, ...]
UNLIKE = "bulk: only proposals of one play, segment, template and tier go together"
ONE_BY_ONE = "bulk: what two people must agree to is decided one by one"


@dataclass(frozen=True)
class GroupLine:
    """One proposal of a group as a list shows it: whom it reaches, and under which subject."""

    proposal: str
    account: str
    recipient: str
    subject: str


@dataclass(frozen=True)
class Group:
    """What a bulk approval would do: how many people, at what cost, and what to look at first.

    `left_out` are those that would not be approved, each with its answer.
    """

    size: int
    people: int
    cost: Money
    value: Money
    sample: tuple[str, ...]
    left_out: tuple[ItemAnswer, ...] = ()
    lines: tuple[GroupLine, ...] = ()


@dataclass(frozen=True)
class Found:
    """The items of a request as they stand: proposals by id, their values, and why others not."""

    proposals: "Mapping[str, Proposal]"
    values: "Mapping[str, dict[str, Any]]"
    wrong: "Mapping[str, LifecycleError]"

    def among(self, ids: "Sequence[str]") -> tuple[str, ...]:
        """Those of some ids that are readable, each once and in order."""
        return tuple(dict.fromkeys(one for one in ids if one in self.values))


def preview(gate: "Gate", actor: Actor, ids: "Sequence[str | BadItem]") -> Group:
    """Say what approving these would do, and which of them must be looked at before.

    Raises:
        BadInput: when there are too many of them, or none can be read.
    """
    actor.check("decide")
    return gate.store.read(lambda tx: _preview(gate, tx, actor, ids))


def _preview(gate: "Gate", tx: "GateTx", actor: Actor, ids: "Sequence[str | BadItem]") -> Group:
    names = [one for one in ids if isinstance(one, str)]
    _check_size(gate, ids)
    found = _find(tx, names)
    odd = _odd(found, found.among(names))
    for one in found.among(names):
        if found.proposals[one].status != "pending" and one not in odd:
            state = found.proposals[one].status
            odd[one] = Conflict(f"bulk: proposal {one} is {state}; leave it out")
    odd |= found.wrong
    members = [one for one in dict.fromkeys(names) if one not in odd]
    left_out = [refusal_of(gate, tx, one, error) for one, error in odd.items()]
    left_out += [one.answer for one in ids if isinstance(one, BadItem)]
    left_out += [duplicate(one) for one, times in Counter(names).items() if times > 1]
    if not found.values or (len(ids) == 1 and not members):  # its answer is the answer
        raise next(iter(odd.values()), BadInput("bulk: choose some proposals in the queue"))
    return _group(gate, actor, found, members, names, tuple(left_out))


def _group(
    gate: "Gate",
    actor: Actor,
    found: Found,
    members: "Sequence[str]",
    ids: "Sequence[str]",
    left_out: tuple[ItemAnswer, ...],
) -> Group:
    values = [found.values[one] for one in members]
    cost = sum((Decimal(v["what"]["cost"]["amount"]) for v in values), Decimal(0))
    currency = found.proposals[next(iter([*members, *found.values]))].currency
    return Group(
        size=len(members),
        people=sum(1 for v in values if v["who"]["recipient"]),
        cost=Money(cost, currency),
        value=Money.from_minor(sum(found.proposals[m].value_minor for m in members), currency),
        sample=_sample(gate, actor, found, ids) if members else (),
        left_out=left_out,
        lines=tuple(_line(m, found.values[m]) for m in members),
    )


def _line(proposal: str, values: "Mapping[str, Any]") -> GroupLine:
    who, what = values["who"], values["what"]
    account = who["account_name"] or who["account_id"]
    return GroupLine(proposal, account, who["recipient"] or "", what["subject"])


def approve_all(
    gate: "Gate",
    actor: Actor,
    items: "Sequence[Seen | BadItem]",
    looked_at: "Sequence[str]",
    idempotency_key: str = "",
) -> BulkResult:
    """Approve each by its own hash; `looked_at` are the ids of the sample that were opened.

    Raises:
        BadInput: when they are not alike or the sample was not looked at; nothing is approved.
    """
    person = replace(actor, via="bulk")
    person.check("decide")
    request = request_of(items, looked_at)
    before = kept(gate, person, idempotency_key, request)
    if before is not None:
        return before
    odd = gate.store.read(lambda tx: _refused(gate, tx, person, items, looked_at))
    answers, known = [], set[str]()
    for item in items:
        if isinstance(item, BadItem):
            answers.append(item.answer)
        elif item.proposal in known:
            answers.append(duplicate(item.proposal))
        else:
            known.add(item.proposal)
            answers.append(_one(gate, person, item, odd.get(item.proposal)))
    return keep(gate, person, idempotency_key, request, BulkResult(tuple(answers)))


def _one(gate: "Gate", person: Actor, item: Seen, odd: LifecycleError | None) -> ItemAnswer:
    """Approve one of many, or say why not; whatever it is, the others go on."""
    try:
        if odd is not None:
            raise odd
        return answer_of(gate.decide(person, Wish("approve", item)))
    except LifecycleError as error:
        why = error
        return gate.store.read(lambda tx: refusal_of(gate, tx, item.proposal, why))


def _refused(
    gate: "Gate",
    tx: "GateTx",
    actor: Actor,
    items: "Sequence[Seen | BadItem]",
    looked_at: "Sequence[str]",
) -> "dict[str, LifecycleError]":
    """Which items do not go with the others, after checking that the sample was looked at."""
    seen = [item for item in items if isinstance(item, Seen)]
    _check_size(gate, items)
    found = _find(tx, [item.proposal for item in seen])
    same = [
        i.proposal
        for i in seen
        if i.proposal in found.values and found.proposals[i.proposal].shown == i.sha256
    ]
    odd = _odd(found, found.among(same))
    sample = _sample(gate, actor, found, [item.proposal for item in seen])
    if missing := sorted(set(sample) - set(looked_at)):
        raise BadInput(f"bulk: look at {', '.join(missing)} first; {len(missing)} of the sample")
    if odd and len(odd) == len(items):
        raise next(iter(odd.values()))
    return odd


def _check_size(gate: "Gate", items: "Sequence[object]") -> None:
    most = gate.limits(gate.today()).bulk_size
    if not items:
        raise BadInput("bulk: choose some proposals in the queue")
    if len(items) > most:
        raise BadInput(f"bulk: {len(items)} are too many at once, at most {most}")


def _find(tx: "GateTx", ids: "Sequence[str]") -> Found:
    proposals: dict[str, Proposal] = {}
    values: dict[str, dict[str, Any]] = {}
    wrong: dict[str, LifecycleError] = {}
    for one in dict.fromkeys(ids):
        try:
            proposals[one] = tx.asked.get(one)
            text = tx.asked.bytes_of(proposals[one])
            values[one] = read_values(text, proposals[one].shown, one)
        except LifecycleError as error:
            wrong[one] = error
    return Found(proposals, values, wrong)


def _odd(found: Found, ids: "Sequence[str]") -> "dict[str, LifecycleError]":
    """Which of these are not of the kind of most, whatever became of them, and why.

    What is approved already counts too, so that a repeated request refuses what it refused before.
    Where no kind is that of more than half, none goes with the others.
    """
    kinds = {one: _kind(found.proposals[one], found.values[one]) for one in ids}
    counts = Counter(kinds.values()).most_common(1)
    if not counts:
        return {}
    common, times = counts[0]
    mixed = times * 2 <= len(ids)
    odd: dict[str, LifecycleError] = {}
    for one, kind in kinds.items():
        if found.proposals[one].tier == HIGH:
            odd[one] = Forbidden(ONE_BY_ONE)
        elif mixed:
            odd[one] = BadInput(
                f"{UNLIKE}; these are of {len(set(kinds.values()))} kinds, choose those of one"
            )
        elif kind != common:
            odd[one] = BadInput(f"{UNLIKE}; this one is of another kind, decide it by itself")
    return odd


def _kind(one: "Proposal", values: "Mapping[str, Any]") -> Kind:
    """What items of a group have in common; an edited one is its own template."""
    template = str(values["what"]["play_version"]) if one.shown == one.sha256 else one.shown
    return one.play, one.segment, one.tier, one.channel, template


def _sample(gate: "Gate", actor: Actor, found: Found, ids: "Sequence[str]") -> tuple[str, ...]:
    """Which to look at: drawn by key, so that nobody can choose the easy ones; the same again.

    Drawn of everything that was chosen, so that what becomes of some of them meanwhile does not
    make it another sample.
    """

    def rank(one: str) -> str:
        return gate.key.mac("sample", f"{actor.person}\0{one}")

    size = gate.limits(gate.today()).bulk_sample
    return tuple(sorted(found.among(ids), key=rank)[:size])
