"""Make a report of a period: its sections from the morning after, and who is behind each figure.

What the report of a week says was known on the Monday after; made again ten weeks later it is the
same to the byte, because facts, policies and deeds are read as they were known then.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from agent.learning import known_by
from agent.morning import Morning
from agent.passing_failures import is_passing
from agent.reporting.cuts import quarterly
from agent.reporting.history import put_history
from agent.reporting.sections import SECTIONS, Context
from tools.days import from_number
from tools.document.model import Report, Section, words
from tools.errors import BadInput, Conflict, NotComputable
from tools.reports.context import ReportContext, SectionResult
from tools.reports.restatement.section import make_restated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.reporting.period import Period
    from agent.reporting.sections import SectionMaker
    from agent.wiring import Deps
    from tools.warehouse.engine import DuckEngine

log = structlog.get_logger(__name__)
FAILED = "could not be computed"


@dataclass(frozen=True)
class Made:
    """A report, the engine it was made in, and the queries of who is behind its figures.

    Attributes:
        failed: titles of the sections that could not be computed.
        passing: those of them, with the reason, that may well be computed a moment later.
        unfit: why it must not be sent by itself: empty or stale data.
    """

    report: Report
    engine: "DuckEngine"
    members: tuple[str, ...]
    failed: tuple[str, ...]
    unfit: tuple[str, ...]
    passing: tuple[str, ...] = ()


def make_report(
    deps: "Deps",
    period: "Period",
    before: Report | None,
    makers: "Sequence[SectionMaker]" = SECTIONS,
    stopping: "Callable[[], bool]" = bool,
) -> Made:
    """Make the report; a section that fails says so and stops no other.

    Raises:
        BadInput: when the period is not over, or the day after it is still open.
        Conflict: when the service was told to end meanwhile; nothing was archived.
    """
    _refuse_open(deps, period)
    context = open_context(deps, period)
    tried = []
    for number, maker in enumerate(makers):
        if stopping():
            raise Conflict(f"{period.id}: the service is ending; it is made when it is back")
        tried.append(_tried(maker, context, number))
    sections = tuple(one.chapter.section for one in tried)
    report = Report(
        kind=period.kind,
        as_of=period.as_of,
        first_day=period.first_day,
        company=context.company,
        sections=sections,
        versions=context.versions,
        restated=make_restated(context.customers, sections, before),
    )
    members = tuple(one.chapter.members for one in tried if one.chapter.members)
    failed = tuple(one.chapter.section.title for one in tried if one.error is not None)
    passing = tuple(_why(one) for one in tried if one.error and is_passing(one.error))
    return Made(report, context.morning.engine, members, failed, context.unfit, passing)


def _why(tried: "_Tried") -> str:
    """A section and why it could not be computed, for a message; without what an error quotes."""
    error = tried.error
    words = getattr(error, "strerror", None) or type(error).__name__
    return f"{tried.chapter.section.title} ({words})"


def open_context(deps: "Deps", period: "Period") -> Context:
    """The morning after the period, by the policies its run recorded."""
    run = deps.store.runs.run_of(period.as_of)
    deps = deps if run is None else deps.as_recorded(run)
    stored = deps.store.transitions.known_before(period.as_of)
    morning = Morning(
        period.as_of, deps.dataset, deps.rulebook, stored, known=known_by(deps, period.as_of)
    )
    _ = morning.priced
    proposal = quarterly(morning, period)
    present = morning.world.present | put_history(deps, morning, period)
    given = ReportContext(period.as_of, period.first_day, morning.engine, present)
    return Context(deps, period, morning, given, proposal)


def _refuse_open(deps: "Deps", period: "Period") -> None:
    day = from_number(period.as_of)
    closed = deps.store.runs.closed_day()
    if closed is None or closed < period.as_of:
        raise BadInput(
            f"{period.id} can be made once {day} has been run: until then facts about it may still "
            f"come in; `lifecycle run --as-of {day}` runs it"
        )


def _kept(chapter: SectionResult, context: Context, relation: str) -> SectionResult:
    """Who is behind the figures, kept before the next section makes its own relations."""
    if not chapter.members:
        return chapter
    context.given.engine.create(relation, chapter.members)
    return SectionResult(chapter.section, f"SELECT figure, account_id, member_id FROM {relation}")


@dataclass(frozen=True)
class _Tried:
    """A section as it came out, and the error that left it empty."""

    chapter: SectionResult
    error: Exception | None = None


def _tried(maker: "SectionMaker", context: Context, number: int) -> _Tried:
    name = maker.name
    try:
        return _Tried(_kept(maker(context), context, f"report_members_{number}"))
    except NotComputable as lacking:
        line = (words(f"Nothing can be said of it: {lacking}."),)
        section = Section(name, name.capitalize(), (line,), missing=lacking.missing)
        return _Tried(SectionResult(section))
    except Exception as error:
        log.exception("report.section_failed", section=name, error=type(error).__name__)
        line = (words(f"This section {FAILED} ({type(error).__name__}); the log says why."),)
        return _Tried(SectionResult(Section(name, name.capitalize(), (line,))), error)
