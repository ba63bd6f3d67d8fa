"""The list as a person reads it: a mail's text, and blocks for Slack."""

from typing import TYPE_CHECKING

from tools import figures
from tools.customers.account_profile import PAUSED
from tools.reports.accounts.format import called, date, days, money, one_line
from tools.reports.accounts.model import CALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tools.reports.accounts.model import (
        Account,
        AccountLine,
        AccountList,
        Left,
        Score,
        ScoreChange,
        State,
    )

SLACK_BLOCK = 3_000
SHOWN_LEFT = 3


def subject(found: "AccountList", whose: str) -> str:
    """The line that must be enough in a crowded inbox."""
    n, worth = found.counts.of(*CALL), money(found.counts.value_minor, found.currency)
    accounts = "1 account" if n == 1 else f"{n} accounts"
    return f"{accounts} to call, {worth}: {one_line(whose)}, {date(found.as_of)}"


def digest(found: "AccountList", whose: str, link: "Callable[[str], str]") -> str:
    """The text of the daily mail; `link` gives the address of an account's page."""
    lines = [line for line in found.lines if line.state in CALL]
    worth = money(found.counts.value_minor, found.currency)
    head = f"Whom to call today, {one_line(whose)}: {found.counts.of(*CALL)}, worth {worth} net."
    parts = [head, *[_entry(n, line, found, link) for n, line in enumerate(lines, 1)]]
    more = found.counts.of(*CALL) - len(lines)
    parts += [f"… and {more} more on the page."] if more > 0 else []
    return "\n\n".join([*parts, *_rest(found), *foot(found)]) + "\n"


def _entry(
    number: int, line: "AccountLine", found: "AccountList", link: "Callable[[str], str]"
) -> str:
    """One account: whom, worth what, why now, what to do, what to know."""
    step, currency = line.step, found.currency
    low, high = money(step.q10_minor or 0, currency), money(step.q90_minor or 0, currency)
    return "\n".join(
        [
            f"{number}. {_name(line)}: {money(step.nv_minor or 0, currency)}",
            f"   Why now: {one_line(line.reason)}",
            f"   Next: {called(step.play)}, {hours(line)}; 4 of 5 times between {low} and {high}",
            f"   Or: {others(line, currency)}",
            f"   {known(line, found.as_of)}",
            f"   {link(line.account.account_id)}",
        ]
    )


def _name(line: "AccountLine") -> str:
    pooled = "" if line.account.owner else " (nobody owns it)"
    taken = f" ({one_line(line.care.who)} has it)" if line.state == "claimed" else ""
    return f"{one_line(line.account.name)}{pooled}{taken}"


def hours(line: "AccountLine") -> str:
    """How long the step takes."""
    minutes = int(line.hours * 60)
    return f"{minutes} minutes" if minutes < 60 else f"{line.hours.normalize():f} h"


def others(line: "AccountLine", currency: str) -> str:
    """What else could be done, doing nothing among it."""
    return "; ".join(
        f"{called(one.play)} {money(one.nv_minor or 0, currency)}"
        + (f" (not now: {one_line(one.words)})" if one.words else "")
        for one in line.others
    )


def known(line: "AccountLine", as_of: int) -> str:
    """Stage, score, term, tickets and the last touch on one line."""
    one = line.account
    since = "" if one.since_day is None else f" since {date(one.since_day)}"
    parts = [f"{called(one.stage) or 'no stage'}{since}"]
    parts += [PAUSED] if one.paused else []
    parts += [score_words(line, as_of)]
    parts += [] if one.renewal_day is None else [f"term ends {date(one.renewal_day)}"]
    if one.tickets_open:
        high = f", {one.tickets_high} urgent or high" if one.tickets_high else ""
        parts.append(f"{one.tickets_open} tickets open{high}")
    last = "no touch in 180 days"
    if one.touch is not None:
        last = f"last touch {date(one.touch.day)}: {one_line(one.touch.words)}"
    return " · ".join([*parts, last])


def score_words(line: "AccountLine", as_of: int) -> str:
    """The churn score and how it moved."""
    score = line.account.score
    if score is None:
        return unscored_words(line.account)
    moves = [moved(one, as_of) for one in (score.week, score.month) if one is not None]
    return f"churn {shown_score(score)}" + (f" ({'; '.join(moves)})" if moves else "")


def unscored_words(one: "Account") -> str:
    """The chance at the end of the term, or why there is no score."""
    if one.renewal is None:
        return f"no churn score: {one_line(one.unscored) or 'not scored'}"
    chance = figures.percent(one.renewal.percent / 100)
    return f"renews on {date(one.renewal.day)}, {chance} chance to be lost then"


