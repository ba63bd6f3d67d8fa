"""Where the actions of a morning stopped before the queue, and what would let more through."""

from typing import TYPE_CHECKING, Any

from tools.currencies import UNKNOWN
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MISSING, RATE, ECONOMICS, CHANCE = "missing: ", "exchange rate ", "economics ", "chance of "
NO_MONEY = "connect what accounts pay: subscriptions, or else invoices or orders"
MAP, HISTORY = "map it in company.yaml", "it needs outcomes of a year: see `lifecycle segments`"
# What to do about a table the company does not keep; a table without words of its own is connected.
TABLES: "Mapping[str, str]" = {
    "subscriptions": "connect subscriptions (what each account pays, from when to when): these "
    "plays are worth a part of recurring revenue",
    "contacts": "connect contacts (people, with e-mail or phone and consent)",
    "events": "connect product events (who used what, and when)",
    "invoices": "connect invoices or orders (who paid what, and when)",
}
INPUTS: "Mapping[str, str]" = {
    "usable churn signal": "no way of scoring beats the average on outcomes it had not seen; "
    "`lifecycle churn` shows how each did",
    "calibrated churn score": "the score ranks accounts and is no probability yet; `lifecycle "
    "churn` says why",
    "churn score": "these accounts have no score; `lifecycle churn` says why",
    "recurring revenue": "these accounts pay nothing now, and have no order in the last year",
    "orders in one currency": "add the rates of the other currencies to `exchange_rate` in "
    "economics.yaml",
    "billing interval": f"interval_months: {MAP}, or give it in economics.yaml",
    "seats": f"seats: {MAP}",
    "plausible revenue": "the amounts are beyond belief; check their `unit` in company.yaml",
    "plausible value": "the amounts are beyond belief; check their `unit` in company.yaml",
    "renewal rate": HISTORY,
    "what became of new customers": HISTORY,
    "amount of the open deal in our currency": "give the deals an amount, and its currency a rate "
    "in economics.yaml",
    "effect of the play on the segment": "give the play a belief about the segment in plays.yaml",
}
# Without outcomes known before today no score is checked, however long a history was read today.
LOADED = (
    "; what was read today counts as known from today on, unless company.yaml says `known: "
    "when_occurred`: write it if these files were known as things happened, and run with --again"
)
DEALS = "decided deals"
RULES: "Mapping[str, str]" = {
    "consent": "nobody said yes to being reached this way: map email_consent and phone_consent",
    "recipient": "there is nobody to reach: map e-mail and phone of contacts",
}


def not_chosen(found: "Mapping[str, Any]") -> int:
    """How many actions are worth it and allowed, and yet not in the queue."""
    refused = sum(found["refused"].values())
    return max(0, int(found["worthwhile"] - refused - found["chosen"] - found["failed"]))


def advice(found: "Mapping[str, Any]") -> tuple[str, ...]:
    """From a day's summary: what stopped how many actions and what to do about it, most first."""
    lacking = {why: n for why, n in found["unpriced"].items() if why.startswith(MISSING)}
    stopped = [(n, _input(reason, found)) for reason, n in lacking.items()]
    stopped += [(n, _rule(rule, found)) for rule, n in found["refused"].items() if rule in RULES]
    lines = [f"{n:,} actions: {what}" for n, what in sorted(stopped, key=lambda s: (-s[0], s[1]))]
    return tuple(lines) or tuple(_nothing_fits(found))


def _rule(rule: str, found: "Mapping[str, Any]") -> str:
    return TABLES["contacts"] if "contacts" in found["missing"] else RULES[rule]


def _input(reason: str, found: "Mapping[str, Any]") -> str:
    """What to do about an input that is missing, such as `missing: contacts, events`."""
    parts = reason.removeprefix(MISSING).split(", ")
    return "; ".join(dict.fromkeys(_part(part, found) for part in parts))


def _part(part: str, found: "Mapping[str, Any]") -> str:
    if part == "subscriptions" and "invoices" in found["missing"]:
        return NO_MONEY
    if part in BY_NAME:
        return TABLES.get(part, f"connect {part}")
    if part == "calibrated churn score" and found["tier"] == "rule":
        return INPUTS[part] + LOADED
    if part.startswith(RATE):
        return _rate(part.removeprefix(RATE))
    if part.startswith(ECONOMICS):
        return f"give {part.removeprefix(ECONOMICS)} in economics.yaml"
    if part.startswith(DEALS):
        return f"{part}: map when deals were won or lost"
    if part.startswith(CHANCE):
        return f"nobody knows the {part}: {HISTORY}"
    return INPUTS.get(part, f"{part} is missing; `lifecycle why-not ACCOUNT` shows where")


def _rate(currency: str) -> str:
    if currency == UNKNOWN:
        return "say in which currency the amounts are: `currency` in company.yaml"
    return f"add {currency} to `exchange_rate` in economics.yaml"


def _nothing_fits(found: "Mapping[str, Any]") -> "Iterator[str]":
    """Why there is no action at all, priced or not."""
    if found["priced"]:
        return
    lacking = [why.removeprefix(MISSING) for why in found["unstaged"] if why.startswith(MISSING)]
    if lacking:
        yield f"no play fits anybody: connect one of {lacking[0]}, so that customers have a stage"
    elif found["accounts"]:
        yield "no play fits an account today; `lifecycle why-not ACCOUNT` says for each play why"
    else:
        yield "there are no accounts: map account_ref, or connect accounts"
