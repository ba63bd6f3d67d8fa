"""What a rule book adds to the queries: its stages, reasons and skips as syntax trees."""

from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp, parse_one

from tools.customers.stages.vocabulary import LADDER, NONE, WORDS

if TYPE_CHECKING:
    from tools.customers.stages.rules import Book

# What may be reported of each shown fact: (condition, JSON value), over the columns of base.sql.
# While an activity lasts its last day is not shown: tomorrow it would be another.
_CAUSE = """CASE WHEN risks >= 1000000 THEN '"notice"' WHEN risks >= 1000 THEN '"billing"'
ELSE '"score"' END"""
_SHOWN = {
    "paid_since": ("paid", "CAST(paid_since AS TEXT)"),
    "paid_end": ("NOT paid AND paid_end IS NOT NULL",
                 "CAST(CAST(FLOOR(paid_end / 2) AS INT) AS TEXT)"),
    "trial_since": ("in_trial", "CAST(trial_since AS TEXT)"),
    "trial_end": ("NOT in_trial AND trial_end IS NOT NULL", "CAST(trial_end AS TEXT)"),
    "open_deals": ("open_deal", "CAST(open_deals AS TEXT)"),
    "new_deals": ("new_deal", "CAST(new_deals AS TEXT)"),
    "qualified": ("qualified IS NOT NULL", "CAST(qualified AS TEXT)"),
    "risk": ("risk_flag", _CAUSE),
}  # fmt: skip


def stage_tree(book: "Book") -> exp.Expr:
    """CASE over the book's conditions; at_risk holds only where active does."""
    case = exp.Case()
    active = next((s for s in book.stages if s.name == "active"), None)
    for stage in book.stages:
        condition = stage.condition.rule.sql()
        if stage.name == "at_risk" and active is not None:
            condition = exp.and_(condition, active.condition.rule.sql())
        case = case.when(condition, exp.Literal.string(stage.name), copy=False)
    return case.else_(exp.Literal.string(NONE))


def because_tree(book: "Book", pads: dict[str, int]) -> exp.Expr:
    """CASE over stages: JSON text of the rule and the days of the facts its words stand on."""
    case = exp.Case()
    every: list[str] = []
    for stage in book.stages:
        shown = _shown_by(stage.condition.rule.names)
        every += [name for name in shown if name not in every]
        case = case.when(
            exp.column("stage").eq(stage.name), _object(stage.name, shown, pads), copy=False
        )
    return case.else_(_object(NONE, every, pads))


def none_because() -> str:
    """The reason of a stage none that stands on no fact."""
    return '{"rule": "none"}'


def skipped_tree(book: "Book", present: frozenset[str]) -> exp.Expr:
    """CASE over (from_stage, stage): the stages jumped over, of those this company can show."""
    case = exp.Case()
    rungs = [NONE, *(n for n in LADDER if n in observable(book, present))]
    pairs = [(low, high) for low in range(len(rungs)) for high in range(low + 2, len(rungs))]
    for low, high in pairs:
        jumped = ",".join(rungs[low + 1 : high])
        condition = exp.and_(
            exp.column("from_stage").eq(rungs[low]), exp.column("stage").eq(rungs[high])
        )
        case = case.when(condition, exp.Literal.string(jumped), copy=False)
    return case.else_(exp.Literal.string("")) if pairs else exp.Literal.string("")


def observable(book: "Book", present: frozenset[str]) -> frozenset[str]:
    """Stages of which at least one word has its table."""
    return frozenset(
        stage.name
        for stage in book.stages
        if any(WORDS[n].needs in present for n in stage.condition.rule.names)
    )


def _shown_by(names: frozenset[str]) -> list[str]:
    """What the words of a rule show, in the order of the vocabulary, each once."""
    shown = [fact for word in WORDS.values() if word.name in names for fact in word.shows]
    return list(dict.fromkeys(shown))


def _object(stage: str, shown: list[str], pads: dict[str, int]) -> exp.Expr:
    parts: list[exp.Expr] = [exp.Literal.string(f'{{"rule": "{stage}"')]
    parts += [_member(name, pads) for name in shown]
    return exp.Concat(expressions=[*parts, exp.Literal.string("}")], safe=True, coalesce=False)


def _member(name: str, pads: dict[str, int]) -> exp.Expr:
    condition, value = _SHOWN.get(name) or _activity(name, pads)
    text = f"CASE WHEN {condition} THEN CONCAT(', \"{name}\": ', {value}) ELSE '' END"
    return _parsed(text).copy()


@cache
def _parsed(text: str) -> exp.Expr:
    return parse_one(text, read="duckdb")


def _activity(name: str, pads: dict[str, int]) -> tuple[str, str]:
    """Since when an activity lasts, or when it was last seen once it is silent."""
    fact, which = name.rsplit("_", 1)
    silent = f"days_since_{fact} >= {pads.get(fact, 1)}"
    if which == "since":
        return f"days_since_{fact} IS NOT NULL AND NOT ({silent})", f"CAST({name} AS TEXT)"
    return silent, f"CAST({name} AS TEXT)"
