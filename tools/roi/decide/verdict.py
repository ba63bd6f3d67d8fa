"""The answer in one sentence: yes, no, it depends, or what is missing."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from tools.figures import percent
from tools.roi.decide.labels import whole, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.roi.decide.questions import Question
    from tools.roi.formulas import Convention
    from tools.roi.worked_examples import ExampleAnswer

Say = Literal["yes", "no", "depends", "not computable"]


@dataclass(frozen=True)
class Ruling:
    """Yes, no, or what it depends on, and the sentence that says so."""

    answer: Say
    words: str


@dataclass(frozen=True)
class DecisionCase:
    """One question's inputs and its answer under the convention in force."""

    given: "Mapping[str, Decimal]"
    found: "ExampleAnswer"
    currency: str

    def money(self, value: Decimal) -> str:
        """Money in a sentence."""
        return whole(value, self.currency)

    @property
    def lacking(self) -> Ruling:
        """What to say when inputs are missing."""
        return Ruling("not computable", f"Not computable: missing {', '.join(self.found.missing)}.")


def verdict_of(
    question: "Question",
    given: "Mapping[str, Decimal]",
    both: "Mapping[Convention, ExampleAnswer]",
    convention: "Convention",
    currency: str,
) -> Ruling:
    """The answer under the convention in force, unless the other turns it round."""
    found = both[convention]
    if found.figures.get("net") == 0:
        return Ruling(
            "no", "No: it brings as much as it costs, and doing nothing is worth as much."
        )
    said = _SAY[question.key](DecisionCase(given, found, currency))
    nets = {name: one.figures["net"] for name, one in both.items() if "net" in one.figures}
    if said.answer in {"yes", "no"} and len({net > 0 for net in nets.values()}) > 1:
        told = ", ".join(f"{name} {whole(net, currency)}" for name, net in nets.items())
        return Ruling("depends", f"It depends on how years and renewal are combined: {told}.")
    return said


def _accept(case: DecisionCase) -> Ruling:
    net = case.found.figures.get("net")
    if net is None:
        return case.lacking
    if net > 0:
        return Ruling("yes", f"Yes: it brings {case.money(net)} more than winning it costs.")
    return Ruling("no", f"No: winning it costs {case.money(-net)} more than it brings.")


def _accelerate(case: DecisionCase) -> Ruling:
    net, needs = case.found.figures.get("net"), case.found.breakeven.get("effect")
    if net is None and needs is not None:
        points = written(needs, "points", "")
        words = f"{case.lacking.words} It pays if it adds more than {points} to the chance."
        return Ruling("not computable", words)
    if net is None:
        return case.lacking
    gross = "" if "p0" in case.given else ", if nothing would have closed without it"
    if net > 0:
        return Ruling("yes", f"Yes: the push brings {case.money(net)} more than it costs{gross}.")
    return Ruling("no", f"No: the push costs {case.money(-net)} more than it brings.")


def _concession(case: DecisionCase) -> Ruling:
    figures = case.found.figures
    if "net" in figures:
        net = figures["net"]
        if net > 0:
            return Ruling(
                "yes",
                f"Yes: the better chance to close is worth {case.money(net)} "
                "more than the margin it gives away.",
            )
        return Ruling(
            "no",
            f"No: it gives away {case.money(-net)} more than the better chance to close is worth.",
        )
    if "loss" not in figures:
        return case.lacking
    loss, gain = case.money(figures["loss"]), case.found.breakeven.get("relative_gain")
    if figures["loss"] == 0:
        return Ruling("yes", "Yes: it loses nothing.")
    if gain is None:
        return Ruling("no", f"No: it loses {loss}, and with it the customer leaves nothing.")
    return Ruling(
        "no",
        f"No, unless it raises the chance to close by more than {percent(gain)} "
        f"of itself: it loses {loss}.",
    )


