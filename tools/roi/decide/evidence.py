"""The inputs of one question: what was typed, what is known, and which of the two counts."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.errors import BadInput, nearest
from tools.roi.decide.aliases import HIGH, LOW, base_of, names_of, own_name
from tools.roi.decide.known import TYPED, KnownInput
from tools.roi.decide.number_input import currency_named, read_input
from tools.roi.decide.tornado import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.roi.decide.inputs import InputSpec
    from tools.roi.decide.known import DecisionSubject
    from tools.roi.decide.questions import Question

SUPPORT_UNKNOWN = "support_high"  # how the worked examples call support that is not counted as 0


@dataclass(frozen=True)
class UsedInput:
    """One input as it is used: its value, range and source; `instead` is the known value replaced.

    A value of None is one a person says is not known.
    """

    name: str
    label: str
    kind: str
    value: Decimal | None
    shown: str
    source: str
    owner: str
    low: Decimal | None
    high: Decimal | None
    instead: str = ""


@dataclass(frozen=True)
class DecisionEvidence:
    """Every input used, their values and known ranges, and the currency of money."""

    used: tuple[UsedInput, ...]
    values: "Mapping[str, Decimal]"
    ranges: "Mapping[str, Range]"
    currency: str


def read_evidence(
    question: "Question", typed: "Mapping[str, str]", subject: "DecisionSubject"
) -> DecisionEvidence:
    """Read what was typed strictly and put it over what is known.

    Raises:
        BadInput: an input of no such name, a value that cannot be meant, a range without sense.
    """
    texts, times = _texts(question, typed)
    currency = subject.currency or currency_named(
        text for name, text in texts.items() if question.specs[base_of(name)].kind == "money"
    )
    read = {
        name: _times(read_input(question.specs[base_of(name)], text, currency, subject.rates), many)
        for (name, text), many in zip(texts.items(), times, strict=True)
    }
    texts = {
        name: text if many == 1 else f"{text.strip()} a month"
        for (name, text), many in zip(texts.items(), times, strict=True)
    }
    _check_alternatives(read)
    used = tuple(
        one
        for spec in question.specs.values()
        if (one := _used(spec, read, texts, _known_unless_said(spec.name, read, subject)))
    )
    values = {one.name: one.value for one in used if one.value is not None}
    if any(one.name == "support" and one.value is None for one in used):
        values[SUPPORT_UNKNOWN] = Decimal(1)
    return DecisionEvidence(used, values, _ranges(used), currency)


def _texts(
    question: "Question", typed: "Mapping[str, str]"
) -> "tuple[dict[str, str], list[Decimal]]":
    """What was typed by the name of the input, and how many of each amount make a year's."""
    texts: dict[str, str] = {}
    times, said = [], dict[str, str]()
    for name, text in typed.items():
        if not text.strip():
            continue
        found, many = _name(question, name)
        if found in texts:
            raise BadInput(
                f"{said[found]} and {name.strip()} say the same in two ways; leave one of them out"
            )
        texts[found], said[found] = text, name.strip()
        times.append(many)
    return texts, times


def _times(value: Decimal | None, many: Decimal) -> Decimal | None:
    return None if value is None else value * many


def _name(question: "Question", name: str) -> tuple[str, Decimal]:
    """The name of an input or of an end of its range, and how many of it make a year's."""
    found, many = own_name(name.strip().lower().replace("-", "_"), question.specs)
    if base_of(found) not in question.specs:
        hint = nearest(base_of(found), names_of(question.specs))
        raise BadInput(f"{question.key} takes no input {name[:40]!r}; {hint}")
    return found, many


ALTERNATIVES = (("renewal", "lost"), ("renewal", "cycles"), ("expected_lifetime", "years"),
                ("expected_lifetime", "renewal"), ("effect", "losses_prevented"))  # fmt: skip


def _check_alternatives(read: "Mapping[str, Decimal | None]") -> None:
    """Refuse the same thing typed in two ways."""
    for one, other in ALTERNATIVES:
        if one in read and other in read:
            raise BadInput(f"{one} and {other} say the same in two ways; leave one of them out")


def _known_unless_said(
    name: str, read: "Mapping[str, Decimal | None]", subject: "DecisionSubject"
) -> KnownInput | None:
    """What is known of an input, unless a person said the same thing in another way."""
    said = {a for a, b in ALTERNATIVES if b in read} | {b for a, b in ALTERNATIVES if a in read}
    return None if name in said else subject.known.get(name)


def _used(
    spec: "InputSpec",
    read: "Mapping[str, Decimal | None]",
    texts: "Mapping[str, str]",
    known: KnownInput | None,
) -> UsedInput | None:
    name = spec.name
    if name not in read and known is None:
        if name + LOW in read or name + HIGH in read:
            raise BadInput(f"{name}{LOW} and {name}{HIGH} need {name} as well")
        return None
    if name not in read:
        assert known is not None  # noqa: S101 - read above
        low, high = _ends(name, read, known.low, known.high, known.value)
        return UsedInput(
            name, spec.label, spec.kind, known.value, "", known.source, known.owner, low, high
        )
    value = read[name]
    low, high = _ends(name, read, None, None, value)
    instead = "" if known is None else f"{known.value.normalize():f}, {known.source}"
    return UsedInput(
        name, spec.label, spec.kind, value, texts[name].strip(), TYPED, "you", low, high, instead
    )


def _ends(
    name: str,
    read: "Mapping[str, Decimal | None]",
    low: Decimal | None,
    high: Decimal | None,
    value: Decimal | None,
) -> tuple[Decimal | None, Decimal | None]:
    """The range typed or known, which must hold the value."""
    low, high = read.get(name + LOW, low), read.get(name + HIGH, high)
    if value is None or (low is None and high is None):
        return None, None
    low, high = value if low is None else low, value if high is None else high
    if not low <= value <= high:
        raise BadInput(
            f"{name}: {value.normalize():f} is not between its low {low.normalize():f} "
            f"and its high {high.normalize():f}"
        )
    return low, high


def _ranges(used: "tuple[UsedInput, ...]") -> "dict[str, Range]":
    return {
        one.name: Range(one.low, one.high, one.source)
        for one in used
        if one.low is not None and one.high is not None
    }
