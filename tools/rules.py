"""Rules a marketer writes (`days_since_event > 30 and plan != 'free'`) as checked syntax trees.

A rule is parsed as SQL in DuckDB's dialect, every node of the tree must be on the whitelist and
every name known; the tree then becomes part of a query, or is evaluated on one record to explain
it. NULL means unknown, as in SQL: a rule that is unknown does not hold.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tools.errors import BadRule, nearest
from tools.rule_types import check_kinds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tools.rule_types import Kind

MAX_LENGTH = 1000
MAX_NODES = 200
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,10})?")
_FUNCTIONS = (exp.Coalesce, exp.Abs, exp.Least, exp.Greatest)
_ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.Is, exp.In, exp.Between, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Case, exp.If,
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, *_FUNCTIONS,
)  # fmt: skip


@dataclass(frozen=True)
class RuleText:
    """A rule's text as written and its checked tree."""

    text: str
    tree: exp.Expr

    @property
    def names(self) -> frozenset[str]:
        """The columns the rule reads."""
        return frozenset(column.name for column in self.tree.find_all(exp.Column))

    def sql(self) -> exp.Expr:
        """A fresh copy of the tree, ready to be put into a query; dividing by zero is unknown."""
        tree = exp.paren(self.tree.copy())
        for node in reversed(list(tree.find_all(exp.Div))):
            over = exp.func("NULLIF", exp.paren(node.expression.copy()), exp.Literal.number(0))
            node.replace(
                exp.Div(this=exp.cast(exp.paren(node.this.copy()), "double"), expression=over)
            )
        return tree

    def holds(self, record: "Mapping[str, object]") -> bool:
        """Whether the rule is true of one record; unknown counts as false."""
        return evaluate(self.tree, record) is True


def parse_rule(
    text: str, known: "Collection[str]", where: str, kinds: "Mapping[str, Kind] | None" = None
) -> RuleText:
    """Check a rule's text; `where` (file and key) starts every error message.

    With the kinds of the names, what does not fit together is refused too.

    Raises:
        BadRule: when it does not parse, is too long, or names something unknown.
    """
    if len(text) > MAX_LENGTH:
        raise BadRule(f"{where}: a rule may have {MAX_LENGTH} characters, this has {len(text)}")
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
        nodes = list(tree.walk())
    except (SqlglotError, RecursionError) as error:
        raise BadRule(f"{where}: cannot read the rule {text!r}: {_first_line(error)}") from error
    if len(nodes) > MAX_NODES:
        raise BadRule(f"{where}: the rule has {len(nodes)} parts, {MAX_NODES} are allowed")
    for node in nodes:
        _check(node, known, f"{where}: in {text!r}")
    if kinds is not None:
        check_kinds(tree, kinds, f"{where}: in {text!r}")
    return RuleText(text, tree)


def _check(node: exp.Expr, known: "Collection[str]", where: str) -> None:
    if isinstance(node, exp.Anonymous | exp.Func) and not isinstance(node, _ALLOWED):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        hint = nearest(name, {f.sql_name().lower() for f in _FUNCTIONS})
        raise BadRule(f"{where}: {name!r} is not allowed in a rule; {hint}")
    if not isinstance(node, _ALLOWED):
        raise BadRule(f"{where}: {node.key!r} is not allowed in a rule")
    if isinstance(node, exp.Column):
        if node.table:
            raise BadRule(f"{where}: write {node.name!r} without a prefix")
        if node.name not in known:
            raise BadRule(f"{where}: {node.name!r} is not known; {nearest(node.name, known)}")
    if isinstance(node, exp.Literal) and not node.is_string and not _NUMBER.fullmatch(node.name):
        raise BadRule(f"{where}: {node.name!r} is not a plain number")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__


