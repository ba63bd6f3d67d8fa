"""Every check once more on fresh facts: when a person says yes, and when it is done.

What is read of the store is read inside the transaction that decides, so that a "no" of this
moment counts.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from approvals.chain_words import SHORT, account_subject, refusals_by_chain
from approvals.live_facts import Facts, Unread
from policies.dispatch import judge_approval
from policies.nouns import History
from policies.nouns import Record as PolicyRecord
from policies.suppression import closed_by_list
from tools.errors import FactsUnreadable, PolicyRefusal
from tools.money import Money
from tools.store.records import ContactHistory, Send

if TYPE_CHECKING:
    from approvals.gate_context import GateContext
    from tools.store.gate.gate import GateTx
    from tools.store.records import Proposal

log = structlog.get_logger(__name__)
LAST_DAY = 10_000_000
UNREADABLE = (
    "proposal {proposal}: what is known now of the person cannot be read, so it cannot be agreed "
    "to; nothing was decided: look at the log and try again"
)


def check_approval(
    gate: "GateContext",
    tx: "GateTx",
    proposal: "Proposal",
    values: dict[str, Any],
    facts: Facts | None,
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
    gate: "GateContext",
    tx: "GateTx",
    proposal: "Proposal",
    values: dict[str, Any],
    facts: Facts | None,
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
    gate: "GateContext",
    tx: "GateTx",
    account_id: str,
    facts: "Facts | Unread | None",
    *subjects: str,
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


def with_list(gate: "GateContext", tx: "GateTx", facts: Facts) -> PolicyRecord:
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
    gate: "GateContext", tx: "GateTx", facts: Facts, account_id: str, besides: str
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
        Send(
            f"s-{one.id}",
            one.contact_id,
            one.account_id,
            one.channel,
            one.play,
            one.day,
            one.address_key,
        )
        for one in tx.actions.under_way(account_id, besides, keys)
    )
    return replace(history, sends=history.sends + more)
