"""A decision as a record: what the API gives, `--json` prints and the page shows."""

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from tools.roi.decide.inputs import INPUTS
from tools.roi.decide.labels import FIGURES, THRESHOLDS, UNITS, rounded, written
from tools.roi.decide.questions import QUESTIONS
from tools.roi.fixed_point import PRECISE

if TYPE_CHECKING:
    from tools.roi.decide.decision import Recommendation
    from tools.roi.decide.evidence import UsedInput
    from tools.roi.decide.labels import Unit
    from tools.roi.decide.tornado import Swing


def record(found: "Recommendation") -> dict[str, Any]:
    """Everything of a decision; numbers are texts, rounded once."""
    with localcontext(PRECISE):  # a break-even may have thirty digits before its point
        return _record(found)


def _record(found: "Recommendation") -> dict[str, Any]:
    return {
        "question": found.question.key,
        "title": found.question.title,
        "about": found.subject.name,
        "answer": found.verdict.answer,
        "words": found.verdict.words,
        "currency": found.currency,
        "convention": found.convention,
        "judged_by": found.judged_by,
        "figures": [_figure(found, name) for name in _names(found)],
        "likely": _likely(found),
        "missing": list(found.missing),
        "breakeven": [_threshold(found, name) for name in found.thresholds],
        "most_uncertain": None if found.uncertain is None else _swing(found, found.uncertain),
        "tornado": [_swing(found, one) for one in found.swings],
        "multiples": [_multiple(found, name) for name in found.multiples],
        "warnings": [{"id": one.id, "words": one.text} for one in found.warnings],
        "notes": list(found.subject.notes),
        "inputs": [_input(found, one) for one in found.inputs],
        "formula_version": found.formula_version,
        "input_hash": found.input_hash,
    }


def _names(found: "Recommendation") -> list[str]:
    """The figures in their order, doing nothing last."""
    known = {name for one in found.figures.values() for name in one}
    return [name for name in FIGURES if name in known]


def _figure(found: "Recommendation", name: str) -> dict[str, Any]:
    label, unit = FIGURES[name]
    return {
        "name": name,
        "label": label,
        "unit": unit,
        "by_convention": {
            convention: _value(figures[name], unit, found.currency)
            for convention, figures in found.figures.items()
            if name in figures
        },
    }


def _value(value: "Decimal", unit: "Unit", currency: str) -> dict[str, str]:
    return {"value": rounded(value, unit, currency), "words": written(value, unit, currency)}


def _multiple(found: "Recommendation", name: str) -> dict[str, Any]:
    """Years' worth under one convention, and the net it leads to where there is one."""
    years, mine, net = found.multiples[name], found.figures["survival"], None
    if found.question.key == "accept" and "net" in mine:
        net = mine["contribution"] * years - (mine["lifetime_value"] - mine["net"])
    elif {"value", "gain", "net"} <= mine.keys() and _counted(found):
        net = mine["gain"] * years / _counted(found) - (mine["gain"] - mine["net"])
    return {
        "convention": name,
        "years": rounded(years, "years", ""),
        "words": written(years, "years", ""),
        "net": None if net is None else _value(net, "money", found.currency),
    }


def _counted(found: "Recommendation") -> "Decimal":
    """The years' worth behind the figures of the survival convention."""
    name = "survival, discounted"
    return found.multiples.get(name, found.multiples.get("survival", Decimal(0)))


def _likely(found: "Recommendation") -> dict[str, Any] | None:
    """Between which values what it is judged by lies four times of five."""
    if found.likely is None:
        return None
    unit = unit_of_judged(found)
    low, high = (_value(end, unit, found.currency) for end in found.likely)
    words = f"likely between {low['words']} and {high['words']} (4 of 5 times)"
    return {"low": low, "high": high, "words": words}


def _threshold(found: "Recommendation", name: str) -> dict[str, Any]:
    label, unit = THRESHOLDS[name]
    return {
        "name": name,
        "label": label,
        "unit": unit,
        **_value(found.thresholds[name], unit, found.currency),
    }


def unit_of_judged(found: "Recommendation") -> "Unit":
    """What the result is measured in."""
    return (FIGURES.get(found.judged_by) or THRESHOLDS[found.judged_by])[1]


def _swing(found: "Recommendation", swing: "Swing") -> dict[str, Any]:
    spec, result = INPUTS[swing.name], unit_of_judged(found)
    unit = UNITS[spec.kind]
    turns = swing.turns_at
    return {
        "name": swing.name,
        "label": spec.label,
        "unit": unit,
        "range": swing.source,
        "low": _value(swing.low, unit, found.currency),
        "high": _value(swing.high, unit, found.currency),
        "at_low": _value(swing.at_low, result, found.currency),
        "at_high": _value(swing.at_high, result, found.currency),
        "breakeven": None if turns is None else _value(turns, unit, found.currency),
    }


def _input(found: "Recommendation", one: "UsedInput") -> dict[str, Any]:
    spec, unit = INPUTS[one.name], UNITS[INPUTS[one.name].kind]
    words = "not known"
    if one.value is not None and spec.choices:
        words = spec.choices[int(one.value)].replace("_", " ")
    elif one.value is not None:
        words = written(one.value, unit, found.currency)
    return {
        "name": one.name,
        "label": one.label,
        "unit": unit,
        "value": None if one.value is None else f"{one.value.normalize():f}",
        "words": words,
        "typed": one.shown,
        "source": one.source,
        "owner": one.owner,
        "instead_of": one.instead,
    }


def questions_record() -> list[dict[str, Any]]:
    """Every question with its inputs, for a program that asks."""
    return [
        {
            "question": one.key,
            "title": one.title,
            "says": one.says,
            "inputs": [
                {
                    "name": spec.name,
                    "unit": UNITS[spec.kind],
                    "label": spec.label,
                    "help": spec.help,
                    "choices": list(spec.choices),
                }
                for spec in one.specs.values()
            ],
        }
        for one in QUESTIONS.values()
    ]
