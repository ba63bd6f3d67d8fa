"""Sentences of the list: facts with their figure, `associated with` and never a cause."""

from decimal import Decimal
from typing import TYPE_CHECKING

from tools.days import from_number
from tools.money import Money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tools.customers.churn.drivers import Driver


LONGEST_NAME = 80


def why_now(row: "Mapping[str, Any]", as_of: int, currency: str) -> str:
    """The one sentence; '' when nothing of note is new."""
    write = _SENTENCES.get(row["code"])
    return write(row, as_of, currency) if write is not None else ""


def _ticket(row: "Mapping[str, Any]", as_of: int, _: str) -> str:
    n, age = row["a"], as_of - row["day"]
    if n == 1:
        return f"an urgent or high ticket has been open for {days(age)}"
    return f"{n} urgent or high tickets are open, the oldest for {days(age)}"


def _notice(row: "Mapping[str, Any]", as_of: int, _: str) -> str:
    return f"notice was given{_until(row['day'], as_of)}"


def _until(day: int | None, as_of: int) -> str:
    return "" if day is None else f"; paid until {date(day)}, in {days(day - as_of)}"


def _payment(row: "Mapping[str, Any]", _as_of: int, _: str) -> str:
    parts = [
        f"{n} {words if n == 1 else many}"
        for n, words, many in (
            (row["a"], "payment failed in 90 days", "payments failed in 90 days"),
            (row["b"], "invoice is overdue", "invoices are overdue"),
        )
        if n
    ]
    return " and ".join(parts)


def _renewal(row: "Mapping[str, Any]", _as_of: int, _: str) -> str:
    return f"the term ends on {date(row['day'])}, in {days(row['a'])}"


def _score(row: "Mapping[str, Any]", as_of: int, _: str) -> str:
    return (
        f"the churn score rose from {percent(row['a'])} to {percent(row['b'])} "
        f"in {days(as_of - row['day'])}"
    )


def _stage(row: "Mapping[str, Any]", _as_of: int, _: str) -> str:
    return f"{called(row['stage'])} since {date(row['day'])}, {days(row['a'])} ago"


def _use(row: "Mapping[str, Any]", _as_of: int, _: str) -> str:
    now, past = row["a"], row["b"]
    share = round((now - past) * 100 / past)
    return f"use is {share:+d} % on its own past: {now:,} events in 28 days, {past:,} usual"


def _seats(row: "Mapping[str, Any]", _as_of: int, _: str) -> str:
    return f"{row['a']:,} people are active on {row['b']:,} seats"


def _deal(row: "Mapping[str, Any]", _as_of: int, currency: str) -> str:
    deals = "a deal is open" if row["a"] == 1 else f"{row['a']} deals are open"
    amount = row["b"]
    return f"{deals}, worth {money(amount, row['currency'] or currency)}" if amount else deals


def _ended(row: "Mapping[str, Any]", _as_of: int, _: str) -> str:
    return f"stopped paying on {date(row['day'])}, {days(row['a'])} ago"


_SENTENCES = {
    "ticket": _ticket, "notice": _notice, "payment": _payment, "renewal": _renewal,
    "score": _score, "stage": _stage, "less": _use, "more": _use, "seats": _seats, "deal": _deal,
    "ended": _ended,
}  # fmt: skip


def driven(driver: "Driver") -> str:
    """What is associated with an account's score, with the leading figure of the theme."""
    leading = driver.details[0] if driver.details else None
    way = "higher" if driver.points > 0 else "lower"
    said = f"{driver.theme} is associated with {way} risk"
    if leading is None or leading.value is None:
        return said
    name, in_percent = _FIGURES.get(leading.feature, (called(leading.feature), False))
    median = "" if leading.peer is None else f", the median is {_shown(leading.peer, in_percent)}"
    return f"{said}: {name} {_shown(leading.value, in_percent)}{median}"


# Names people understand for what the score reads, and whether it is said in per cent.
_FIGURES = {
    "seat_use": ("seats in use", True),
    "usage_trend": ("use against its own past", True),
    "gap_ratio": ("silence against its usual gap", True),
    "days_to_renewal": ("days to the end of the term", False),
    "mrr_change_90": ("change of monthly revenue in cents", False),
    "tickets_open_high": ("urgent or high tickets open", False),
    "failed_invoices_90": ("payments failed in 90 days", False),
    "overdue_invoices": ("invoices overdue", False),
    "active_days_28": ("days of use in 28", False),
    "events_28": ("events in 28 days", False),
    "days_since_event": ("days since the last use", False),
}


def _shown(value: float, in_percent: bool) -> str:
    return f"{value:.0%}".replace("%", " %") if in_percent else plain(value)


def sized(row: "Mapping[str, Any]", currency: str) -> str:
    """What to say where nothing is new: its size is why it stands here."""
    paid = money(row["mrr_minor"], row["currency"] or currency) if row["mrr_minor"] else ""
    chance = "" if row["churn_bp"] is None else f" and a churn score of {percent(row['churn_bp'])}"
    return f"nothing new; it stands here for its size: {paid} a month{chance}" if paid \
        else "nothing new; the step is worth more than it costs"  # fmt: skip


def forbidden(row: "Mapping[str, Any]", currency: str, why: str) -> str:
    """What would be worth doing, and what stands in its way."""
    worth = money(row["best_nv_minor"], currency)
    return f"{called(row['play'])} would net {worth}; {why or 'it may not be done now'}"


def arithmetic(row: "Mapping[str, Any]", currency: str) -> str:
    """Why nothing is the best that can be done, as a sum a person can follow."""
    if row["kept_minor"] is None:
        return ""
    kept, room = money(row["kept_minor"], currency), money(row["headroom_minor"], currency)
    chance = "" if row["left_churn_bp"] is None else f" × {percent(row['left_churn_bp'])} churn"
    said = f"staying is worth {kept}{chance} = {room} at most to be saved"
    least = money(row["least_cost_minor"], currency)
    best = row["best_nv_minor"]
    tried = f"; the best step nets {money(best, currency)}" if best is not None else ""
    return f"{said}; the cheapest step costs {least}{tried}"


def touched(row: "Mapping[str, Any]") -> str:
    """Who reached them last, and how."""
    what, who = row["touch_what"], row["touch_who"]
    by = f" by {who}" if who else ""
    return {
        "sent": f"we sent {called(what)}", "deal": f"deal {what}{by}",
        "mail": "a mail" if what in {"mail", "email"} else f"mail {what}",
    }[row["touch_kind"]]  # fmt: skip


def money(minor: int, currency: str) -> str:
    """An amount with its currency."""
    return str(Money.from_minor(minor, currency))


def percent(basis_points: int) -> str:
    """A chance to one digit."""
    return f"{Decimal(basis_points) / 100:.1f} %"


def date(day: int) -> str:
    """A day as an ISO date."""
    return from_number(day).isoformat()


def days(n: int) -> str:
    """A number of days in words."""
    return "1 day" if n == 1 else f"{n} days"


def called(name: str) -> str:
    """The name of a play, stage or feature as people say it."""
    return name.replace("_", " ")


def one_line(text: str) -> str:
    """A foreign text on one line, without characters that turn or hide what stands around it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def short(name: str) -> str:
    """A foreign name on one line and no longer than a line."""
    line = one_line(name)
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"


def plain(value: float) -> str:
    """A figure of a feature, without digits nobody reads."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
