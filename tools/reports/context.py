"""What the sections of a report are given, and what they give back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.days import between

if TYPE_CHECKING:
    from tools.document.model import Section
    from tools.warehouse.engine import Engine


@dataclass(frozen=True)
class ReportContext:
    """The world on the morning after a period.

    Attributes:
        as_of: day number D; only days before D, and what was known by D.
        first_day: first day of the period; its last is the day before `as_of`.
        engine: holds the as-of relations, `features`, `timeline`, `roster`, `segments`, `scores`,
            `candidates`, `left_alone` and `outcomes` of the day.
        present: canonical tables this company has at all.
    """

    as_of: int
    first_day: int
    engine: "Engine"
    present: frozenset[str]

    @property
    def period(self) -> str:
        """The days of the period in words."""
        return between(self.first_day, self.as_of)


@dataclass(frozen=True)
class SectionResult:
    """A section, and who is behind its figures.

    `members` is a query (a SELECT without an end) of columns `figure` (the figure's id),
    `account_id` (NULL where the member has none) and `member_id`, one distinct row for each
    member of each figure with `drill`; '' when no figure can be drilled into.
    """

    section: "Section"
    members: str = ""
