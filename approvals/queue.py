"""The queue: a day's envelopes become rows that wait for a person, and nothing else happens.

A second run of the day creates nothing new. Newer facts replace an undecided proposal, with links
both ways; one that says the same in substance stays, so nobody reads it twice. What was decided
is never touched.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

from approvals.audit import AGENT, Key, record
from approvals.envelope import Envelope, read_values, seal
from approvals.holdout import draw
from approvals.tiers import tier
from tools.errors import BadInput
from tools.store.records import Entered, NewProposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from policies.limits import Limits
    from tools.store.gate.gate import GateStore, GateTx
    from tools.store.proposals import Proposals
    from tools.store.records import Proposal

NEVER = 1_000_000
# The window of a play whose own is not known.
WINDOW_DAYS = 90


@dataclass(frozen=True)
class Queued:
    """What became of the envelopes; `refused` are (account, reason) of those not taken."""

    entered: Entered
    refused: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Desk:
    """Where a day's envelopes are put: the gate's store, its key, and the limits of the day.

    `windows` are the days within which each play's outcome shows; `attempt` counts how often the
    day was taken back and run again.
    """

    store: "GateStore"
    key: Key
    limits: "Limits"
    windows: "Mapping[str, int]" = field(default_factory=dict)
    attempt: int = 0


def propose(
    desk: Desk,
    as_of: int,
    envelopes: "Iterable[Envelope]",
    now: "datetime",
    withdrawn: "Mapping[str, str] | None" = None,
) -> Queued:
    """Put a day's envelopes into the queue, in one transaction.

    Of two for one account the one worth more is taken. One that cannot be sealed is refused and
    the rest go on. `withdrawn` gives, by account, why an undecided proposal no longer holds. What
    a person has taken in hand meanwhile is left to them. Who is held out of which play is drawn
    here, before anybody decides.

    Raises:
        BadInput: when an envelope is of another day.
    """
    taken: dict[str, NewProposal] = {}
    asked: list[Envelope] = []
    refused: list[tuple[str, str]] = []
    for envelope in sorted(envelopes, key=_worth_most_first):
        account = envelope.who.account_id
        if envelope.as_of != as_of:
            raise BadInput(f"queue: the envelope of {account} is of day {envelope.as_of}")
        if account in taken:
            refused.append((account, f"{taken[account].play} is worth as much or more"))
            continue
        try:
            taken[account] = sealed_proposal(envelope, desk.limits, desk.attempt)
        except BadInput as error:
            refused.append((account, str(error)))
        else:
            asked.append(envelope)

    def work(tx: "GateTx") -> Queued:
        held = in_hand(tx, as_of, asked, desk.limits.rest_days)
        free = [e for e in asked if e.who.account_id not in held]
        new = tuple(one for account, one in taken.items() if account not in held)
        entered = tx.enter(as_of, new, now, withdrawn or {})
        drawn = tx.holdouts.drawn(sorted({e.what.play for e in free}))
        reached = reached_by_hand(tx, as_of, free, desk.windows)
        tx.holdouts.draw(draw(as_of, free, drawn, desk.limits.holdout_share, desk.key, reached))
        _record(tx, desk.key, entered, now)
        return Queued(entered, (*refused, *sorted(held.items())))

    return desk.store.write(work)


def in_hand(
    tx: "GateTx", as_of: int, envelopes: "Iterable[Envelope]", rest_days: int
) -> dict[str, str]:
    """Accounts of which a person has said something that stands in the way, and what."""
    goals = {e.who.account_id: e.what.goal for e in envelopes}
    return {
        account: f"a person {word.words}"
        for account, words in tx.care.feedback(goals).items()
        for word in words
        if word.concerns(goals[account]) and word.holds(as_of, rest_days)
    }


def reached_by_hand(
    tx: "GateTx", as_of: int, envelopes: "Iterable[Envelope]", windows: "Mapping[str, int]"
) -> frozenset[tuple[str, str]]:
    """The (play, account) of whom a person reached within the window before: no lot is fair."""
    last = {one.account_id: one.day for one in tx.care.contacts(as_of + 1)}
    return frozenset(
        (e.what.play, e.who.account_id)
        for e in envelopes
        if last.get(e.who.account_id, -NEVER) > as_of - windows.get(e.what.play, WINDOW_DAYS)
    )


def _record(tx: "GateTx", key: Key, entered: Entered, now: "datetime") -> None:
    """One entry of the chain for everything the queue did."""
    ended = {
        "superseded": entered.superseded,
        "expired": entered.expired,
        "revoked": entered.revoked,
    }
    for to, ids in ended.items():
        for proposal_id in ids:
            body = {"from": "pending", "to": to, "version": tx.asked.get(proposal_id).version}
            record(tx, key, now, AGENT, to, proposal_id, body)
    for proposal_id in entered.created:
        proposal = tx.asked.get(proposal_id)
        held = tx.holdouts.held(proposal.play, proposal.account_id)
        body = {"from": "", "to": "pending", "sha256": proposal.sha256, "version": 1, "held": held}
        record(tx, key, now, AGENT, "propose", proposal_id, body)


def pending(proposals: "Proposals", as_of: int) -> "tuple[Proposal, ...]":
    """What waits for a decision on a day, worth most first."""
    return proposals.pending(as_of)


def sealed_proposal(envelope: Envelope, limits: "Limits", attempt: int = 0) -> NewProposal:
    """An envelope as the row it becomes; the same envelope always becomes the same row.

    Raises:
        BadInput: when it cannot be sealed.
    """
    sealed = seal(envelope)
    net, who, why = envelope.worth.net, envelope.who, envelope.why
    return NewProposal(
        id=proposal_id(envelope, sealed.sha256, attempt),
        account_id=envelope.who.account_id,
        contact_id=envelope.who.contact_id,
        play=envelope.what.play,
        value_minor=net.minor,
        currency=net.currency,
        envelope=sealed.text,
        sha256=sealed.sha256,
        substance=sealed.substance,
        expires_day=envelope.expires_day,
        account_name=who.account_name or "",
        owner=who.owner or "",
        segment=why.segment or "",
        stage=why.stage or "",
        goal=envelope.what.goal,
        channel=envelope.what.channel,
        tier=tier(read_values(sealed.text, sealed.sha256, who.account_id), limits),
    )


def proposal_id(envelope: Envelope, digest: str, attempt: int = 0) -> str:
    """The id that day, account, play, content and attempt give, short enough to type."""
    parts = [str(envelope.as_of), envelope.who.account_id, envelope.what.play, digest]
    parts += [str(attempt)] if attempt else []
    return "p" + sha256("\0".join(parts).encode()).hexdigest()[:16]


def _worth_most_first(envelope: Envelope) -> tuple[Decimal, str, str]:
    """By value; what is no sum of money comes last and is refused when it is sealed."""
    net = envelope.worth.net.amount
    worth = -net if net.is_finite() else Decimal(0)
    return (worth, envelope.who.account_id, envelope.what.play)