def _campaigns(case: DecisionCase) -> Ruling:
    found, given = case.found, case.given
    if "b_over_a" in found.figures:
        net = found.figures["b_over_a"]
        if net == 0:
            return Ruling("depends", "Neither: they are worth the same.")
        return Ruling(
            "yes" if net > 0 else "no",
            f"{'B' if net > 0 else 'A'}: it is worth {case.money(abs(net))} more a "
            "customer than the other.",
        )
    if "expansion_value" not in found.missing or len(found.missing) > 1:
        return case.lacking
    if "expansion_value" in found.breakeven:
        dearer = "B" if given["cost_b"] > given["cost_a"] else "A"
        worth = case.money(found.breakeven["expansion_value"])
        other = "A" if dearer == "B" else "B"
        return Ruling(
            "depends",
            f"{dearer} if an expansion is worth more than {worth}, else "
            f"{other}; not computable: missing expansion_value.",
        )
    return _one_sided(case)


def _one_sided(case: DecisionCase) -> Ruling:
    """No value of an expansion turns the choice round: one is no dearer and no worse."""
    cheaper = case.given["cost_b"] - case.given["cost_a"]
    more = case.given["expansion_b"] - case.given["expansion_a"]
    if cheaper == 0 and more == 0:
        return Ruling("depends", "Neither: they cost and bring the same.")
    better = "B" if cheaper <= 0 and more >= 0 else "A"
    return Ruling(
        "yes" if better == "B" else "no",
        f"{better}, whatever an expansion is worth: it costs no more and brings no less.",
    )


def _stay(yes: str, no: str, try_not: str) -> "Callable[[DecisionCase], Ruling]":
    def say(case: DecisionCase) -> Ruling:
        figures, cost = case.found.figures, case.given.get("cost")
        if "headroom" not in figures:
            return _little(case)
        value, headroom = figures["value"], figures["headroom"]
        if value <= 0:
            return Ruling(
                "no", f"{no}: keeping it is worth {case.money(value)}, so there is nothing to gain."
            )
        if cost is not None and cost >= headroom:
            return Ruling(
                "no",
                f"{no}: even an attempt that always works gains at most "
                f"{case.money(headroom)}, and it costs {case.money(cost)}.",
            )
        if "net" not in figures:
            return _at_most(case)
        net = figures["net"]
        if net > 0:
            return Ruling("yes", f"{yes}: it brings {case.money(net)} more than it costs.")
        return Ruling("no", f"{try_not}: it costs {case.money(-net)} more than it brings.")

    return say


def _little(case: DecisionCase) -> Ruling:
    share = case.found.breakeven.get("headroom_share")
    if share is None:
        return case.lacking
    most = f"At most {percent(share)} of what the customer is worth can be gained"
    return Ruling("not computable", f"{case.lacking.words} {most}, so it must cost less.")


def _at_most(case: DecisionCase) -> Ruling:
    headroom = case.money(case.found.figures["headroom"])
    effect = case.found.breakeven.get("effect")
    needs = ""
    if effect is not None:
        points = written(effect, "points", "")
        needs = f", and it must change the chance to stay by {points} to pay"
    words = f"{case.lacking.words} At most {headroom} can be gained{needs}."
    return Ruling("not computable", words)


def _expand(case: DecisionCase) -> Ruling:
    figures, breakeven = case.found.figures, case.found.breakeven
    gross = "" if "p0" in case.given else ", if nobody would expand without it"
    if "net" in figures:
        net = figures["net"]
        if net > 0:
            return Ruling(
                "yes", f"Yes: the push brings {case.money(net)} more than it costs{gross}."
            )
        return Ruling("no", f"No: the push costs {case.money(-net)} more than it brings.")
    if "before_support" in figures:
        left = figures["before_support"]
        if left <= 0 or "support" not in breakeven:
            return Ruling("no", f"No: it is worth {case.money(left)} even before support.")
        each, once = (case.money(breakeven[name]) for name in ("support", "support_once"))
        return Ruling(
            "not computable",
            "Not computable: missing support. It pays while support "
            f"stays below {each} for each customer who expands, or {once} in "
            "all.",
        )
    if "gross" in figures:
        most = case.money(figures["gross"])
        return Ruling(
            "not computable",
            f"{case.lacking.words[:-1]}. It pays while the push costs less than {most}{gross}.",
        )
    return case.lacking


_SAY: "Mapping[str, Callable[[DecisionCase], Ruling]]" = {
    "accept": _accept, "accelerate": _accelerate, "concession": _concession,
    "campaigns": _campaigns, "expand": _expand,
    "retain": _stay("Retain", "Let go", "Make no attempt"),
    "intervene": _stay("Intervene", "Leave alone", "Leave alone"),
}  # fmt: skip
