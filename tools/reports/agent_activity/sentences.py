"""What a leader should know of the agent's work, in sentences."""

from typing import TYPE_CHECKING

from tools.document.model import Figure, words
from tools.reports.agent_activity.figures import count_of, span_of, worth_of
from tools.reports.agent_activity.play_tables import (
    detectable_of,
    difference_of,
    few,
    realised_of,
    worked,
)
from tools.reports.agent_activity.review_tables import FEWEST, named, price_of, share_of

if TYPE_CHECKING:
    from tools.document.model import Line
    from tools.reports.agent_activity.measure import AgentActivity
    from tools.reports.incrementality.measure import Incrementality, PlayDifference


def lines_of(week: "AgentActivity", effects: "Incrementality") -> "tuple[Line, ...]":
    """At most five sentences, the most important first."""
    lines = [_done(week, effects.currency), _changed(effects), _promised(effects)]
    lines += [_dearest(week, effects.currency), _looked(week)]
    return tuple(line for line in lines if line)


def _done(week: "AgentActivity", currency: str) -> "Line":
    if not any(week.stage(name).n for name in ("mornings", "queued", "approved", "sent")):
        return (words("The agent finished no run in the period and asked nobody anything."),)
    worth = worth_of(week, "approved", currency)
    return (
        words("Proposals the agent put before people: "),
        count_of(week, "queued"),
        words("; approved: "),
        count_of(week, "approved"),
        words(", with a promised net value of "),
        worth,
        words("; done: "),
        count_of(week, "sent"),
        words("; left out by lot, to measure: "),
        count_of(week, "held_out"),
        words("."),
    )


def _changed(effects: "Incrementality") -> "Line":
    """The surest effect, or what stands in the way of knowing one."""
    known = [one for one in worked(effects) if one.share is not None and not few(one)]
    sure = [one for one in known if one.share and one.share.conclusive]
    if sure:
        best = max(
            sure,
            key=lambda one: (
                (abs(one.share.value / one.share.se), one.play) if one.share else (0.0, "")
            ),
        )
        return _sure(best)
    if known:
        largest = max(known, key=lambda one: (one.accounts, one.play))
        return (
            words("No play's effect is certain yet. Of the most tried, "),
            words(largest.play),
            words(", the difference is "),
            difference_of(largest),
            words(": not yet conclusive. With these numbers a difference below "),
            detectable_of(largest),
            words(" would not show."),
        )
    return (
        words(
            "No play has enough accounts yet, sent to and left out, whose window is over: what the "
            "agent earned cannot be known yet."
        ),
    )


def _sure(one: "PlayDifference") -> "Line":
    better = "more" if one.share and one.share.value > 0 else "fewer"
    return (
        words(f"After {one.play} {better} accounts came out well than without it: "),
        difference_of(one),
        words(", against accounts left out by lot."),
    )


def _promised(effects: "Incrementality") -> "Line":
    """The play with the largest promise of which the outcome is known."""
    known = [
        (one, one.promise)
        for one in worked(effects)
        if one.promise and one.promise.realised is not None and not few(one)
    ]
    if not known:
        return ()
    one, promise = max(known, key=lambda pair: (abs(pair[1].promised), pair[0].play))
    promised = Figure(
        f"work.play.{one.play}.promised",
        promise.promised,
        "money",
        effects.currency,
        n=promise.accounts,
    )
    return (
        words(f"Of {one.play} people were promised "),
        promised,
        words("; it came to "),
        realised_of(one, promise, effects.currency),
        words("."),
    )


def _dearest(week: "AgentActivity", currency: str) -> "Line":
    """What one more unit of the scarcest limit that is people's time would be worth."""
    people = [p for p in week.prices if p.minor > 0 and p.resource.split()[0] != "budget"]
    if not people:
        return ()
    hours = [p for p in people if p.resource.startswith("hours")] or people
    best = max(hours, key=lambda one: (one.minor, one.resource))
    return (
        words(f"One more {named(best.resource, currency)} would have been worth "),
        price_of(week, best.resource, best.minor, currency),
        words(" on an average morning."),
    )


def _looked(week: "AgentActivity") -> "Line":
    one = week.reviewing
    if not one.approved + one.rejected:
        return ()
    span, decided = span_of(week), one.approved + one.rejected
    if decided < FEWEST:
        return (
            words("People approved "),
            Figure(f"work.reviewing.approvals.{span}", one.approved, "count", closed=True),
            words(" and rejected "),
            Figure(f"work.reviewing.rejections.{span}", one.rejected, "count", closed=True),
            words(": too few for shares."),
        )
    agreement = share_of(f"work.reviewing.agreement.{span}", one.approved, decided, "decisions")
    line = (words("People agreed with the agent in "), agreement, words(" of their decisions"))
    if one.timed < FEWEST:
        return (*line, words("."))
    quick = share_of(f"work.reviewing.quick.{span}", one.quick, one.timed, "decisions")
    return (*line, words("; of the approvals, done in under three seconds: "), quick, words("."))
