"""What every page shares: the parts, the templates, and the few figures kept for a moment."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from sqlalchemy.exc import SQLAlchemyError

from approvals.alarms import Alarm, alarms
from approvals.care import USELESS
from approvals.envelope import lot_words
from approvals.request import REASONS
from approvals.users.limits import Limiter
from approvals.web import marking, words
from approvals.web.streams import Pulse, Streams
from approvals.web.ttl_cache import TtlCache
from tools.figures import fixed
from tools.labels import label_of_id
from tools.money import Money
from tools.reports.accounts.format import money as minor
from tools.reports.accounts.format import whole
from tools.reports.accounts.text import hours, points, shown_score, unscored_words
from tools.store.gate.overview import choices, counts, head, work_of
from tools.store.patience import OF_A_NOTE, patient

if TYPE_CHECKING:
    from collections.abc import Callable

    from approvals.web.parts import WebParts
    from tools.store.gate.overview import Choices
    from tools.store.records import Pause

MOMENT, MINUTE = timedelta(seconds=15), timedelta(minutes=1)


@dataclass(frozen=True)
class Used:
    """What of the day's capacity and budget is used; hours are (role, used, of)."""

    decided: int
    reviews: int
    hours: tuple[tuple[str, Decimal, Decimal], ...]
    cost: Money
    budget: Money


class Site:
    """One application's parts, templates and limits."""

    def __init__(self, parts: "WebParts") -> None:
        """Prepare the templates; nothing is read yet."""
        self.parts = parts
        self.gate = parts.gate
        self.limiter = Limiter(parts.rates, parts.gate.clock)
        self.templates = environment()
        clock, read = parts.gate.clock, parts.gate.store.read
        self.choices: TtlCache[Choices] = TtlCache(
            lambda: read(lambda tx: choices(tx.session)), MINUTE, clock
        )
        self.counts: TtlCache[dict[tuple[str, str], int]] = TtlCache(
            lambda: read(lambda tx: counts(tx.session)), MINUTE, clock
        )
        self.pauses: TtlCache[tuple[Pause, ...]] = TtlCache(
            lambda: read(lambda tx: tx.ledger.pauses()), MOMENT, clock
        )
        self.alarms: TtlCache[tuple[Alarm, ...]] = TtlCache(self._alarms, MOMENT, clock)
        self.used: TtlCache[Used] = TtlCache(self._used, MOMENT, clock)
        self.pulse = Pulse(lambda: read(lambda tx: head(tx.session)))
        self.streams = Streams()
        self.ending: Callable[[], bool] = bool  # the server says so, once there is one

    def render(self, name: str, /, **context: object) -> str:
        """A template of ours, filled in."""
        given = {"labels": self.parts.labels(), **context}
        return self.templates.get_template(f"{name}.html").render(given)

    def _alarms(self) -> tuple[Alarm, ...]:
        """What a person must look at; every page shows it, so none waits for it."""
        try:
            with patient(OF_A_NOTE):
                return alarms(self.gate)
        except SQLAlchemyError:
            return ()

    def _used(self) -> Used:
        today, now = self.gate.today(), self.gate.clock()
        limits = self.gate.limits(today)
        work = self.gate.store.read(lambda tx: work_of(tx.session, today, now - timedelta(days=2)))
        whats = [words.loaded(text)["what"] for text in work.approved]
        currency = next((str(what["cost"]["currency"]) for what in whats), "")
        spent: dict[str, Decimal] = {}
        for what in whats:
            spent[what["role"]] = spent.get(what["role"], Decimal(0)) + Decimal(what["hours"])
        return Used(
            work.decided,
            limits.reviews_per_day,
            tuple(
                (role, spent.get(role, Decimal(0)), of)
                for role, of in sorted(limits.hours_per_day.items())
            ),
            Money(sum((Decimal(what["cost"]["amount"]) for what in whats), Decimal(0)), currency),
            Money(limits.budget_per_day, currency),
        )


@cache
def environment() -> Environment:
    """Templates that escape everything and name every character that cannot be seen."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "marked": marking.marked,
        "source": marking.source,
        "exact": _exact,
        "money": words.money,
        "signed": words.signed,
        "day": words.day,
        "instant": words.instant,
        "share": words.share,
        "pretty": words.pretty,
        "odd": marking.odd_characters,
        "minor": minor,
        "whole": whole,
        "called": _called,
        "points": points,
        "score": shown_score,
        "unscored": unscored_words,
        "fixed": fixed,
        "takes": hours,
    }
    made.globals |= {
        "REASONS": REASONS,
        "USELESS": USELESS,
        "links_of": marking.shown_links,
        "mixed": marking.mixed_scripts,
        "disguised": marking.disguised,
        "left": words.left,
        "evidence": words.evidence,
        "churn_change": words.churn_change,
        "lot_words": lot_words,
    }
    return made


@pass_context
def _called(context: Context, key: str | None) -> str:
    """What people call a play, stage or word of ours; plays by the name the rulebook gives them."""
    return label_of_id(key, context.get("labels", {})) if key else ""


def _finalize(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return marking.visible(value)
    return value


def _exact(text: str) -> Markup:
    """A text as it is, escaped: for what a person is editing."""
    return escape(text)
