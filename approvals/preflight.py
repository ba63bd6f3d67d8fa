"""Every check once more on fresh facts: when a person says yes, and when it is done.

What is read of the store is read inside the transaction that decides, so that a "no" of this
moment counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from approvals.chain_words import SHORT, account_subject, refusals_by_chain
from policies.dispatch import judge_approval
from policies.nouns import History
from policies.nouns import PlannedAction as PolicyAction
from policies.nouns import Record as PolicyRecord
from policies.suppression import closed_by_list
from tools.errors import FactsUnreadable, PolicyRefusal
from tools.money import Money
from tools.store.records import ContactHistory, Send

if TYPE_CHECKING:
    from approvals.service import Gate
    from tools.store.gate.gate import GateTx
    from tools.store.records import Proposal

log = structlog.get_logger(__name__)
LAST_DAY = 10_000_000
UNREADABLE = (
    "proposal {proposal}: what is known now of the person cannot be read, so it cannot be agreed "
    "to; nothing was decided: look at the log and try again"
)


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


def check_approval(
    gate: "Gate", tx: "GateTx", proposal: "Proposal", values: dict[str, Any], facts: Facts | None
) -> None:
    """Refuse a yes to what policy forbids by now.

    Raises:
        Conflict: with the rule and what it says.
        FactsUnreadable: when that cannot be found out at this moment.
    """
    if values["who"]["recipient"] is None:
        return  # our own people; nobody outside is reached
    try:
        _check_reach(gate, tx, proposal, values, facts)
    except (OSError, MemoryError) as error:
        log.exception("approve.check_failed", proposal=proposal.id, error=type(error).__name__)
        raise FactsUnreadable(UNREADABLE.format(proposal=proposal.id)) from error


def _check_reach(
    gate: "Gate", tx: "GateTx", proposal: "Proposal", values: dict[str, Any], facts: Facts | None
) -> None:
    if facts is None:
        raise FactsUnreadable(UNREADABLE.format(proposal=proposal.id))
    if other := is_another(facts, values):
        raise PolicyRefusal(f"proposal {proposal.id}: {other}; tomorrow's run asks anew")
    if facts.version != tx.ledger.facts_version():
        raise FactsUnreadable(
            f"proposal {proposal.id}: new facts came in this moment; look at it again"
        )
    record = with_list(gate, tx, facts)
    history = fresh_history(gate, tx, facts, proposal.account_id, "")
    limits = gate.limits(gate.today())
    denials = judge_approval(record, facts.action, history, gate.clock(), limits)
    if denials:
        said = "; ".join(f"{f.rule_id}: {f.reason}" for f in denials)
        raise PolicyRefusal(f"proposal {proposal.id} may not be done any more: {said}; reject it")


def read_ahead(
    gate: "Gate", tx: "GateTx", account_id: str, facts: "Facts | Unread | None", *subjects: str
) -> None:
    """Read at once what the chain will be asked about an account, its person and some ids."""
    keys = facts.suppression_keys if isinstance(facts, Facts) else ()
    tx.chain.about({account_subject(gate.key, account_id), *subjects, *(k[:SHORT] for k in keys)})


def is_another(facts: Facts, values: dict[str, Any]) -> str:
    """What says that the person to reach is not the one who was shown, or ''."""
    who = values["who"]
    if who["recipient"] is None:
        return ""
    same = (facts.record.contact_id, facts.recipient) == (who["contact_id"], who["recipient"])
    return "" if same else "the person to reach or their address is another now"


def with_list(gate: "Gate", tx: "GateTx", facts: Facts) -> PolicyRecord:
    """The record with what our own list says; a no counts whatever the clock said of it."""
    entries = (
        *tx.ledger.suppressions(facts.suppression_keys),
        *refusals_by_chain(tx, gate.key, facts.suppression_keys),
        *(gate.ledger.refusals(facts.suppression_keys) if gate.ledger else ()),
        *(gate.ledger.lost(tx, facts.suppression_keys) if gate.ledger else ()),
    )
    limits, day = gate.limits(gate.today()), facts.agreed_day
    closed = closed_by_list(entries, facts.action.channel, day, limits, gate.zone)
    return replace(facts.record, suppressed=bool(facts.record.suppressed) or closed)


def fresh_history(
    gate: "Gate", tx: "GateTx", facts: Facts, account_id: str, besides: str
) -> History:
    """What left up to this moment for the account and the person's addresses.

    Calls under way, or of which nobody knows, count as sends, and so does what a clock that was
    wrong dated after today: in doubt it was too much.
    """
    at, keys = gate.today() + 1, facts.record.address_keys
    past = tx.ledger.history(LAST_DAY, account_id, keys)
    known = with_calls(tx, past, account_id, besides, keys)
    nothing = Money.from_minor(0, facts.action.cost.currency)
    return History(at, known.sends, known.decisions, frozenset(), nothing)


def with_calls(
    tx: "GateTx", history: ContactHistory, account_id: str, besides: str, keys: frozenset[str]
) -> ContactHistory:
    """The history with calls under way or unknown counted as sends."""
    more = tuple(
        Send(f"s-{one.id}", one.contact_id, one.account_id, one.channel, one.play, one.day,
             one.address_key)
        for one in tx.actions.under_way(account_id, besides, keys)
    )  # fmt: skip
    return replace(history, sends=history.sends + more)
