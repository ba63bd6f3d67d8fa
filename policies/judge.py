"""The judge: may this be proposed for this account? Pure, strictest rule wins, doubt refuses.

A rule that raises, or answers with something that is no answer, refuses. No rule can allow:
the best verdict there is says that a person must agree. When the machine fails and not the rule
(no file handle, no memory), there is no verdict at all: the caller asks again later.
"""

from typing import TYPE_CHECKING

from policies.nouns import (
    STRICTEST_FIRST,
    Case,
    Finding,
    History,
    PlannedAction,
    Record,
    Rule,
    RuleAnswer,
    Verdict,
)
from policies.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from policies.limits import Limits


def judge(
    record: Record,
    action: PlannedAction,
    history: History,
    now: "datetime",
    limits: "Limits",
    rules: "Iterable[Rule]" = RULES,
) -> Verdict:
    """Ask every rule; the verdict is the strictest answer, with all findings, strictest first."""
    case = Case(record, action, history, now, limits)
    ranked = sorted(((rule.rank, find(rule, case)) for rule in rules), key=_order)
    findings = tuple(finding for _, finding in ranked)
    first = findings[0] if findings else Finding("approval", "pass", "")
    if first.outcome == "deny":
        return Verdict("deny", first.rule_id, first.reason, findings)
    if first.outcome == "ask":
        return Verdict("needs_approval", first.rule_id, first.reason, findings)
    return Verdict("needs_approval", "approval", "a person decides", findings)


def find(rule: Rule, case: Case) -> Finding:
    """Ask one rule; whatever goes wrong in it is a refusal that names the rule.

    Raises:
        OSError, MemoryError: when the machine fails, which says nothing about the case.
    """
    try:
        answer = rule.check(case)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a guard fails closed whatever happened
        why = f"{type(error).__name__}: {error}"[:160]
        return Finding(rule.id, "deny", f"the rule {rule.id} could not be judged: {why}")
    if not isinstance(answer, RuleAnswer) or answer.outcome not in STRICTEST_FIRST:
        return Finding(rule.id, "deny", f"the rule {rule.id} gave no answer")
    return Finding(rule.id, answer.outcome, answer.reason)


def _order(ranked: tuple[int, Finding]) -> tuple[int, int, str, str]:
    rank, finding = ranked
    return STRICTEST_FIRST.index(finding.outcome), rank, finding.rule_id, finding.reason
