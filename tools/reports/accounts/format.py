"""Sentences of the list: facts with their figure, `associated with` and never a cause."""

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from tools import figures
from tools.days import from_number
from tools.labels import label_of_id
from tools.money import Money, to_decimals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tools.customers.churn.drivers import ThemeShare


LONGEST_NAME = 80
DRAWN = "drawn to learn what this step does, whatever it is expected to be worth"
HALF_POINT = 50  # millionths: half a basis point, to which prices round a chance


def reason(row: "Mapping[str, Any]", as_of: int, currency: str) -> str:
    """Why the account stands on the list: what is new, its size, or that a lot drew it."""
    new = why_now(row, as_of, currency)
    if not row["drawn"]:
        return new or sized(row, currency)
    return f"{DRAWN}; {new}" if new else DRAWN


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
    share = figures.change_percent(Decimal(now - past) / past)
    return f"use is {share} on its own past: {now:,} events in 28 days, {past:,} usual"


def _seats(row: "Mapping[str, Any]", _as_of: int, _: str) -> str:
    return f"{row['a']:,} people are active on {row['b']:,} seats"


def _deal(row: "Mapping[str, Any]", _as_of: int, currency: str) -> str:
    deals = "a deal is open" if row["a"] == 1 else f"{row['a']} deals are open"
    amount = row["b"]
    return f"{deals}, worth {money(amount, row['deal_currency'] or currency)}" if amount else deals


def _ended(row: "Mapping[str, Any]", _as_of: int, _: str) -> str:
    return f"stopped paying on {date(row['day'])}, {days(row['a'])} ago"


_SENTENCES = {
    "ticket": _ticket, "notice": _notice, "payment": _payment, "renewal": _renewal,
    "score": _score, "stage": _stage, "less": _use, "more": _use, "seats": _seats, "deal": _deal,
    "ended": _ended,
}  # fmt: skip


def plain(value: float) -> str:
    """A figure of a feature, without digits nobody reads."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def driven(driver: "ThemeShare") -> str:
    """The leading figure of what is associated with an account's score; a theme claims no cause."""
    leading = driver.details[0] if driver.details else None
    way = "higher" if driver.points > 0 else "lower"
    if leading is None or leading.value is None:
        return f"{driver.theme} is associated with {way} risk"
    said, show = _FIGURES.get(leading.feature, (called(leading.feature) + " {}", plain))
    median = "" if leading.peer is None else f" (median {show(leading.peer)})"
    return f"{said.format(show(leading.value))}{median}, associated with {way} risk"


def _in_times(value: float) -> str:
    return f"{value:.1f}"


# What the score reads, as people say it.
_FIGURES: "Mapping[str, tuple[str, Callable[[float], str]]]" = MappingProxyType({
    "seat_use": ("{} of the seats are in use", figures.percent),
    "usage_trend": ("use is at {} of its own past", figures.percent),
    "gap_ratio": ("silent for {} times its usual gap", _in_times),
    "days_to_renewal": ("the term ends in {} days", plain),
    "tickets_open_high": ("urgent or high tickets open: {}", plain),
    "failed_invoices_90": ("payments failed in 90 days: {}", plain),
    "overdue_invoices": ("overdue invoices: {}", plain),
    "active_days_28": ("used on {} of 28 days", plain),
    "events_28": ("{} events in 28 days", plain),
    "days_since_event": ("last used {} days ago", plain),
})  # fmt: skip


def sized(row: "Mapping[str, Any]", currency: str) -> str:
    """What to say where nothing is new: its size is why it stands here."""
    paid = money(row["mrr_minor"], row["currency"] or currency) if row["mrr_minor"] else ""
    score = row["churn_ppm"]
    chance = "" if score is None else f" and a churn score of {percent(score)}"
    return (
        f"nothing new; it stands here for its size: {paid} a month{chance}"
        if paid
        else "nothing new; the step is worth more than it costs"
    )


