"""The sections of a report, in the order they are read, each made from one morning."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from tools.reports.given import Chapter, Given
from tools.reports.sections.changes import make_changes
from tools.reports.sections.money import make_money
from tools.reports.sections.retention import make_retention
from tools.reports.sections.stages import make_stages
from tools.reports.sections.trials import make_trials
from tools.reports.sections.work import make_work
from tools.roi.formulas import FORMULA_VERSION
from tools.warehouse.dataset import FACT, USAGE_KIND
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from agent.morning import Morning
    from agent.reporting.period import Period
    from agent.wiring import Deps


@dataclass(frozen=True)
class Context:
    """The morning after a period, as a section is given it."""

    deps: "Deps"
    period: "Period"
    morning: "Morning"
    given: Given

    @property
    def company(self) -> str:
        """Whose report it is."""
        return self.deps.settings.company

    @cached_property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """What the report rests on, by name."""
        model = self.morning.scored.model
        return (
            ("churn model", model.version[:12] if model else "none"),
            ("facts", self._facts[:12]),
            ("formulas", FORMULA_VERSION),
            ("rulebook", self.morning.rulebook.fingerprint[:12]),
        )

    @property
    def _facts(self) -> str:
        """A hash over the names of the files of facts that were known; names are by content."""
        dataset, day = self.morning.dataset, self.period.as_of
        tables = [(FACT, name) for name in BY_NAME] + [(USAGE_KIND, "usage")]
        files = [f for kind, name in tables for f in dataset.files(kind, name, as_of=day)]
        text = "\n".join(sorted(f"{f.path} {f.rows}" for f in files))
        return sha256(text.encode()).hexdigest()


Maker = Callable[[Context], Chapter]


def retention(context: Context) -> Chapter:
    """Who comes back."""
    policy = context.morning.rulebook.reports
    return make_retention(context.given, policy.retention, context.deps.zone.key)


def money(context: Context) -> Chapter:
    """What recurs."""
    return make_money(context.given, context.morning.rulebook.reports.money)


def trials(context: Context) -> Chapter:
    """Who pays after trying."""
    return make_trials(context.given)


def stages(context: Context) -> Chapter:
    """Where everybody is, and who moved."""
    return make_stages(context.given)


def work(context: Context) -> Chapter:
    """What the agent found, what people made of it, and what it was worth."""
    book = context.morning.rulebook
    return make_work(context.given, book.plays, book.economics)


def changes(context: Context) -> Chapter:
    """What stands out against its own past."""
    return make_changes(context.given)


SECTIONS: tuple[Maker, ...] = (retention, money, trials, stages, work, changes)
