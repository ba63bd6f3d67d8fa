"""A question in an address: which one, about what, with which inputs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from approvals.web.forms import clean
from tools.errors import BadInput
from tools.roi.decide import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from approvals.web.visits import Visit
    from tools.roi.decide import DecisionSubject, Question, Recommendation

ABOUT = ("account", "deal", "segment")
MOST_INPUTS = 60


@dataclass(frozen=True)
class DecideQuery:
    """What was asked: the inputs typed, and the customer, deal or segment it is about."""

    question: "Question"
    typed: "Mapping[str, str]"
    about: "Mapping[str, str]"

    @property
    def empty(self) -> bool:
        """Whether nothing was asked yet."""
        return not self.typed and not any(self.about.values())

    def subject(self, visit: "Visit") -> "DecisionSubject":
        """What is known of what it is about."""
        return visit.site.parts.views.decision_subject(self.question.key, **self.about)

    def decision(self, subject: "DecisionSubject") -> "Recommendation":
        """The answer, by the same function as every other way of asking."""
        return decide(self.question.key, self.typed, subject)


def query_of(question: "Question", pairs: "Iterable[tuple[str, str]]") -> DecideQuery:
    """Read an address; what is left empty was not typed.

    Raises:
        BadInput: an input that is given twice, is too long or holds what cannot be stored.
    """
    found: dict[str, str] = {}
    for name, text in pairs:
        if name in found:
            raise BadInput(f"{clean('name', name)[:40]} is given twice")
        found[clean("name", name)] = clean(name[:40], text).strip()
    if len(found) > MOST_INPUTS:
        raise BadInput(f"at most {MOST_INPUTS} inputs")
    about = {name: found.pop(name, "") for name in ABOUT}
    return DecideQuery(question, {k: v for k, v in found.items() if v}, about)
