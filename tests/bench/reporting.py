"""The weekly report under measurement: its sections over the numbers of a morning, and its page."""

from collections.abc import Callable

from tests.bench.company import Company
from tests.bench.pipeline import Clock, Segmented, new_engine, numbers, rulebook
from tools.customers.segments.difference import examine
from tools.document.html import as_mail, as_page, inside, pictures
from tools.document.model import Report
from tools.document.pdf import as_pdf
from tools.reports.agent_activity.relations import put_work
from tools.reports.agent_activity.section import make_work
from tools.reports.attribution.section import make_attribution
from tools.reports.audit.measure import audit
from tools.reports.changes.section import make_changes
from tools.reports.context import ReportContext, SectionResult
from tools.reports.data_quality.section import make_data
from tools.reports.incrementality.measure import OutcomeWindows
from tools.reports.retention.section import make_retention
from tools.reports.revenue.section import make_money
from tools.reports.segments.section import make_segments
from tools.reports.stages.section import make_stages
from tools.reports.trials.section import make_trials
from tools.warehouse.dataset import Dataset

WEEK = 7


def report(company: Company, clock: Clock) -> int:
    """The report of the week before the first day; returns the bytes of its page."""
    day, dataset, engine = company.first_day, company.dataset(company.facts()), new_engine()
    morning = Clock()
    world, segmented = numbers(company, day, morning, dataset, engine, before=None)
    clock.phases["morning"] = sum(morning.phases.values())
    put_work(engine, {})
    given = ReportContext(day, day - WEEK, engine, world.present)
    chapters = []
    for name, make in _makers(given, segmented, dataset).items():
        with clock.phase(name):
            chapters.append(make())
    with clock.phase("members"):
        for number, chapter in enumerate(chapters):
            if chapter.members:
                engine.create(f"kept_{number}", chapter.members)
    with clock.phase("page, mail, print"):
        return _written(Report("weekly", day, day - WEEK, "", tuple(c.section for c in chapters)))


def _makers(
    given: ReportContext, segmented: Segmented, dataset: Dataset
) -> dict[str, Callable[[], SectionResult]]:
    book = rulebook()
    plays, economics, policy, windows = book.plays, book.economics, book.reports, OutcomeWindows()
    differ = examine(segmented.outcomes, book.segments, segmented.active, segmented.sizes)
    return {
        "retention": lambda: make_retention(given, policy.retention),
        "money": lambda: make_money(given, policy.money),
        "trials": lambda: make_trials(given),
        "stages": lambda: make_stages(given),
        "segments": lambda: make_segments(given, segmented.active, segmented.outcomes, differ),
        "work": lambda: make_work(given, plays, economics, windows),
        "attribution": lambda: make_attribution(given, plays, economics, windows),
        "changes": lambda: make_changes(given),
        "data": lambda: _data(given, dataset),
    }


def _data(given: ReportContext, dataset: Dataset) -> SectionResult:
    engine = new_engine()
    dataset.scan(given.as_of, engine)
    return make_data(given, audit(given.as_of, engine))


def _written(made: Report) -> int:
    drawn = pictures(made)
    as_mail(made, drawn)
    as_pdf(made, drawn)
    return len(as_page(made, drawn, inside(drawn)).encode())
