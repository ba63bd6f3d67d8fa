"""Why an account got no proposal, in words for `lifecycle why-not`."""

from itertools import groupby
from typing import TYPE_CHECKING

from tools.days import from_number
from tools.store.records import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.nouns import Verdict

UNPRICED = "unpriced"


def refusals_of(as_of: int, account_id: str, play: str, verdict: "Verdict") -> tuple[Refusal, ...]:
    """What to keep of a verdict: one row for each rule that refused."""
    return tuple(
        Refusal(as_of, account_id, play, finding.rule_id, finding.reason)
        for finding in verdict.denials
    )


def unpriced(as_of: int, account_id: str, play: str, reason: str) -> Refusal:
    """A play without a price is refused by what is missing, not by a rule."""
    return Refusal(as_of, account_id, play, UNPRICED, reason)


def explain_refusals(refusals: "Iterable[Refusal]") -> tuple[str, ...]:
    """One line for each day and play: every rule that refused and its reason."""
    ordered = sorted(refusals, key=lambda one: (one.as_of, one.play, one.rule_id))
    return tuple(
        f"{from_number(day)}  {play}: " + "; ".join(f"{r.rule_id}: {r.reason}" for r in group)
        for (day, play), group in groupby(ordered, key=lambda one: (one.as_of, one.play))
    )
