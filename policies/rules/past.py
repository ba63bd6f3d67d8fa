"""Is it too much, too soon, too dear, or switched off?

Windows of n days end with the day of the run. A send or decision dated after that day, which
should not be there, counts as inside: in doubt we have sent too much already.
"""

from collections import Counter
from typing import TYPE_CHECKING

from policies.nouns import deny, passes
from tools.customers.recipients import Reported

if TYPE_CHECKING:
    from policies.limits import Cap
    from policies.nouns import Case, RuleAnswer
    from tools.store.records import AccountFeedback, Send


def pause(case: "Case") -> "RuleAnswer":
    """A switch stops everything, a play, or a channel."""
    scopes = ("global", f"play:{case.action.play}", f"channel:{case.action.channel}")
    off = [scope for scope in scopes if scope in case.history.pauses]
    return deny(f"paused: {', '.join(off)}") if off else passes("nothing is paused")


def frequency(case: "Case") -> "RuleAnswer":
    """No cap on sends may be reached yet."""
    if not case.channel.reaches:
        return passes("nobody outside is reached")
    for cap in case.limits.frequency_caps:
        sent = _sent(case, cap)
        if cap.channel in ("*", case.action.channel) and sent >= cap.sends:
            what = "sends" if cap.channel == "*" else f"sends by {cap.channel}"
            return deny(f"{sent} {what} to the {cap.per} in {cap.days} days, {cap.sends} allowed")
    return passes("no cap is reached")


def _sent(case: "Case", cap: "Cap") -> int:
    """How much of a cap is used up.

    What left here and what a system reports of the same channel and day may be the same message,
    so of both the larger number counts.
    """
    ours = Counter((s.channel, s.day) for s in case.history.sends if _counts(case, cap, s))
    theirs: Counter[tuple[str, int]] = Counter()
    for one in _reported(case) if cap.senders == "all" else ():
        recent = one.day > case.history.as_of - cap.days
        if recent and cap.channel in ("*", one.channel):
            many = one.to_account if cap.per == "account" else one.to_person
            theirs[one.channel, one.day] += many
    return (ours | theirs).total()


def _reported(case: "Case") -> "tuple[Reported, ...]":
    reported = case.record.reported
    if not isinstance(reported, tuple) or not all(isinstance(one, Reported) for one in reported):
        raise TypeError("what other systems sent is not known")
    return reported


def _counts(case: "Case", cap: "Cap", send: "Send") -> bool:
    """Whether a send uses up a cap; to an unknown person, any send of the account may.

    A contact is whoever has the address: what went there to another record counts too.
    """
    theirs = (
        cap.per == "account"
        or send.contact_id is None
        or case.record.contact_id in (None, send.contact_id)
        or send.address_key in case.record.address_keys
    )
    recent = send.day > case.history.as_of - cap.days
    return theirs and recent and cap.channel in ("*", send.channel)


def cooldown(case: "Case") -> "RuleAnswer":
    """After a decision the play rests for its own days, the account for ours.

    What a person says of the account on their list is a decision about the goal of its step.
    """
    said = _in_hand(case)
    if said is not None:
        return deny(f"a person {said.words}")
    today, own, ours = case.history.as_of, case.action.cooldown_days, case.limits.rest_days
    for decision in case.history.decisions:
        rest = max(own, ours) if decision.play == case.action.play else ours
        if decision.day > today - rest:
            return deny(
                f"{decision.play} was {decision.decided} {today - decision.day} days ago; "
                f"rest is {rest} days"
            )
    for send in case.history.sends:
        if send.play == case.action.play and send.day > today - own:
            return deny(f"{send.play} was sent {today - send.day} days ago; rest is {own} days")
    return passes("rested long enough")


def _in_hand(case: "Case") -> "AccountFeedback | None":
    """What a person said of the account and this goal, while it stands in the way."""
    day, rest = case.history.as_of, case.limits.rest_days
    return next(
        (
            one
            for one in case.history.feedback
            if one.concerns(case.action.goal) and one.holds(day, rest)
        ),
        None,
    )


def daily_limit(case: "Case") -> "RuleAnswer":
    """A play may be proposed so many times a day."""
    taken = case.history.taken.count(case.action.play)
    if taken >= case.action.per_day:
        return deny(f"{case.action.play} is proposed {taken} times today already, the limit")
    return passes(f"number {taken + 1} of {case.action.per_day} today")


def budget(case: "Case") -> "RuleAnswer":
    """The day's proposals together stay within the budget."""
    cost, spent = case.action.cost, case.history.spent
    if cost.currency != spent.currency:
        return deny(f"the cost is in {cost.currency}, the day's budget in {spent.currency}")
    if not cost.amount >= 0 or not spent.amount >= 0:
        return deny(f"a cost of {cost.amount} after {spent.amount} cannot be right")
    total = cost.amount + spent.amount
    if total > case.limits.budget_per_day:
        return deny(f"{total} of {case.limits.budget_per_day} {cost.currency} would be spent")
    return passes(f"{total} of {case.limits.budget_per_day} {cost.currency}")
