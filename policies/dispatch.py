"""May it be done now? The judge asked again, on the facts of this moment, before anything leaves.

What was decided yesterday is no reason to wait, since it is being carried out; everything else
that forbids a proposal forbids its execution, and quiet hours now mean: not before.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from policies.judge import judge
from policies.nouns import Finding, Rule
from policies.rules import RULES
from policies.rules.clock import WHOSE, known_zone, next_window

if TYPE_CHECKING:
    from datetime import datetime

    from policies.limits import Limits
    from policies.nouns import History, PlannedAction, Record

# The day's shares were given out when it was proposed.
NOT_AGAIN = frozenset({"daily_limit", "budget"})
DISPATCH_RULES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.id not in NOT_AGAIN)


# What is asked once more when a person says yes: whether somebody may be reached at all.
AT_APPROVAL = frozenset(
    {"history", "suppression", "unsubscribed", "objection", "consent", "recipient", "frequency"}
)
APPROVAL_RULES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.id in AT_APPROVAL)


@dataclass(frozen=True)
class Leave:
    """Leave to act: denied with its findings, or given from a moment on."""

    denials: tuple[Finding, ...]
    not_before: "datetime"


def judge_dispatch(
    record: "Record", action: "PlannedAction", history: "History", now: "datetime", limits: "Limits"
) -> Leave:
    """Ask every rule that still applies; doubt refuses."""
    carried_out = replace(history, decisions=())
    verdict = judge(record, action, carried_out, now, limits, DISPATCH_RULES)
    return Leave(
        verdict.denials, _opens(record, action, now, limits) if not verdict.denied else now
    )


def judge_approval(
    record: "Record", action: "PlannedAction", history: "History", now: "datetime", limits: "Limits"
) -> tuple[Finding, ...]:
    """What speaks against reaching the person now; doubt refuses."""
    return judge(record, action, history, now, limits, APPROVAL_RULES).denials


def _opens(
    record: "Record", action: "PlannedAction", now: "datetime", limits: "Limits"
) -> "datetime":
    """The first moment that is not quiet for the recipient; now, when nobody is reached."""
    if not limits.channel(action.channel).reaches:
        return now
    for _, name in zip(WHOSE, record.timezones, strict=True):
        zone = known_zone(name) if name is not None else None
        if zone is not None:
            return max(now, next_window(now, zone, limits.quiet_hours))
    return now  # without any zone the rule has denied already
