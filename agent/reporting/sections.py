"""The sections of a report, in the order they are read, each made from one morning."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from agent.figures import DOCUMENT, FIGURES
from agent.quarantine import data_audit
from tools.customers.segments.assign import active_segments
from tools.customers.segments.difference import examine
from tools.days import start_of
from tools.reports.agent_activity.section import make_work
from tools.reports.attribution.section import make_attribution
from tools.reports.changes.section import make_changes
from tools.reports.context import ReportContext, SectionResult
from tools.reports.data_quality.section import fit_to_send, make_data
from tools.reports.incrementality.measure import OutcomeWindows
from tools.reports.internal import NOBODY, leave_out
from tools.reports.retention.section import make_retention
from tools.reports.revenue.section import make_money
from tools.reports.segments.measure import segment_sizes
from tools.reports.segments.section import make_segments
from tools.reports.stages.section import make_stages
from tools.reports.trials.section import make_trials
from tools.roi.formulas import FORMULA_VERSION
from tools.warehouse.dataset import FACT, USAGE_KIND
from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Collection

    from agent.morning import Morning
    from agent.reporting.period import Period
    from agent.wiring import Deps
    from tools.customers.segments.proposal import SegmentProposal
    from tools.reports.audit.model import AuditReport


@dataclass(frozen=True)
class Context:
    """The morning after a period, as a section is given it."""

    deps: "Deps"
    period: "Period"
    morning: "Morning"
    given: ReportContext
    proposal: "SegmentProposal | None" = None

    @property
    def company(self) -> str:
        """Whose report it is."""
        return self.deps.settings.company

    @cached_property
    def customers(self) -> ReportContext:
        """The same without our own and test accounts, which it takes out for all that follow.

        Retention and money come first: they leave them out themselves and say how many they are.
        """
        leave_out(self.given.engine, self.morning.rulebook.reports.money.internal)
        return self.given

    @cached_property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """What the report rests on, by name."""
        model = self.morning.scored.model
        return (
            ("churn model", model.version[:12] if model else "none"),
            ("facts", self._facts[:12]),
            (DOCUMENT, FIGURES),
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

    @cached_property
    def audit(self) -> "AuditReport":
        """Whether the data agree, with what had been set aside when the morning was run."""
        engine, day = DuckEngine(), self.period.as_of
        self.morning.dataset.scan(day, engine)
        run = self.deps.store.runs.run_of(day)
        begin = datetime.fromtimestamp(start_of(day, self.deps.zone) / 1_000_000, tz=UTC)
        until = begin if run is None or run.finished_at is None else run.finished_at
        manifest, dataset = self.deps.store.manifest, self.morning.dataset
        rules = self.morning.rulebook.identity
        return data_audit(day, engine, manifest, dataset, until=until, finished=until, rules=rules)

    @property
    def windows(self) -> OutcomeWindows:
        """How long a gap in paying and a sign of life count, as the segments have them."""
        known = dict(self.morning.rulebook.segments.windows)
        return OutcomeWindows(known["grace"], known["activity"])

    @property
    def unfit(self) -> tuple[str, ...]:
        """Why the report would mislead whoever got it by itself."""
        return fit_to_send(self.given, self.audit)


Maker = Callable[[Context], SectionResult]


def retention(context: Context) -> SectionResult:
    """Who comes back."""
    policy = context.morning.rulebook.reports
    return make_retention(context.given, policy.retention, context.deps.zone.key)


def money(context: Context) -> SectionResult:
    """What recurs."""
    return make_money(context.given, context.morning.rulebook.reports.money)


def trials(context: Context) -> SectionResult:
    """Who pays after trying."""
    return _ours_left_out(context, make_trials(context.customers))


def stages(context: Context) -> SectionResult:
    """Where everybody is, and who moved."""
    return _ours_left_out(context, make_stages(context.customers))


def segments(context: Context) -> SectionResult:
    """How the segments differ, and what a tree would cut otherwise."""
    morning, rules = context.morning, context.morning.rulebook.segments
    active, found = active_segments(rules, morning.frozen), morning.segmented
    given = context.customers
    differ = examine(found.outcomes, rules, active, segment_sizes(given.engine))
    chapter = make_segments(given, active, found.outcomes, differ, context.proposal)
    return _ours_left_out(context, chapter, {"segments.sizes", "segments.moves"})


def work(context: Context) -> SectionResult:
    """What the agent found, what people made of it, and what it was worth."""
    book = context.morning.rulebook
    chapter = make_work(context.customers, book.plays, book.economics, context.windows)
    return _ours_left_out(context, chapter, {"work.effects", "work.promises", "work.assigned"})


def attribution(context: Context) -> SectionResult:
    """What led to revenue by each rule, and what an account of each source costs and brings."""
    book = context.morning.rulebook
    chapter = make_attribution(context.customers, book.plays, book.economics, context.windows)
    return _ours_left_out(context, chapter)


def changes(context: Context) -> SectionResult:
    """What stands out against its own past."""
    accepted = context.morning.rulebook.reports.accepted
    return _ours_left_out(context, make_changes(context.customers, accepted))


def _ours_left_out(
    context: Context, chapter: SectionResult, only: "Collection[str]" = ()
) -> SectionResult:
    """Say in the definitions of all blocks, or of some, who is left out; nothing if nobody is."""
    internal = context.morning.rulebook.reports.money.internal
    if internal == NOBODY:
        return chapter
    said = f" Accounts: {internal.words()}."
    blocks = tuple(
        replace(b, about=replace(b.about, definition=b.about.definition + said))
        if not only or b.id in only
        else b
        for b in chapter.section.blocks
    )
    return replace(chapter, section=replace(chapter.section, blocks=blocks))


def data(context: Context) -> SectionResult:
    """How far the figures can be trusted."""
    return make_data(context.given, context.audit)


SECTIONS: tuple[Maker, ...] = (
    retention, money, trials, stages, segments, work, attribution, changes, data,
)  # fmt: skip
