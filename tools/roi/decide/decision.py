"""Answer a question: figures under both conventions, what is missing, what swings it, warnings."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from tools.roi.decide.calculations import compute, derive
from tools.roi.decide.evidence import read_evidence
from tools.roi.decide.likely import likely
from tools.roi.decide.questions import Question, question_of
from tools.roi.decide.tornado import Range, Swing, customary, tornado
from tools.roi.decide.verdict import Ruling, verdict_of
from tools.roi.decide.warnings import warnings_of
from tools.roi.economics import CONVENTIONS
from tools.roi.fixed_point import PRECISE
from tools.roi.formulas import FORMULA_VERSION
from tools.roi.worked_examples import conventions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.roi.cautions import Caution
    from tools.roi.decide.evidence import UsedInput
    from tools.roi.decide.known import DecisionSubject
    from tools.roi.formulas import Convention
    from tools.roi.worked_examples import ExampleAnswer

CROSSES_ZERO = frozenset({"net", "b_over_a", "before_support"})
LASTING = frozenset({"accept", "concession", "retain", "intervene"})
DISCOUNTED = frozenset({"survival, discounted", "Gupta-Lehmann", "immediate"})
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Recommendation:
    """The answer to a question, with everything it rests on; doing nothing is worth exactly 0.

    `figures` are by convention and name; `thresholds` are what can be said while something is
    missing, and where the result turns; `multiples` are the years' worth under every convention in
    use. `likely` is between which values what it is judged by lies four times of five, by the
    ranges that inputs carry; None where none does. Money is in `currency`, '' when none was named.
    """

    question: Question
    subject: "DecisionSubject"
    currency: str
    convention: "Convention"
    verdict: Ruling
    judged_by: str
    figures: "Mapping[Convention, Mapping[str, Decimal]]"
    missing: tuple[str, ...]
    thresholds: "Mapping[str, Decimal]"
    swings: tuple[Swing, ...]
    multiples: "Mapping[str, Decimal]"
    warnings: "tuple[Caution, ...]"
    inputs: "tuple[UsedInput, ...]"
    likely: tuple[Decimal, Decimal] | None
    formula_version: str
    input_hash: str

    @property
    def uncertain(self) -> Swing | None:
        """The input that swings the result most."""
        return self.swings[0] if self.swings and self.swings[0].width > 0 else None


def decide(key: str, typed: "Mapping[str, str]", subject: "DecisionSubject") -> Recommendation:
    """Answer a question from what was typed and what is known; what is typed wins.

    Raises:
        BadInput: no such question or input, or a value that cannot be meant.
    """
    question = question_of(key)
    with localcontext(PRECISE):
        evidence = read_evidence(question, typed, subject)
        given = derive(evidence.values)
        both = {c: compute(question.key, given, c) for c in _conventions()}
        main = both[subject.convention]
        judged_by = _judged_by(question, main)
        measure = _measure(question, subject.convention, judged_by)
        swings = _swings(question, evidence.values, evidence.ranges, measure, judged_by)
        figures = {c: dict(found.figures) for c, found in both.items()}
        return Recommendation(
            question=question,
            subject=subject,
            currency=evidence.currency,
            convention=subject.convention,
            verdict=verdict_of(question, given, both, subject.convention, evidence.currency),
            judged_by=judged_by,
            figures=figures,
            missing=main.missing,
            thresholds=dict(main.breakeven),
            swings=swings,
            multiples=_multiples(question, given),
            warnings=warnings_of(question, given, main, evidence.currency),
            inputs=evidence.used,
            likely=_likely(question, evidence.values, evidence.ranges, measure, judged_by),
            formula_version=FORMULA_VERSION,
            input_hash=_hash(question, evidence.used, subject.convention),
        )


def _conventions() -> "tuple[Convention, ...]":
    return CONVENTIONS


def _judged_by(question: Question, found: "ExampleAnswer") -> str:
    """The first figure or break-even that can be computed; '' when none can."""
    known = {*found.figures, *found.breakeven}
    return next((name for name in question.judged_by if name in known), "")


def _measure(
    question: Question, convention: "Convention", name: str
) -> "Callable[[Mapping[str, Decimal]], Decimal | None]":
    def measure(given: "Mapping[str, Decimal]") -> Decimal | None:
        found = compute(question.key, derive(given), convention)
        return {**found.breakeven, **found.figures}.get(name)

    return measure


def _swings(
    question: Question,
    values: "Mapping[str, Decimal]",
    known: "Mapping[str, Range]",
    measure: "Callable[[Mapping[str, Decimal]], Decimal | None]",
    judged_by: str,
) -> tuple[Swing, ...]:
    """The inputs that matter, varied one at a time."""
    if not judged_by:
        return ()
    ranges = {}
    for name, value in values.items():
        if name not in question.specs:
            continue
        found = known.get(name) or customary(question.specs[name], value)
        if found is not None:
            ranges[name] = found
    crosses = judged_by in CROSSES_ZERO
    found_swings = tornado(values, ranges, question.specs, measure, crosses=crosses)
    return tuple(one for one in found_swings if one.width > 0)


def _likely(
    question: Question,
    values: "Mapping[str, Decimal]",
    known: "Mapping[str, Range]",
    measure: "Callable[[Mapping[str, Decimal]], Decimal | None]",
    judged_by: str,
) -> tuple[Decimal, Decimal] | None:
    """The interval of the net value; of a mere bound or a break-even there is none."""
    return likely(values, known, question.specs, measure) if judged_by in CROSSES_ZERO else None


def _multiples(question: Question, given: "Mapping[str, Decimal]") -> "Mapping[str, Decimal]":
    """Years' worth under every convention in use, where years and renewal are combined yearly."""
    whole = {"years", "renewal"} <= given.keys() and given["years"] == int(given["years"])
    if not whole or given.get("interval_months", Decimal(12)) != 12:
        return {}
    if question.key not in LASTING:
        return {}
    discount, endless = given.get("discount_rate", NOTHING), given["renewal"] < 1
    if endless:
        found = conventions(given["renewal"], int(given["years"]), discount)
        return {k: v for k, v in found.items() if discount > 0 or k not in DISCOUNTED}
    return dict.fromkeys(_conventions(), given["years"])  # endless sums have no end


def _hash(question: Question, used: "tuple[UsedInput, ...]", convention: str) -> str:
    """sha256 over the question, every input with its range, and the formulas, in canonical JSON."""
    record = {
        "question": question.key,
        "convention": convention,
        "formula": FORMULA_VERSION,
        "inputs": [
            [one.name, _text(one.value), _text(one.low), _text(one.high)]
            for one in sorted(used, key=lambda one: one.name)
        ],
    }
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
