"""What a stage rule may say: words joined by and, or, not; days compared with whole numbers.

The comparisons tell on which day each rule can change its mind, so a window written in a rule
(`days_since_qualified < 180`) needs no second setting.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from tools.customers.stages.vocabulary import WORDS
from tools.errors import BadRule
from tools.rules import RuleText, parse_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 36_500
_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT, exp.GT: exp.LT, exp.LTE: exp.GTE, exp.GTE: exp.LTE,
}  # fmt: skip
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


@dataclass(frozen=True)
class Condition:
    """A checked stage rule; `offsets` are (word, days) after which its answer may change."""

    rule: RuleText
    offsets: frozenset[tuple[str, int]]


def parse_condition(text: str, where: str) -> Condition:
    """Check a stage rule.

    Raises:
        BadRule: when it does not parse, names something unknown, or compares what has no answer.
    """
    rule = parse_rule(text, WORDS.keys(), where)
    return Condition(rule, frozenset(_truth(rule.tree, f"{where}: in {text!r}")))


def _truth(node: exp.Expr, where: str) -> "Iterator[tuple[str, int]]":
    """Walk a part that must be true or false; yield when its comparisons can change."""
    if isinstance(node, exp.Paren | exp.Not):
        yield from _truth(node.this, where)
    elif isinstance(node, exp.And | exp.Or):
        yield from _truth(node.left, where)
        yield from _truth(node.right, where)
    elif isinstance(node, exp.Column):
        _expect(node, "yes/no", where)
    elif isinstance(node, exp.Between):
        yield from _between(node, where)
    elif isinstance(node, _COMPARISONS):
        yield from _comparison(node, where)
    elif not _is_null_test(node) and not isinstance(node, exp.Boolean):
        raise BadRule(f"{where}: {node.sql('duckdb')!r} is not true or false")


def _is_null_test(node: exp.Expr) -> bool:
    named = isinstance(node, exp.Is) and isinstance(node.this, exp.Column)
    return named and isinstance(node.expression, exp.Null)


def _comparison(node: exp.Expr, where: str) -> "Iterator[tuple[str, int]]":
    left, right, kind = node.this, node.expression, type(node)
    if isinstance(right, exp.Column):
        left, right, kind = right, left, _MIRRORED.get(kind, kind)
    if isinstance(right, exp.Boolean) and kind in {exp.EQ, exp.NEQ}:
        _expect(left, "yes/no", where)
        return
    word, days = _expect(left, "days", where), _days(right, where)
    if kind in {exp.LT, exp.GTE, exp.EQ, exp.NEQ}:
        yield word, days
    if kind in {exp.LTE, exp.GT, exp.EQ, exp.NEQ}:
        yield word, days + 1


def _between(node: exp.Between, where: str) -> "Iterator[tuple[str, int]]":
    word = _expect(node.this, "days", where)
    yield word, _days(node.args["low"], where)
    yield word, _days(node.args["high"], where) + 1


def _expect(node: exp.Expr, kind: str, where: str) -> str:
    if not isinstance(node, exp.Column):
        raise BadRule(f"{where}: compare a word with a number, not {node.sql('duckdb')!r}")
    if WORDS[node.name].kind == kind:
        return node.name
    if kind == "days":
        raise BadRule(f"{where}: {node.name!r} is yes or no; write it alone or after not")
    raise BadRule(f"{where}: {node.name!r} is a number of days; compare it with one")


def _days(node: exp.Expr, where: str) -> int:
    text = node.name if isinstance(node, exp.Literal) and not node.is_string else ""
    if not text.isdigit() or int(text) > LONGEST:
        given = node.sql("duckdb")
        raise BadRule(f"{where}: days are whole numbers from 0 to {LONGEST}, not {given!r}")
    return int(text)