def evaluate(node: exp.Expr, record: "Mapping[str, object]") -> object:
    """The value of a tree on one record, with SQL's three-valued logic (to explain, not to run)."""
    if isinstance(node, exp.Column):
        return record[node.name]
    if isinstance(node, exp.Literal):
        return node.name if node.is_string else float(node.name)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Paren):
        return evaluate(node.this, record)
    for kinds, branch in _BRANCHES.items():
        if isinstance(node, kinds):
            return branch(node, record)
    raise BadRule(f"{node.key!r} cannot be evaluated")


def _logic(node: exp.Expr, record: "Mapping[str, object]") -> object:
    """AND and OR: one deciding side decides, whatever the other is."""
    deciding = isinstance(node, exp.Or)
    sides = [evaluate(node.this, record), evaluate(node.expression, record)]
    if deciding in sides:
        return deciding
    return None if None in sides else not deciding


def _not(node: exp.Expr, record: "Mapping[str, object]") -> object:
    value = evaluate(node.this, record)
    return None if value is None else not value


def _compare(node: exp.Expr, record: "Mapping[str, object]") -> object:
    left, right = evaluate(node.this, record), evaluate(node.expression, record)
    return None if left is None or right is None else _COMPARE[type(node)](left, right)


def _arithmetic(node: exp.Expr, record: "Mapping[str, object]") -> object:
    left, right = evaluate(node.this, record), evaluate(node.expression, record)
    if left is None or right is None:
        return None
    if isinstance(node, exp.Div) and not right:
        return None
    return _ARITHMETIC[type(node)](left, right)


def _is(node: exp.Expr, record: "Mapping[str, object]") -> object:
    return evaluate(node.this, record) is evaluate(node.expression, record)


def _in(node: exp.Expr, record: "Mapping[str, object]") -> object:
    value = evaluate(node.this, record)
    options = [evaluate(option, record) for option in node.expressions]
    if value is None:
        return None
    return True if value in options else None if None in options else False


def _between(node: exp.Expr, record: "Mapping[str, object]") -> object:
    low = exp.GTE(this=node.this, expression=node.args["low"])
    high = exp.LTE(this=node.this, expression=node.args["high"])
    return _logic(exp.And(this=low, expression=high), record)


def _case(node: exp.Expr, record: "Mapping[str, object]") -> object:
    subject = node.args.get("this")
    for branch in node.args["ifs"]:
        test = exp.EQ(this=subject, expression=branch.this) if subject else branch.this
        if evaluate(test, record) is True:
            return evaluate(branch.args["true"], record)
    default = node.args.get("default")
    return None if default is None else evaluate(default, record)


def _function(node: exp.Expr, record: "Mapping[str, object]") -> object:
    arguments = [evaluate(a, record) for a in (node.this, *node.expressions)]
    known: list[Any] = [value for value in arguments if value is not None]
    if not known:
        return None
    if isinstance(node, exp.Coalesce):
        return known[0]
    if isinstance(node, exp.Abs):
        return abs(known[0])
    return min(known) if isinstance(node, exp.Least) else max(known)


def _negative(node: exp.Expr, record: "Mapping[str, object]") -> object:
    value: Any = evaluate(node.this, record)
    return None if value is None else -value


_COMPARE: dict[type[exp.Expr], Callable[[Any, Any], bool]] = {
    exp.EQ: operator.eq, exp.NEQ: operator.ne, exp.GT: operator.gt,
    exp.GTE: operator.ge, exp.LT: operator.lt, exp.LTE: operator.le,
}  # fmt: skip
_ARITHMETIC: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.Add: operator.add, exp.Sub: operator.sub, exp.Mul: operator.mul, exp.Div: operator.truediv,
}  # fmt: skip
_BRANCHES: dict[tuple[type[exp.Expr], ...], Callable[..., object]] = {
    (exp.And, exp.Or): _logic, (exp.Not,): _not, tuple(_COMPARE): _compare,
    tuple(_ARITHMETIC): _arithmetic, (exp.Is,): _is, (exp.In,): _in, (exp.Between,): _between,
    (exp.Case,): _case, _FUNCTIONS: _function, (exp.Neg,): _negative,
}  # fmt: skip
