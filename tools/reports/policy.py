"""What a report measures, read strictly from YAML: an unknown key names the nearest one."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast, get_args

from tools.days import day_number
from tools.errors import BadInput, nearest
from tools.reading import Node, read_yaml
from tools.reports.changes.level_shifts import Acceptance
from tools.reports.internal import Internal
from tools.reports.retention.spec import (
    Average,
    Base,
    Birth,
    Breakdown,
    Clock,
    Entity,
    Incomplete,
    Mode,
    RetentionSpec,
    Return,
    Unit,
    WeekStart,
)
from tools.reports.revenue.movements import Boundary
from tools.reports.revenue.spec import MoneySpec, Projection, Rate

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOP = ("version", "week_start", "internal", "retention", "money", "accepted")
_WORDS = {
    "entity": Entity, "birth": Birth, "returns": Return, "mode": Mode, "clock": Clock,
    "unit": Unit, "cohort": Unit, "incomplete": Incomplete, "base": Base, "mean": Average,
}  # fmt: skip
_RETENTION = (
    *_WORDS, "recurring", "event", "buckets", "brackets", "curve", "min_size", "breakdowns",
    "reactivations",
)  # fmt: skip
_MONEY = (
    "months", "boundary", "without_largest", "min_size", "ages", "usage", "projection", "currency",
    "rates",
)  # fmt: skip


@dataclass(frozen=True)
class RetentionQuestion:
    """One definition of retention with what is shown of it.

    Attributes:
        curve: the last unit of the curve from 0 on; 0 is no curve.
        breakdowns: what it is split by besides.
        reactivations: whether those who came back are shown apart.
    """

    spec: RetentionSpec
    curve: int = 12
    breakdowns: tuple[Breakdown, ...] = ()
    reactivations: bool = True

    @property
    def curve_spec(self) -> RetentionSpec:
        """The same definition in every unit from 0 on, each in itself or from it on."""
        mode: Mode = "on" if self.spec.mode == "bracket" else self.spec.mode
        return replace(self.spec, mode=mode, brackets=(), buckets=tuple(range(self.curve + 1)))


@dataclass(frozen=True)
class ReportPolicy:
    """What the sections about retention and money measure."""

    retention: tuple[RetentionQuestion, ...]
    money: MoneySpec
    accepted: tuple[Acceptance, ...] = ()


def parse_report_policy(text: str, where: str) -> ReportPolicy:
    """Read the file.

    Raises:
        BadInput: anything unknown or wrong, with file, key and the nearest match.
    """
    top = read_yaml(text, where).only(_TOP)
    top.whole("version", 1, 1)
    internal = _internal(top)
    week = _word(top, "week_start", WeekStart, "monday")
    if top.has("retention"):
        asked = tuple(_question(node, week, internal) for node in top.nodes("retention"))
    else:
        asked = (RetentionQuestion(RetentionSpec(internal=internal)),)
    return ReportPolicy(asked, _money(top, internal), tuple(_accepted(top)))


def _accepted(top: Node) -> "Iterator[Acceptance]":
    """Levels of *What changed* that are as they should be."""
    for each in top.nodes("accepted") if top.has("accepted") else ():
        each.only(("series", "day", "why"))
        yield Acceptance(each.text("series"), day_number(each.day("day")), each.text("why"))


def _question(node: Node, week: str, internal: Internal) -> RetentionQuestion:
    node.only(_RETENTION)
    plain = RetentionSpec()
    words = {key: _word(node, key, kind, getattr(plain, key)) for key, kind in _WORDS.items()}
    bracket = words["mode"] == "bracket"
    given: dict[str, Any] = words | {
        "week_start": week,
        "internal": internal,
        "recurring": _flag(node, "recurring", given=False),
        "event": node.text("event") if node.has("event") else None,
        "buckets": () if bracket else _wholes(node, "buckets", plain.buckets),
        "brackets": tuple(_brackets(node)),
        "min_size": _whole(node, "min_size", plain.min_size, 1),
    }
    try:
        spec = RetentionSpec(**given)
    except BadInput as error:
        raise BadInput(f"{node.where}: {error}") from error
    parts = _breakdowns(node)
    return RetentionQuestion(
        spec, _whole(node, "curve", 12), parts, _flag(node, "reactivations", given=True)
    )


def _breakdowns(node: Node) -> tuple[Breakdown, ...]:
    if not node.values.get("breakdowns"):
        return ()
    for name in node.texts("breakdowns"):
        if name not in get_args(Breakdown):
            hint = nearest(name, get_args(Breakdown))
            raise BadInput(f"{node.at('breakdowns')}: {name!r} is not known; {hint}")
    return cast("tuple[Breakdown, ...]", node.texts("breakdowns"))


def _internal(top: Node) -> Internal:
    if not top.has("internal"):
        return Internal()
    node = top.node("internal").only(("domains", "accounts"))
    return Internal(_texts(node, "domains"), _texts(node, "accounts"))


def _money(top: Node, internal: Internal) -> MoneySpec:
    plain = MoneySpec(internal=internal)
    if not top.has("money"):
        return plain
    node = top.node("money").only(_MONEY)
    return MoneySpec(
        months=_whole(node, "months", plain.months, 1),
        boundary=_word(node, "boundary", Boundary, plain.boundary),
        without_largest=_flag(node, "without_largest", given=plain.without_largest),
        min_size=_whole(node, "min_size", plain.min_size, 1),
        ages=_wholes(node, "ages", plain.ages),
        usage=_flag(node, "usage", given=plain.usage),
        projection=_projection(node),
        currency=node.text("currency") if node.has("currency") else "",
        rates=tuple(_rates(node)),
        internal=internal,
    )


def _projection(node: Node) -> Projection:
    plain = Projection()
    if not node.has("projection"):
        return plain
    inner = node.node("projection").only(tuple(vars(plain)))
    return Projection(**{key: _whole(inner, key, value) for key, value in vars(plain).items()})


def _rates(node: Node) -> "Iterator[Rate]":
    for each in node.nodes("rates") if node.has("rates") else ():
        each.only(("currency", "day", "rate", "source"))
        rate = each.number("rate")
        if not rate:
            raise BadInput(f"{each.at('rate')}: a rate of 0 makes an amount vanish")
        day = day_number(each.day("day"))
        yield Rate(each.text("currency"), day, rate, each.text("source"))


def _word(node: Node, key: str, kind: Any, given: Any) -> Any:
    return node.choice(key, get_args(kind)) if node.has(key) else given


def _flag(node: Node, key: str, *, given: bool) -> bool:
    return node.flag(key) if node.has(key) else given


def _whole(node: Node, key: str, given: int, low: int = 0) -> int:
    return node.whole(key, low, 1000) if node.has(key) else given


def _texts(node: Node, key: str) -> tuple[str, ...]:
    return node.texts(key) if node.values.get(key) else ()


def _wholes(node: Node, key: str, given: tuple[int, ...]) -> tuple[int, ...]:
    if not node.has(key):
        return given
    value = node.get(key)
    if not isinstance(value, list) or not value or not all(type(n) is int for n in value):
        raise BadInput(f"{node.at(key)}: expected whole numbers as [1, 4, 12], got {value!r}")
    return tuple(value)


def _brackets(node: Node) -> "Iterator[tuple[int, int]]":
    value = node.get("brackets") if node.has("brackets") else []
    for pair in value if isinstance(value, list) else [value]:
        if not isinstance(pair, list) or [type(n) for n in pair] != [int, int]:
            raise BadInput(f"{node.at('brackets')}: expected pairs as [[1, 8], [8, 29]]")
        yield (pair[0], pair[1])
