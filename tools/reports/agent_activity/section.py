"""The section of the agent's work: from what it found to what came of it.

The engine holds the relations of `relations.py` beside this, which `agent/report_facts.py` fills
with what was known on the morning of the day.
"""

from typing import TYPE_CHECKING

from tools.days import between
from tools.document.model import About, Section, Table, words
from tools.reports.agent_activity.feedback_table import care_table
from tools.reports.agent_activity.figures import MEMBERS, cells, stage_id
from tools.reports.agent_activity.measure import AgentActivity, measure_work
from tools.reports.agent_activity.play_tables import assigned_table, effects_table, promises_table
from tools.reports.agent_activity.review_tables import prices_table, reviewing_table, rules_table
from tools.reports.agent_activity.segment_table import reviews_table
from tools.reports.agent_activity.sentences import lines_of
from tools.reports.context import SectionResult
from tools.reports.incrementality.measure import measure_incrementality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.reports.context import ReportContext
    from tools.reports.incrementality.measure import OutcomeWindows
    from tools.roi.economics import Economics
    from tools.roi.plays import Play

ID, TITLE = "work", "The agent's work"
FOUR_WEEKS = 28
LABELS = (
    ("mornings", "mornings with a finished run"),
    ("found", "found: pairs of account and play, each morning counted"),
    ("priced", "of them priced"),
    ("worthwhile", "of them worth more than doing nothing"),
    ("refused", "refused by a rule"),
    ("queued", "put before a person"),
    ("approved", "approved"),
    ("rejected", "rejected"),
    ("lapsed", "expired, withdrawn or replaced by newer facts"),
    ("held_out", "approved and left out by lot, to measure"),
    ("sent", "done"),
    ("gone", "of them left the building, the others in a dry run"),
    ("stopped", "stopped by a rule, failed or not known"),
    ("known", "outcomes that became known"),
    ("waiting", "waiting for a person now"),
    ("under_way", "approved and not done yet"),
)
DEFINITION = (
    "What happened to each step within the days, so that a proposal may be counted as queued in "
    "one week and as approved in the next. Worth is the net value promised when it was proposed. "
    "Statuses are those of the morning after the period. Everybody is counted, our own and test "
    "accounts too, but for the outcomes that became known."
)


def make_work(
    given: "ReportContext",
    plays: "Sequence[Play]",
    economics: "Economics",
    windows: "OutcomeWindows",
) -> SectionResult:
    """The section; `plays` and `economics` are those of the rulebook, `windows` the segments'."""
    effects = measure_incrementality(
        given.as_of, given.engine, given.present, plays, economics, windows
    )
    currency = economics.currency
    spans = (given.first_day, given.as_of - FOUR_WEEKS)
    week, four = (measure_work(given.as_of, given.engine, d, currency) for d in spans)
    tables = (
        _funnel(week, four, currency),
        effects_table(given, effects),
        promises_table(given, effects),
        assigned_table(given, effects),
        rules_table(week, four),
        reviewing_table(week, four),
        reviews_table(four),
        care_table(week, four, currency),
        prices_table(week, four, currency),
    )
    blocks = tuple(table for table in tables if table.rows)
    lacking = tuple(sorted({"subscriptions"} - given.present))
    return SectionResult(
        Section(ID, TITLE, lines_of(week, effects), blocks, lacking), _members(week, four)
    )


def _funnel(week: AgentActivity, four: AgentActivity, currency: str) -> Table:
    columns = ("step", "in the period", "worth", "in four weeks", "worth in four weeks")
    rows = [
        (words(label), *(c for work in (week, four) for c in cells(work, stage, currency)))
        for stage, label in LABELS
        if any(work.stage(stage).n for work in (week, four))
    ]
    period = between(week.first_day, week.as_of)
    about = About(DEFINITION, period, week.stage("queued").n)
    return Table("work.funnel", "From found to done", about, columns, tuple(rows))


def _members(week: AgentActivity, four: AgentActivity) -> str:
    spans = {work.first_day: work for work in (week, four)}
    return " UNION ALL ".join(
        f"SELECT '{stage_id(work, stage)}' AS figure, m.account_id AS account_id, "
        f"m.proposal AS member_id FROM ({sql.format(first=first, end=work.as_of)}) AS m"
        for first, work in sorted(spans.items())
        for stage, sql in MEMBERS.items()
    )
