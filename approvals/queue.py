"""The queue: a day's envelopes become rows that wait for a person, and nothing else happens.

A second run of the day creates nothing new. Newer facts replace an undecided proposal, with links
both ways; one that says the same in substance stays, so nobody reads it twice. What was decided
is never touched.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from approvals.envelope import Envelope, seal
from tools.errors import BadInput
from tools.store.records import Entered, NewProposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from tools.store.proposals import Proposals
    from tools.store.records import Proposal


@dataclass(frozen=True)
class Queued:
    """What became of the envelopes; `refused` are (account, reason) of those not taken."""

    entered: Entered
    refused: tuple[tuple[str, str], ...]


def propose(
    proposals: "Proposals",
    as_of: int,
    envelopes: "Iterable[Envelope]",
    now: "datetime",
    withdrawn: "Mapping[str, str] | None" = None,
) -> Queued:
    """Put a day's envelopes into the queue, in one transaction.

    Of two for one account the one worth more is taken. One that cannot be sealed is refused and
    the rest go on. `withdrawn` gives, by account, why an undecided proposal no longer holds.

    Raises:
        BadInput: when an envelope is of another day.
    """
    taken: dict[str, NewProposal] = {}
    refused: list[tuple[str, str]] = []
    for envelope in sorted(envelopes, key=_worth_most_first):
        account = envelope.who.account_id
        if envelope.as_of != as_of:
            raise BadInput(f"queue: the envelope of {account} is of day {envelope.as_of}")
        if account in taken:
            refused.append((account, f"{taken[account].play} is worth as much or more"))
            continue
        try:
            taken[account] = sealed_proposal(envelope)
        except BadInput as error:
            refused.append((account, str(error)))
    entered = proposals.enter(as_of, tuple(taken.values()), now, withdrawn or {})
    return Queued(entered, tuple(refused))


def pending(proposals: "Proposals", as_of: int) -> "tuple[Proposal, ...]":
    """What waits for a decision on a day, worth most first."""
    return proposals.pending(as_of)


def sealed_proposal(envelope: Envelope) -> NewProposal:
    """An envelope as the row it becomes; the same envelope always becomes the same row.

    Raises:
        BadInput: when it cannot be sealed.
    """
    sealed = seal(envelope)
    net = envelope.worth.net
    return NewProposal(
        id=proposal_id(envelope, sealed.sha256),
        account_id=envelope.who.account_id,
        contact_id=envelope.who.contact_id,
        play=envelope.what.play,
        value_minor=net.minor,
        currency=net.currency,
        envelope=sealed.text,
        sha256=sealed.sha256,
        substance=sealed.substance,
        expires_day=envelope.expires_day,
    )


def proposal_id(envelope: Envelope, digest: str) -> str:
    """The id that day, account, play and content give, short enough to type."""
    parts = (str(envelope.as_of), envelope.who.account_id, envelope.what.play, digest)
    return "p" + sha256("\0".join(parts).encode()).hexdigest()[:16]


def _worth_most_first(envelope: Envelope) -> tuple[int, str, str]:
    return (-envelope.worth.net.minor, envelope.who.account_id, envelope.what.play)
