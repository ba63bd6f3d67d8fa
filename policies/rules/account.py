"""Is this the moment, given what is open with the account?"""

from typing import TYPE_CHECKING

from policies.nouns import deny, passes, unknown, whole

if TYPE_CHECKING:
    from policies.nouns import Case, RuleAnswer


def open_ticket(case: "Case") -> "RuleAnswer":
    """While an urgent or high ticket is open, only the listed goals may be pursued."""
    if case.action.goal in case.limits.goals_despite_ticket or not case.channel.reaches:
        return passes(f"{case.action.goal} may be pursued while a ticket is open")
    tickets = whole(case.record.open_high_tickets, "open_high_tickets")
    if tickets is None:
        return unknown(case, "whether an urgent ticket is open", "tickets")
    if tickets:
        return deny(f"urgent or high tickets open: {tickets}")
    return passes("no urgent or high ticket is open")


def open_deal(case: "Case") -> "RuleAnswer":
    """While a deal is open, only the listed goals may be pursued."""
    if case.action.goal in case.limits.goals_despite_deal or not case.channel.reaches:
        return passes(f"{case.action.goal} may be pursued while a deal is open")
    deals = whole(case.record.open_deals, "open_deals")
    if deals is None:
        return unknown(case, "whether a deal is open", "deals")
    return deny(f"deals open: {deals}") if deals else passes("no deal is open")
