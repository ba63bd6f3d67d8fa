"""What the judge is given and what it answers: frozen, without a database behind them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from policies.limits import Channel, Limits
    from tools.customers.recipients import Objection, Reported
    from tools.money import Money
    from tools.store.records import AccountFeedback, Decision, Send

Outcome = Literal["deny", "ask", "pass"]
STRICTEST_FIRST: tuple[Outcome, ...] = ("deny", "ask", "pass")


@dataclass(frozen=True)
class Record:
    """What is known of an account and the person to be reached; None is not known.

    `timezones` are the IANA names of contact, account and tenant, in that order. `missing` names
    the canonical tables the company does not keep at all, so that a fact is absent by nature.
    `objections` are the words that stand against reaching the person, `reported` what other
    systems say was sent to them lately, `address_keys` the keyed hashes of their addresses.
    `suppressed` says that our own list closes the channel.
    """

    account_id: str
    contact_id: str | None
    email: str | None
    phone: str | None
    email_consent: bool | None
    phone_consent: bool | None
    unsubscribed: bool | None
    suppressed: bool | None
    open_high_tickets: int | None
    open_deals: int | None
    timezones: tuple[str | None, str | None, str | None]
    objections: "tuple[Objection, ...] | None"
    reported: "tuple[Reported, ...] | None"
    address_keys: frozenset[str] = field(default_factory=frozenset)
    missing: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class PlannedAction:
    """What is to be done: a play by a channel, for a goal, at a cost, within the play's limits."""

    play: str
    channel: str
    goal: str
    cost: "Money"
    per_day: int
    cooldown_days: int


@dataclass(frozen=True)
class History:
    """What happened before `as_of`, and what this day has taken so far.

    `pauses` are the scopes switched off (`global`, `play:<id>`, `channel:<id>`); `taken` the plays
    already put into today's queue and `spent` what they cost; `feedback` what people said of the
    account on their list, as far as it stands.
    """

    as_of: int
    sends: "tuple[Send, ...]"
    decisions: "tuple[Decision, ...]"
    pauses: frozenset[str]
    spent: "Money"
    taken: tuple[str, ...] = ()
    feedback: "tuple[AccountFeedback, ...]" = ()


@dataclass(frozen=True)
class Case:
    """Everything a rule may look at."""

    record: Record
    action: PlannedAction
    history: History
    now: "datetime"
    limits: "Limits"

    @property
    def channel(self) -> "Channel":
        """How the action reaches a person; KeyError for a channel the limits do not list."""
        return self.limits.channel(self.action.channel)


@dataclass(frozen=True)
class RuleAnswer:
    """What one rule says, and why."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Rule:
    """A rule by its id; of several refusals the one of lowest rank is told first."""

    id: str
    rank: int
    check: "Callable[[Case], RuleAnswer]"


@dataclass(frozen=True)
class Finding:
    """What a rule said about a case."""

    rule_id: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Verdict:
    """May this be proposed? Never more than: yes, if a person agrees."""

    outcome: Literal["deny", "needs_approval"]
    rule_id: str
    reason: str
    findings: tuple[Finding, ...]

    @property
    def denied(self) -> bool:
        """Whether it may not even be proposed."""
        return self.outcome != "needs_approval"

    @property
    def denials(self) -> tuple[Finding, ...]:
        """Every refusal, the most basic one first."""
        return tuple(finding for finding in self.findings if finding.outcome == "deny")


def deny(reason: str) -> RuleAnswer:
    """Refuse."""
    return RuleAnswer("deny", reason)


def ask(reason: str) -> RuleAnswer:
    """Let a person see what could not be settled."""
    return RuleAnswer("ask", reason)


def passes(reason: str) -> RuleAnswer:
    """Nothing speaks against it."""
    return RuleAnswer("pass", reason)


def flag(value: object, name: str) -> bool | None:
    """A fact that is true, false or not known; anything else is an error, so the rule denies."""
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(f"{name} is {value!r}, neither true nor false nor unknown")


def whole(value: object, name: str) -> int | None:
    """A count that may be unknown; anything else is an error, so the rule denies."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"{name} is {value!r}, which is no count")
    return value


def unknown(case: Case, name: str, table: str) -> RuleAnswer:
    """What to say of a fact nobody knows: refuse, unless the company keeps no such table."""
    if not isinstance(case.record.missing, frozenset):
        raise TypeError("which tables are missing is not known")
    if table in case.record.missing and case.limits.missing_table == "ask":
        return ask(f"missing: {table}; {name} could not be checked")
    return deny(f"{name} is not known")
