"""What reviewers said to each play in each segment: shown, and never taken for an effect."""

from typing import TYPE_CHECKING

from tools.days import between
from tools.document.model import About, Figure, Table, words
from tools.reports.agent_activity.figures import span_of
from tools.reports.agent_activity.review_tables import share_of

if TYPE_CHECKING:
    from tools.document.model import Part
    from tools.reports.agent_activity.measure import AgentActivity, Reviewed

REVIEWED = (
    "Of the proposals of a play in a segment that people decided within four weeks: to how many "
    "they said yes, and how many they edited before. It says what people thought of them, not what "
    "the play does: whoever says yes to the healthier accounts makes a play look better than it is."
)


def reviews_table(work: "AgentActivity") -> Table:
    """How people decided by play and segment; no rows when nobody did."""
    rows = tuple(_row(one, work) for one in work.reviewed)
    decided = sum(one.decided for one in work.reviewed)
    about = About(REVIEWED, between(work.first_day, work.as_of), decided)
    columns = ("play", "segment", "decided", "yes", "edited before")
    return Table("work.reviews", "What reviewers said, by play and segment", about, columns, rows)


def _row(one: "Reviewed", work: "AgentActivity") -> "tuple[Part, ...]":
    key = f"work.reviews.{one.play}.{one.segment or 'none'}"
    span = span_of(work)
    return (
        words(one.play),
        words(one.segment or "none"),
        Figure(f"{key}.decided.{span}", one.decided, "count", closed=True),
        share_of(f"{key}.yes.{span}", one.approved, one.decided, "decisions"),
        share_of(f"{key}.edited.{span}", one.edited, one.decided, "decisions"),
    )
