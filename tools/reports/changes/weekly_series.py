"""The weekly series a report keeps an eye on: mails, use, accounts, stages, tickets, retention.

Weeks start on Monday. Only whole weeks count: not the one that is not over, and not the one in
which a kind of fact was first on record. Of a kind with many names, the most frequent are kept.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.warehouse.asof.mails import make_mails
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tools.warehouse.engine import Engine

PAST = 16
MOST_NAMES = 6
ANSWERS = {
    "opened": "open rate", "clicked": "click rate", "unsubscribed": "unsubscribe rate",
    "complained": "complaint rate", "bounced": "bounce rate",
}  # fmt: skip
_MATTER = ("opened", "clicked", "unsubscribed")


@dataclass(frozen=True)
class WeeklySeries:
    """One weekly series, oldest week first, the newest whole week last.

    Attributes:
        weeks: numbers of calendar weeks.
        out_of: of how many, for a share; () for a plain count.
        matters: whether it is told even when it did not move.
    """

    id: str
    title: str
    weeks: tuple[int, ...]
    counts: tuple[int, ...]
    out_of: tuple[int, ...] = ()
    matters: bool = False

    def values(self) -> tuple[float, ...]:
        """What is shown of each week: the count, or the share."""
        if not self.out_of:
            return self.counts
        return tuple(k / n for k, n in zip(self.counts, self.out_of, strict=True))


@dataclass(frozen=True)
class WeekSpan:
    """The weeks looked at, first to last, and the first whole week of each kind of fact."""

    first: int
    last: int
    since: "Mapping[str, int | None]"

    @property
    def days(self) -> dict[str, int]:
        """The days of the weeks, as the queries want them."""
        return {"first_day": monday(self.first), "end_day": monday(self.last + 1)}

    def lately(self, rows: "Iterable[dict[str, Any]]") -> "list[dict[str, Any]]":
        """The rows of the newest week and of those it is held against."""
        return [row for row in rows if row["week_n"] >= self.last - PAST]

    def of(self, kind: str) -> range:
        """The whole weeks of a kind of fact; none when it was never seen."""
        since = self.since.get(kind)
        return range(0) if since is None else range(max(self.first, since), self.last + 1)


def week_of(day: int) -> int:
    """The number of the calendar week of a day, from Monday."""
    return (day + 3) // 7


def monday(week: int) -> int:
    """The first day of a week."""
    return 7 * week - 3


def read_tracks(
    as_of: int, engine: "Engine", present: "Collection[str]", past: int = PAST
) -> tuple[WeeklySeries, ...]:
    """Every series of a company, `past` weeks and the newest; makes `changes_active`.

    Reads relations messages, usage, usage_life, accounts, tickets and timeline.
    """
    last = week_of(as_of) - 1
    since = engine.run(read_sql(__package__, "since")).to_pylist()
    whole = {r["kind"]: None if r["day"] is None else week_of(r["day"] + 6) for r in since}
    window = WeekSpan(last - past, last, whole)
    counts = engine.run(read_sql(__package__, "counts"), **window.days).to_pylist()
    found = [*_accounts(counts, window), *_stages(counts, window), *_tickets(counts, window)]
    if "messages" in present:
        found += _mails(engine, window)
    if "events" in present:
        found += _use(engine, window)
    return tuple(found)


def _mails(engine: "Engine", window: WeekSpan) -> list[WeeklySeries]:
    make_mails(window.days["first_day"], window.days["end_day"], engine)
    rows = engine.run(read_sql(__package__, "mail")).to_pylist()
    weekly = _weekly(rows, "name", "kind")
    found = []
    for name in _frequent(r for r in window.lately(rows) if r["kind"] == "sent"):
        weeks = _lived(weekly[name, "sent"], window.of("messages"))
        sent = tuple(weekly[name, "sent"][w] for w in weeks)
        found.append(WeeklySeries(f"sent.{name}", f"{name} sent", weeks, sent))
        full = tuple(w for w in weeks if weekly[name, "sent"][w])
        out_of = tuple(weekly[name, "sent"][w] for w in full)
        for kind, words in ANSWERS.items():
            answered = tuple(weekly[name, kind][w] for w in full)
            if any(answered):
                title, matters = f"{words} of {name}", kind in _MATTER
                found.append(WeeklySeries(f"{kind}.{name}", title, full, answered, out_of, matters))
        found += _click_to_open(name, full, weekly[name, "opened"], weekly[name, "clicked"])
    return found


def _click_to_open(
    name: str, weeks: tuple[int, ...], opened: "Mapping[int, int]", clicked: "Mapping[int, int]"
) -> list[WeeklySeries]:
    """Of the mails that were opened, those clicked; a click without an open is not counted."""
    full = tuple(week for week in weeks if opened.get(week))
    counts = tuple(min(clicked.get(week, 0), opened[week]) for week in full)
    out_of = tuple(opened[week] for week in full)
    title = f"click-to-open rate of {name}"
    return (
        [WeeklySeries(f"click-to-open.{name}", title, full, counts, out_of)] if any(counts) else []
    )


def _use(engine: "Engine", window: WeekSpan) -> list[WeeklySeries]:
    engine.create("changes_active", read_sql(__package__, "active"), **window.days)
    rows = engine.run(read_sql(__package__, "use"), **window.days).to_pylist()
    weekly, weeks = _weekly(rows, "name"), tuple(window.of("events"))
    active = tuple(weekly[None,][w] for w in weeks)
    found = [WeeklySeries("active-accounts", "active accounts", weeks, active, matters=True)]
    for name in _frequent(r for r in window.lately(rows) if r["name"] is not None):
        own = _lived(weekly[name,], weeks)
        counts = tuple(weekly[name,][w] for w in own)
        found.append(WeeklySeries(f"events.{name}", f"events {name}", own, counts))
    return found + _kept(engine, window)


def _kept(engine: "Engine", window: WeekSpan) -> list[WeeklySeries]:
    """Retention of the newest cohort that can be told, week by week."""
    rows = engine.run(read_sql(__package__, "kept"), **window.days).to_pylist()
    both = set(window.of("events")) & {w + 1 for w in window.of("accounts")}
    own = [row for row in rows if row["week_n"] in both]
    weeks, kept, born = (tuple(r[name] for r in own) for name in ("week_n", "k", "n"))
    title = "accounts back in the week after the one they came in"
    return [WeeklySeries("back-after-a-week", title, weeks, kept, born, matters=True)]


def _accounts(rows: list[dict[str, Any]], window: WeekSpan) -> list[WeeklySeries]:
    new = _weekly((r for r in rows if r["kind"] == "accounts"), "kind")
    weeks = tuple(window.of("accounts"))
    counts = tuple(new["accounts",][w] for w in weeks)
    return (
        [WeeklySeries("new-accounts", "new accounts", weeks, counts, matters=True)] if weeks else []
    )


def _stages(rows: list[dict[str, Any]], window: WeekSpan) -> list[WeeklySeries]:
    own = [row for row in rows if row["kind"] == "stages"]
    weekly, weeks = _weekly(own, "name", "other"), tuple(window.of("stages"))
    if not weeks:
        return []
    lost = Counter[int]()
    for row in (r for r in own if r["other"] == "churned"):
        lost[row["week_n"]] += row["n"]
    title = "accounts lost"
    found = [
        WeeklySeries("lost-accounts", title, weeks, tuple(lost[w] for w in weeks), matters=True)
    ]
    for before, after in _frequent(window.lately(own), "name", "other"):
        counts = tuple(weekly[before, after][w] for w in weeks)
        found.append(
            WeeklySeries(
                f"moved.{before}.{after}", f"accounts from {before} to {after}", weeks, counts
            )
        )
    return found


def _tickets(rows: list[dict[str, Any]], window: WeekSpan) -> list[WeeklySeries]:
    own = [row for row in rows if row["kind"] == "tickets"]
    weekly, weeks = _weekly(own, "name"), tuple(window.of("tickets"))
    return [
        WeeklySeries(
            f"tickets.{name}",
            f"tickets opened, {name}",
            weeks,
            tuple(weekly[name,][w] for w in weeks),
            matters=name in {"urgent", "high"},
        )
        for name in _frequent(window.lately(own))
    ]


def _weekly(
    rows: "Iterable[Mapping[str, Any]]", *key: str
) -> "defaultdict[tuple[str | None, ...], Counter[int]]":
    """Counts by the given columns and week."""
    found: defaultdict[tuple[str | None, ...], Counter[int]] = defaultdict(Counter)
    for row in rows:
        found[tuple(row[name] for name in key)][row["week_n"]] += row["n"]
    return found


def _frequent(rows: "Iterable[Mapping[str, Any]]", *key: str) -> "list[Any]":
    """The names with most behind them."""
    sums = Counter[Any]()
    for row in rows:
        sums[tuple(row[k] for k in key) if key else row["name"]] += row["n"]
    return sorted(sums, key=lambda name: (-sums[name], name))[:MOST_NAMES]


def _lived(counts: "Mapping[int, int]", weeks: "Collection[int]") -> tuple[int, ...]:
    """The weeks of a name's life; the week of its start, in which it was not there all days."""
    lived = [week for week in weeks if counts.get(week)]
    if not lived:
        return ()
    first = lived[0] if lived[0] == min(weeks) else lived[0] + 1
    return tuple(week for week in weeks if week >= first)
