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
from tools.reports.internal import NOBODY, CustomerView
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
    from tools.reports.policy import ReportPolicy


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

    @property
    def policy(self) -> "ReportPolicy":
        """What the sections measure."""
        return self.morning.rulebook.reports

    @property
    def zone(self) -> str:
        """The name of the company's time zone."""
        return self.deps.zone.key

    @property
    def everybody(self) -> ReportContext:
        """With our own and test accounts: who leaves them out themselves says how many they are."""
        self._view.everybody()
        return self.given

    @property
    def customers(self) -> ReportContext:
        """Without our own and test accounts."""
        self._view.customers()
        return self.given

    @cached_property
    def _view(self) -> CustomerView:
        return CustomerView(self.given.engine, self.policy.money.internal)

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
        return fit_to_send(self.customers, self.audit)


EVERY_BLOCK: "Collection[str]" = ()


@dataclass(frozen=True)
class SectionMaker:
    """A section of the report by its id, and how it is made.

    Attributes:
        compared: the blocks about customers alone, whose definitions say who is left out as our
            own; `EVERY_BLOCK` of it, None where the section says so itself.
    """

    name: str
    make: Callable[[Context], SectionResult]
    compared: "Collection[str] | None" = None

    def __call__(self, context: Context) -> SectionResult:
        """Make the section."""
        result = self.make(context)
        return result if self.compared is None else _says_internal(context, result, self.compared)


def _says_internal(
    context: Context, result: SectionResult, only: "Collection[str]"
) -> SectionResult:
    """Say in the definitions of all blocks, or of some, who is left out; nothing if nobody is."""
    internal = context.policy.money.internal
    if internal == NOBODY:
        return result
    said = f" Accounts: {internal.words()}."
    blocks = tuple(
        replace(b, about=replace(b.about, definition=b.about.definition + said))
        if not only or b.id in only
        else b
        for b in result.section.blocks
    )
    return replace(result, section=replace(result.section, blocks=blocks))


def _segments(context: Context) -> SectionResult:
    """How the segments differ, and what a tree would cut otherwise."""
    morning, rules = context.morning, context.morning.rulebook.segments
    active, found = active_segments(rules, morning.frozen), morning.segmented
    given = context.customers
    differ = examine(found.outcomes, rules, active, segment_sizes(given.engine))
    return make_segments(given, active, found.outcomes, differ, context.proposal)


def _work(context: Context) -> SectionResult:
    """What the agent found, what people made of it, and what it was worth."""
    book = context.morning.rulebook
    return make_work(context.customers, book.plays, book.economics, context.windows)


def _attribution(context: Context) -> SectionResult:
    """What led to revenue by each rule, and what an account of each source costs and brings."""
    book = context.morning.rulebook
    return make_attribution(context.customers, book.plays, book.economics, context.windows)


# In the order they are read; each says of whom it reads, and any order gives the same.
SECTIONS = (
    SectionMaker("retention", lambda c: make_retention(c.everybody, c.policy.retention, c.zone)),
    SectionMaker("money", lambda c: make_money(c.everybody, c.policy.money)),
    SectionMaker("trials", lambda c: make_trials(c.customers), EVERY_BLOCK),
    SectionMaker("stages", lambda c: make_stages(c.customers), EVERY_BLOCK),
    SectionMaker("segments", _segments, {"segments.sizes", "segments.moves"}),
    SectionMaker("work", _work, {"work.effects", "work.promises", "work.assigned"}),
    SectionMaker("attribution", _attribution, EVERY_BLOCK),
    SectionMaker("changes", lambda c: make_changes(c.customers, c.policy.accepted), EVERY_BLOCK),
    SectionMaker("data", lambda c: make_data(c.customers, c.audit)),
)