def shown_score(score: "Score") -> str:
    """The churn score in per cent."""
    return figures.percent(score.percent / 100)


def moved(change: "ScoreChange", as_of: int) -> str:
    """A change in points, or that it is within the noise."""
    return f"{points(change)} in {days(as_of - change.since_day)}"


def points(change: "ScoreChange") -> str:
    """A change in points, without its days."""
    return "no real change" if change.points is None else figures.points(change.points / 100)


def _rest(found: "AccountList") -> list[str]:
    counts = found.counts
    parts = [_left("Leave alone", counts.leave_alone, found.leave_alone)]
    parts.append(_left("Let go", counts.let_go, found.let_go))
    if counts.unscored:
        why = ", ".join(f"{n} {one_line(reason)}" for reason, n in counts.unscored)
        parts.append(f"Cannot be judged: {sum(n for _, n in counts.unscored)} ({why}).")
    away = [f"{counts.of(s)} {words}" for s, words in AWAY if counts.of(s)]
    return [*parts, *(["Not today: " + ", ".join(away) + "."] if away else [])]


AWAY: "tuple[tuple[State, str], ...]" = (
    ("later", "beyond today's capacity"), ("snoozed", "snoozed"), ("done", "done"),
    ("hidden", "marked not useful"), ("decided", "decided: leave alone until the outcome shows"),
)  # fmt: skip


def _left(title: str, n: int, shown: "Iterable[Left]") -> str:
    """How many are left, and the largest with their arithmetic."""
    some = list(shown)[:SHOWN_LEFT]
    if not n:
        return f"{title}: nobody."
    rows = [f"   {one_line(o.account.name)}: {o.why}; {o.arithmetic}".rstrip() for o in some]
    rest = f", the {len(some)} largest:" if n > len(some) else ":"
    return "\n".join([f"{title}: {n}{rest}", *rows])


def foot(found: "AccountList") -> list[str]:
    """How old the data are, and from where on a change counts."""
    newest = found.newest_day
    late = [f"{f.table} {date(f.latest_day)}" for f in found.fresh if f.days_behind > 1]
    behind = f"; behind: {', '.join(late)}" if late else ""
    data = "no fact at all" if newest is None else f"newest fact {date(newest)}"
    floor = f"Changes of the churn score under {figures.fixed(found.floor_percent, 1)} pp"
    stamp = f"As of the morning of {date(found.as_of)}: {data}{behind}."
    last = f"{stamp}\n{floor} are shown as no real change ({found.floor_words})."
    return [found.by_hand, last] if found.by_hand else [last]


def slack(found: "AccountList", whose: str, link: "Callable[[str], str]") -> tuple[str, ...]:
    """The same as mrkdwn, in blocks Slack takes: at most 3,000 characters each."""
    lines = [line for line in found.lines if line.state in CALL]
    worth = money(found.counts.value_minor, found.currency)
    n = found.counts.of(*CALL)
    head = f"*{n} to call today*, {worth} net: {mrkdwn(whose)}, {date(found.as_of)}"
    entries = [_slack_entry(number, line, found, link) for number, line in enumerate(lines, 1)]
    rest = [mrkdwn(part) for part in (*_rest(found), *foot(found))]
    return tuple(_packed([head, *entries, *rest]))


def _slack_entry(
    number: int, line: "AccountLine", found: "AccountList", link: "Callable[[str], str]"
) -> str:
    address = link(line.account.account_id).replace("|", "%7C").replace(">", "%3E")
    name = mrkdwn(_name(line)).replace("|", "¦")
    worth = money(line.step.nv_minor or 0, found.currency)
    return (
        f"{number}. <{mrkdwn(address)}|{name}> {worth}, {called(line.step.play)}\n"
        f"{mrkdwn(line.reason)}\n{mrkdwn(known(line, found.as_of))}"
    )


def mrkdwn(text: str) -> str:
    """A foreign text for Slack: what could be a link, a mention or a channel is escaped."""
    plain = "\n".join(one_line(part) for part in text.split("\n"))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _packed(parts: "Iterable[str]") -> "list[str]":
    """As few blocks as hold the parts; a part that is too long by itself is cut."""
    blocks: list[str] = []
    for part in parts:
        fits = part if len(part) <= SLACK_BLOCK else _cut(part)
        if blocks and len(blocks[-1]) + 2 + len(fits) <= SLACK_BLOCK:
            blocks[-1] += "\n\n" + fits
        else:
            blocks.append(fits)
    return blocks


def _cut(text: str) -> str:
    """Cut before an escaped sign rather than inside it."""
    short = text[: SLACK_BLOCK - 1]
    tail = short.rfind("&")
    if tail >= len(short) - 5 and ";" not in short[tail:]:
        short = short[:tail]
    return short + "…"
