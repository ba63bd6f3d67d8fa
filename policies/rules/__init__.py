"""The rules, each a small function with an id; the order here decides nothing."""

from policies.nouns import Rule
from policies.rules.account import open_deal, open_ticket
from policies.rules.clock import quiet_hours
from policies.rules.past import budget, cooldown, daily_limit, frequency, pause
from policies.rules.person import consent, objection, recipient, suppression, unsubscribed
from policies.rules.shape import action, history

RULES: tuple[Rule, ...] = (
    Rule("action", 1, action),
    Rule("history", 1, history),
    Rule("pause", 2, pause),
    Rule("suppression", 3, suppression),
    Rule("unsubscribed", 4, unsubscribed),
    Rule("objection", 4, objection),
    Rule("consent", 5, consent),
    Rule("recipient", 6, recipient),
    Rule("open_ticket", 7, open_ticket),
    Rule("open_deal", 8, open_deal),
    Rule("frequency", 9, frequency),
    Rule("cooldown", 10, cooldown),
    Rule("daily_limit", 11, daily_limit),
    Rule("budget", 12, budget),
    Rule("quiet_hours", 13, quiet_hours),
)

__all__ = ["RULES"]
