"""What segments are: names, goals, conditions, windows; not yet bound to a company."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from tools.rule_types import Kind
    from tools.rules import RuleText

Outcome = Literal["renewal", "churn", "expansion", "return"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
WINDOWS = (*OUTCOMES, "grace", "activity")
FEWEST, MOST = 3, 6  # three to five that are treated, and one that is left alone
# Known of every account beside the features of the feature list.
ALWAYS: "dict[str, Kind]" = {"active": "truth", "stage": "text"}


@dataclass(frozen=True)
class Threshold:
    """A quantile of a feature among some accounts; its value is frozen with the version.

    With `per`, of the feature divided by another one, as use by seats.
    """

    name: str
    feature: str
    quantile: float
    among: "RuleText"
    per: str | None = None


@dataclass(frozen=True)
class SegmentCondition:
    """One way into a segment; usable when `needs` are there and `lacking` are not."""

    rule: "RuleText"
    needs: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Segment:
    """A group with one revenue goal and the outcomes its accounts can come to."""

    name: str
    goal: str
    means: str
    outcomes: tuple[str, ...]
    when: tuple[SegmentCondition, ...]


@dataclass(frozen=True)
class SegmentRules:
    """The whole file, in order; `small` replaces `segments` below `under` accounts.

    Attributes:
        windows: days to wait, by outcome, and `grace` and `activity`.
    """

    version: int
    thresholds: tuple[Threshold, ...]
    segments: tuple[Segment, ...]
    under: int
    small: tuple[Segment, ...]
    windows: tuple[tuple[str, int], ...]
