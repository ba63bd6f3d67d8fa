"""The seven questions, the inputs each takes, and the figures each is judged by."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from tools.errors import Absent, nearest
from tools.roi.decide.inputs import INPUTS, InputSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

AHEAD = ("years", "renewal", "lost", "cycles", "interval_months", "discount_rate")


@dataclass(frozen=True)
class Question:
    """A question: its inputs in order, the calculation behind it, and what it is judged by.

    `judged_by` are figures or break-evens in order of preference; the first that can be computed
    is what the ranges of the inputs are shown for.
    """

    key: str
    title: str
    says: str
    inputs: tuple[str, ...]
    judged_by: tuple[str, ...]

    @property
    def specs(self) -> "Mapping[str, InputSpec]":
        """Its inputs by name."""
        return MappingProxyType({name: INPUTS[name] for name in self.inputs})


QUESTIONS: MappingProxyType[str, Question] = MappingProxyType(
    {
        one.key: one
        for one in (
            Question(
                "accept",
                "Accept this customer?",
                "what it brings over its lifetime, less winning it",
                ("revenue", "margin", "support", *AHEAD, "expected_lifetime", "acquisition"),
                ("net",),
            ),
            Question(
                "accelerate",
                "Accelerate this deal?",
                "what a push brings, less what it costs",
                (
                    "probability",
                    "p0",
                    "value",
                    "margin",
                    "cost",
                    "support",
                    "months_sooner",
                    "discount_rate",
                ),
                ("net",),
            ),
            Question(
                "concession",
                "Accept this concession?",
                "what a lower margin loses, and what pays it",
                ("revenue", "margin", "margin_after", "support", *AHEAD, "probability", "p0"),
                ("net", "loss"),
            ),
            Question(
                "campaigns",
                "Campaign A or B?",
                "what B brings more than A, less what it costs more",
                ("cost_a", "cost_b", "expansion_a", "expansion_b", "expansion_value", "margin"),
                ("b_over_a", "expansion_value"),
            ),
            Question(
                "retain",
                "Retain or let go?",
                "what keeping the customer brings, less the attempt",
                (
                    "renewal",
                    "lost",
                    "cycles",
                    "revenue",
                    "margin",
                    "support",
                    "years",
                    "interval_months",
                    "discount_rate",
                    "cost",
                    "effect",
                    "losses_prevented",
                    "window_days",
                ),
                ("net", "headroom", "headroom_share"),
            ),
            Question(
                "expand",
                "Push this expansion?",
                "what an expansion brings, less the push",
                (
                    "probability",
                    "p0",
                    "value",
                    "margin",
                    "cost",
                    "cost_scope",
                    "audience",
                    "support",
                ),
                ("net", "before_support", "gross"),
            ),
            Question(
                "intervene",
                "Intervene?",
                "what there is to gain, and whether it pays the effort",
                (
                    "renewal",
                    "lost",
                    "cycles",
                    "revenue",
                    "margin",
                    "support",
                    "years",
                    "interval_months",
                    "discount_rate",
                    "cost",
                    "effect",
                    "losses_prevented",
                    "window_days",
                ),
                ("net", "headroom", "headroom_share"),
            ),
        )
    }
)


def question_of(key: str) -> Question:
    """The question of that name.

    Raises:
        Absent: when there is none; it names the nearest.
    """
    if key not in QUESTIONS:
        raise Absent(f"no question is called {key[:40]!r}; {nearest(key, QUESTIONS)}")
    return QUESTIONS[key]
