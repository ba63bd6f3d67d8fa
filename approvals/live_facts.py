"""What is known at this moment of whom an action would reach, and how it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from policies.nouns import PlannedAction as PolicyAction
from policies.nouns import Record as PolicyRecord

if TYPE_CHECKING:
    from tools.store.records import Proposal

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Facts:
    """What is known now of the person to be reached, and the action as its play describes it.

    `suppression_keys` are the keyed hashes of the person's addresses, `address_key` that of the
    folded one to be reached; `agreed_day` is the last day on which the person said yes again.
    `version` names the committed facts it was read from.
    """

    record: PolicyRecord
    action: PolicyAction
    recipient: str | None
    suppression_keys: frozenset[str]
    address_key: str | None = None
    agreed_day: int | None = None
    version: str = ""


@dataclass(frozen=True)
class Unread:
    """Why what must be known of an action cannot be read at this moment."""

    why: str


class Subject(Protocol):
    """What facts are asked about: a proposal or an action."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def account_id(self) -> str:
        """The account."""

    @property
    def contact_id(self) -> str | None:
        """The person."""

    @property
    def play(self) -> str:
        """The play."""

    @property
    def channel(self) -> str:
        """The channel."""

    @property
    def currency(self) -> str:
        """The currency of its value."""


FactSource = Callable[[Sequence[Subject]], Mapping[str, Facts]]


def no_facts(_: Sequence[Subject]) -> Mapping[str, Facts]:
    """Of whom nothing is known; so nothing that reaches a person can be agreed to."""
    return {}


def read_facts(source: FactSource, proposal: "Proposal") -> Facts | None:
    """The facts of a proposal; None when they cannot be read, so that nothing is agreed to."""
    try:
        return source([proposal]).get(proposal.id)
    except Exception as error:  # a guard fails closed whatever happened
        log.exception("approve.facts_failed", proposal=proposal.id, error=type(error).__name__)
        return None
