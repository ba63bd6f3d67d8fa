"""Is what the judge was given what it says it is? A guard that misreads must not allow."""

from typing import TYPE_CHECKING

from policies.nouns import deny, passes, whole
from tools.actions import GOALS
from tools.errors import nearest
from tools.store.records import AccountFeedback, Decision, Send

if TYPE_CHECKING:
    from policies.nouns import Case, RuleAnswer


def action(case: "Case") -> "RuleAnswer":
    """The action must name a play, a channel the limits describe, and a goal that exists."""
    doing = case.action
    known = {channel.name for channel in case.limits.channels}
    if not isinstance(doing.play, str) or not doing.play:
        return deny(f"the play is {doing.play!r}")
    if doing.goal not in GOALS:
        return deny(f"the goal {doing.goal!r} is not known; {nearest(str(doing.goal), GOALS)}")
    if doing.channel not in known:
        hint = nearest(str(doing.channel), known)
        return deny(f"the channel {doing.channel!r} has no limits; {hint}")
    if None in (whole(doing.per_day, "per_day"), whole(doing.cooldown_days, "cooldown_days")):
        return deny("the play's own limits are not known")
    return passes("play, channel and goal are known")


def history(case: "Case") -> "RuleAnswer":
    """The past must be lists of sends, decisions, pauses and plays, each with its day."""
    past = case.history
    if whole(past.as_of, "as_of") is None:
        raise TypeError("as_of is not known")
    if not isinstance(past.pauses, frozenset) or not isinstance(past.taken, tuple):
        raise TypeError("pauses or taken plays are not a list")
    dated = ((past.sends, Send), (past.decisions, Decision), (past.feedback, AccountFeedback))
    for events, kind in dated:
        if not isinstance(events, tuple) or not all(isinstance(e, kind) for e in events):
            raise TypeError(f"the history is no list of {kind.__name__}")
        if any(not isinstance(event.day, int) for event in events):
            raise TypeError("something in the history has no day")
    return passes("the history is complete")
