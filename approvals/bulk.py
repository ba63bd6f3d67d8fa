"""Many at once, only where they are alike: same play, segment, template and tier.

The limits are held here and not on a page: a size, a sample that must have been looked at, and
each item by its own version and hash. What changed meanwhile is reported, the rest is approved.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from approvals.envelope import read_values
from approvals.request import Actor, Result, Seen, Wish
from approvals.tiers import HIGH
from tools.errors import BadInput, Conflict, Forbidden, LifecycleError
from tools.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from approvals.service import Gate
    from tools.store.gate.gate import GateTx
    from tools.store.records import Proposal


@dataclass(frozen=True)
class Group:
    """What a bulk approval would do: how many people, at what cost, and what to look at first."""

    size: int
    people: int
    cost: Money
    value: Money
    sample: tuple[str, ...]


@dataclass(frozen=True)
class BulkResult:
    """Each item's own answer, in the order given: a result, or why not."""

    results: tuple[Result, ...]
    refused: tuple[tuple[str, str], ...]


def preview(gate: "Gate", actor: Actor, ids: "Sequence[str]") -> Group:
    """Say what approving these would do, and which of them must be looked at before.

    Raises:
        BadInput: when there are too many of them, or they are not alike.
    """
    actor.check("decide")
    return gate.store.read(lambda tx: _group(gate, tx, actor, ids))


def approve_all(
    gate: "Gate", actor: Actor, items: "Sequence[Seen]", looked_at: "Sequence[str]"
) -> BulkResult:
    """Approve each by its own hash; `looked_at` are the ids of the sample that were opened.

    Raises:
        BadInput: when they are not alike or the sample was not looked at; nothing is approved.
    """
    person = replace(actor, via="bulk")
    person.check("decide")
    ids = [item.proposal for item in items]
    group = gate.store.read(lambda tx: _group(gate, tx, person, ids))
    if missing := sorted(set(group.sample) - set(looked_at)):
        raise BadInput(f"bulk: look at {', '.join(missing)} first; {len(missing)} of the sample")
    results, refused = [], []
    for item in items:
        try:
            results.append(gate.decide(person, Wish("approve", item)))
        except LifecycleError as error:
            refused.append((item.proposal, str(error)))
    return BulkResult(tuple(results), tuple(refused))


def _group(gate: "Gate", tx: "GateTx", actor: Actor, ids: "Sequence[str]") -> Group:
    limits = gate.limits(gate.today())
    if not ids or len(ids) != len(set(ids)):
        raise BadInput("bulk: choose some proposals, each once")
    if len(ids) > limits.bulk_size:
        raise BadInput(f"bulk: {len(ids)} are too many at once, at most {limits.bulk_size}")
    found = [tx.asked.get(one) for one in ids]
    kinds = {_kind(tx, one) for one in found}
    if len(kinds) > 1:
        raise BadInput("bulk: only proposals of one play, segment, template and tier go together")
    if found[0].tier == HIGH:
        raise Forbidden("bulk: what two people must agree to is decided one by one")
    values = [read_values(tx.asked.bytes_of(one), one.shown, one.id) for one in found]
    cost = sum((Decimal(v["what"]["cost"]["amount"]) for v in values), Decimal(0))
    people = sum(1 for v in values if v["who"]["recipient"])
    currency = found[0].currency
    return Group(
        len(found), people, Money(cost, currency),
        Money.from_minor(sum(one.value_minor for one in found), currency),
        _sample(gate, actor, ids, limits.bulk_sample),
    )  # fmt: skip


def _kind(tx: "GateTx", one: "Proposal") -> tuple[str, ...]:
    """What items of a group have in common; an edited one is its own template."""
    if one.status != "pending":
        raise Conflict(f"bulk: proposal {one.id} is {one.status}; leave it out")
    values = read_values(tx.asked.bytes_of(one), one.shown, one.id)
    template = str(values["what"]["play_version"]) if one.shown == one.sha256 else one.shown
    return one.play, one.segment, one.tier, one.channel, template


def _sample(gate: "Gate", actor: Actor, ids: "Sequence[str]", size: int) -> tuple[str, ...]:
    """Which to look at: drawn by key, so that nobody can choose the easy ones; the same again."""

    def rank(one: str) -> str:
        return gate.key.mac("sample", f"{actor.person}\0{one}")

    return tuple(sorted(ids, key=rank)[:size])
