"""The inputs of one question: what was typed, what is known, and which of the two counts."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.errors import BadInput, nearest
from tools.roi.decide.known import TYPED, KnownInput
from tools.roi.decide.number_input import currency_named, read_input
from tools.roi.decide.tornado import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.roi.decide.inputs import InputSpec
    from tools.roi.decide.known import Subject
    from tools.roi.decide.questions import Question

LOW, HIGH = "_low", "_high"
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
class Evidence:
    """Every input used, their values and known ranges, and the currency of money."""

    used: tuple[UsedInput, ...]
    values: "Mapping[str, Decimal]"
    ranges: "Mapping[str, Range]"
    currency: str


def read_evidence(question: "Question", typed: "Mapping[str, str]", subject: "Subject") -> Evidence:
    """Read what was typed strictly and put it over what is known.

    Raises:
        BadInput: an input of no such name, a value that cannot be meant, a range without sense.
    """
    texts = {_name(question, name): text for name, text in typed.items() if text.strip()}
    currency = subject.currency or currency_named(
        text for name, text in texts.items() if question.specs[_base(name)].kind == "money"
    )
    read = {
        name: read_input(question.specs[_base(name)], text, currency, subject.rates)
        for name, text in texts.items()
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
    return Evidence(used, values, _ranges(used), currency)


def _name(question: "Question", name: str) -> str:
    """The name of an input or of an end of its range."""
    found = name.strip().lower().replace("-", "_")
    if _base(found) not in question.specs:
        hint = nearest(_base(found), question.specs)
        raise BadInput(f"{question.key} takes no input {name[:40]!r}; {hint}")
    return found


def _base(name: str) -> str:
    return name.removesuffix(LOW).removesuffix(HIGH)


ALTERNATIVES = (("renewal", "lost"), ("renewal", "cycles"), ("expected_lifetime", "years"),
                ("expected_lifetime", "renewal"), ("effect", "losses_prevented"))  # fmt: skip


def _check_alternatives(read: "Mapping[str, Decimal | None]") -> None:
    """Refuse the same thing typed in two ways."""
    for one, other in ALTERNATIVES:
        if one in read and other in read:
            raise BadInput(f"{one} and {other} say the same in two ways; leave one of them out")


def _known_unless_said(
    name: str, read: "Mapping[str, Decimal | None]", subject: "Subject"
) -> KnownInput | None:
    """What is known of an input, unless a person said the same thing in another way."""
    said = {a for a, b in ALTERNATIVES if b in read} | {b for a, b in ALTERNATIVES if a in read}
    return None if name in said else subject.known.get(name)


def _used(
    spec: "InputSpec", read: "Mapping[str, Decimal | None]", texts: "Mapping[str, str]",
    known: KnownInput | None,
) -> UsedInput | None:  # fmt: skip
    name = spec.name
    if name not in read and known is None:
        if name + LOW in read or name + HIGH in read:
            raise BadInput(f"{name}{LOW} and {name}{HIGH} need {name} as well")
        return None
    if name not in read:
        assert known is not None  # noqa: S101 - read above
        low, high = _ends(name, read, known.low, known.high, known.value)
        return UsedInput(name, spec.label, spec.kind, known.value, "", known.source, known.owner,
                         low, high)  # fmt: skip
    value = read[name]
    low, high = _ends(name, read, None, None, value)
    instead = "" if known is None else f"{known.value.normalize():f}, {known.source}"
    return UsedInput(name, spec.label, spec.kind, value, texts[name].strip(), TYPED, "you",
                     low, high, instead)  # fmt: skip


def _ends(
    name: str, read: "Mapping[str, Decimal | None]", low: Decimal | None, high: Decimal | None,
    value: Decimal | None,
) -> tuple[Decimal | None, Decimal | None]:  # fmt: skip
    """The range typed or known, which must hold the value."""
    low, high = read.get(name + LOW, low), read.get(name + HIGH, high)
    if value is None or (low is None and high is None):
        return None, None
    low, high = value if low is None else low, value if high is None else high
    if not low <= value <= high:
        raise BadInput(f"{name}: {value.normalize():f} is not between its low {low.normalize():f} "
                       f"and its high {high.normalize():f}")  # fmt: skip
    return low, high


def _ranges(used: "tuple[UsedInput, ...]") -> "dict[str, Range]":
    return {
        one.name: Range(one.low, one.high, one.source)
        for one in used if one.low is not None and one.high is not None
    }  # fmt: skip
