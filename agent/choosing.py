"""Choose the few actions worth a person's time, and let policy refuse before anybody sees them.

What policy refuses whatever the rest of the day brings is taken out first; then the best plan is
solved, judged in order of value, and solved again without what was refused, until all may be
asked. The next best so takes the place of what is refused.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from agent.contact_facts import record_of
from policies.judge import judge
from policies.nouns import Finding, History, PlannedAction, Record, Verdict
from tools.figures import percent
from tools.money import Money
from tools.roi.choice import Choice, DayLimits, Option, choose
from tools.roi.value import Disagreement, reprice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from policies.limits import Limits
    from tools.customers.recipients import Recipient
    from tools.roi.plays import Play
    from tools.roi.price import PriceList
    from tools.roi.shortlist import Candidate
    from tools.store.records import AccountFeedback, ContactHistory, Send

Pair = tuple[str, str]

log = structlog.get_logger(__name__)
PRICE, HARM = "price", "risk_of_harm"


@dataclass(frozen=True)
class Background:
    """What the judge needs besides the candidates: people, history, switches, limits, the hour.

    `suppressed` are the pairs whose channel our own list closes, `address_keys` the keyed hashes
    of the addresses of each pair's person, `sent_to` what left for
    them by way of other accounts.
    """

    as_of: int
    currency: str
    recipients: "Mapping[Pair, Recipient]"
    histories: "Mapping[str, ContactHistory]"
    suppressed: frozenset[Pair]
    pauses: frozenset[str]
    limits: "Limits"
    missing: frozenset[str]
    tenant_zone: str
    now: "datetime"
    feedback: "Mapping[str, tuple[AccountFeedback, ...]]" = field(default_factory=dict)
    address_keys: "Mapping[Pair, frozenset[str]]" = field(default_factory=dict)
    sent_to: "Mapping[Pair, tuple[Send, ...]]" = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """The plan of the day: what to ask, in order of value, and every refusal with its verdict."""

    choice: Choice
    chosen: "tuple[tuple[Candidate, Verdict], ...]"
    refused: "tuple[tuple[Candidate, Verdict], ...]"


def plan_day(
    candidates: "Sequence[Candidate]", prices: "PriceList", day: Background, limits: DayLimits
) -> Judged:
    """Solve and judge until everything chosen may be asked.

    A candidate whose price does not come out the same when it is worked out again is refused, and
    so is one that may do harm with a greater chance than the limits allow.
    """
    plays = {play.id: play for play in prices.plays}
    left = {(c.account_id, c.play): c for c in candidates}
    refused: list[tuple[Candidate, Verdict]] = []
    _drop(left, refused, list(_doubtful(candidates, prices)))
    candidates = tuple(left.values())
    _drop(
        left,
        refused,
        [
            (c, judge_candidate(c, plays, day, (), Money.from_minor(0, day.currency)))
            for c in candidates
        ],
    )
    while True:
        choice = choose([_option(c, plays) for c in left.values()], limits)
        judged = _judge_in_order(choice, left, plays, day)
        if not _drop(left, refused, judged):
            return Judged(choice, tuple(judged), tuple(refused))


def _doubtful(
    candidates: "Sequence[Candidate]", prices: "PriceList"
) -> "Iterator[tuple[Candidate, Verdict]]":
    """Whose two prices differ, and who may too easily do harm."""
    for candidate in candidates:
        try:
            valued = reprice(candidate, prices)
        except Disagreement as error:
            log.exception("price.disputed", account=candidate.account_id, play=candidate.play)
            yield candidate, _refusal(PRICE, f"its price is in doubt: {error}")
            continue
        if candidate.safe_minor < 0:
            yield candidate, _refusal(HARM, _harm(valued.p_harm, prices.risk(candidate.play)))


def _harm(risk: "Decimal", most: "Decimal") -> str:
    return (
        f"with a chance of {percent(risk)} it drives away or gives away more than it brings; "
        f"{percent(most)} is the most allowed"
    )


def _refusal(rule: str, reason: str) -> Verdict:
    return Verdict("deny", rule, reason, (Finding(rule, "deny", reason),))


def _judge_in_order(
    choice: Choice, left: "Mapping[Pair, Candidate]", plays: "Mapping[str, Play]", day: Background
) -> "list[tuple[Candidate, Verdict]]":
    """Verdicts of a plan, each knowing what the ones before it have taken of the day."""
    taken: list[str] = []
    spent = 0
    judged = []
    for option in choice.chosen:
        candidate = left[option.account_id, option.play]
        money = Money.from_minor(spent, day.currency)
        verdict = judge_candidate(candidate, plays, day, tuple(taken), money)
        judged.append((candidate, verdict))
        if not verdict.denied:
            taken.append(candidate.play)
            spent += candidate.cost_minor
    return judged


def _drop(
    left: "dict[Pair, Candidate]",
    refused: "list[tuple[Candidate, Verdict]]",
    judged: "Sequence[tuple[Candidate, Verdict]]",
) -> bool:
    """Move what was denied from `left` to `refused`; whether anything was."""
    denied = [(candidate, verdict) for candidate, verdict in judged if verdict.denied]
    for candidate, _ in denied:
        del left[candidate.account_id, candidate.play]
    refused += denied
    return bool(denied)


def _option(candidate: "Candidate", plays: "Mapping[str, Play]") -> Option:
    return Option(
        candidate.account_id,
        candidate.play,
        candidate.nv_minor,
        candidate.cost_minor,
        candidate.hours,
        plays[candidate.play].role,
    )


def judge_candidate(
    candidate: "Candidate",
    plays: "Mapping[str, Play]",
    day: Background,
    taken: tuple[str, ...],
    spent: Money,
) -> Verdict:
    """Whether a candidate may be asked, after what the day has taken and spent so far."""
    play = plays[candidate.play]
    cost = Money.from_minor(candidate.cost_minor, day.currency)
    action = PlannedAction(
        play.id, play.channel, play.goal, cost, play.limits.per_day, play.limits.cooldown_days
    )
    known = day.histories.get(candidate.account_id)
    sends = known.sends if known else ()
    decisions = known.decisions if known else ()
    said = day.feedback.get(candidate.account_id, ())
    record = facts_of(candidate, day)
    more = day.sent_to.get((candidate.account_id, candidate.play), ())
    history = History(day.as_of, (*sends, *more), decisions, day.pauses, spent, taken, said)
    return judge(record, action, history, day.now, day.limits)


def facts_of(candidate: "Candidate", day: Background) -> Record:
    """What is known of the account and the person the action would reach."""
    found = day.recipients[candidate.account_id, candidate.play]
    keys = day.address_keys.get((candidate.account_id, candidate.play), frozenset())
    record = record_of(found, keys, day.tenant_zone, day.missing)
    return replace(record, suppressed=(candidate.account_id, candidate.play) in day.suppressed)