def forbidden(row: "Mapping[str, Any]", currency: str, why: str) -> str:
    """What would be worth doing, and what stands in its way."""
    worth = money(row["best_nv_minor"], currency)
    return f"{called(row['play'])} would net {worth}; {why or 'it may not be done now'}"


def arithmetic(row: "Mapping[str, Any]", currency: str) -> str:
    """Why nothing is the best that can be done, as a sum a person can follow."""
    if row["kept_minor"] is None:
        return ""
    kept, room = money(row["kept_minor"], currency), money(row["headroom_minor"], currency)
    chance = "" if row["left_churn_bp"] is None else f" × {percent(_left_churn(row))} churn"
    said = f"staying is worth {kept}{chance} = {room} at most to be saved"
    if not row["active"]:  # only an open deal gives such an account a price
        said = f"won, the open deal is worth {kept}; {room} of it could be gained at most"
    least = money(row["least_cost_minor"], currency)
    best = row["best_nv_minor"]
    tried = f"; the best step nets {money(best, currency)}" if best is not None else ""
    saved = row["saved_minor"]
    saves = f"; leaving it alone saves {money(saved, currency)}" if saved else ""
    return f"{said}; the cheapest step costs {least}{tried}{saves}"


def _left_churn(row: "Mapping[str, Any]") -> int:
    """The chance a sum rests on, in millionths: the score itself where it rests on the score."""
    rests: int = row["left_churn_bp"] * 100
    score: int | None = row["churn_ppm"]
    return score if score is not None and abs(score - rests) <= HALF_POINT else rests


def decided(row: "Mapping[str, Any]") -> str:
    """What was approved and until when to wait, in words that are true of both groups."""
    if row["way_day"] is None:
        return ""
    said = f"{called(row['way_play'])} was approved on {date(row['way_day'])}"
    if row["way_until"] is None:
        return said
    return f"{said}; leave the account alone until {date(row['way_until'])}"


def by_hand(allowed: "Mapping[str, bool]") -> str:
    """Whether a person may reach an account of the list without an approval, and how."""
    may = [called(name) for name, yes in sorted(allowed.items()) if yes]
    not_so = [called(name) for name, yes in sorted(allowed.items()) if not yes]
    first = (
        f"Without an approval you may reach an account by {' or '.join(may)}"
        if may
        else "Nobody may reach an account without an approval"
    )
    rest = f"; {' and '.join(not_so)} must be approved in the inbox first" if not_so else ""
    return f"{first}{rest} (limits.yaml, contact_by_hand)."


def touched(row: "Mapping[str, Any]") -> str:
    """Who reached them last, and how."""
    what, who = short(row["touch_what"]), short(row["touch_who"] or "")
    by = f" by {who}" if who else ""
    return {
        "sent": f"we sent {called(what)}",
        "deal": f"deal {what}{by}",
        "mail": "a mail" if what in {"mail", "email"} else f"mail {what}",
    }[row["touch_kind"]]


def money(minor: int, currency: str) -> str:
    """An amount with its currency."""
    return str(Money.from_minor(minor, currency))


def whole(minor: int, currency: str) -> str:
    """An amount with its sign, in whole main units and without its currency."""
    return f"{to_decimals(Money.from_minor(minor, currency).amount, 0):+,}"


def percent(millionths: int) -> str:
    """A chance to one digit."""
    return figures.percent(Decimal(millionths).scaleb(-6))


def points(basis_points: int) -> str:
    """A difference of two chances without its sign."""
    return f"{figures.fixed(Decimal(basis_points) / 100, 1)} pp"


def date(day: int) -> str:
    """A day as an ISO date."""
    return from_number(day).isoformat()


def days(n: int) -> str:
    """A number of days in words."""
    return "1 day" if n == 1 else f"{n} days"


def called(name: str) -> str:
    """The name of a play, stage or feature as people say it."""
    return label_of_id(name)


def one_line(text: str) -> str:
    """A foreign text on one line, without characters that turn or hide what stands around it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def short(name: str) -> str:
    """A foreign name on one line and no longer than a line."""
    line = one_line(name)
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"
