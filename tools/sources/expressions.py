"""Expressions over source columns in a mapping, parsed through a whitelist.

Every source column is text, so arithmetic needs a cast: `cast(Quantity as decimal) * 2`.
A cast that fails is not lost: the row's value goes to quarantine. `number(Price)` reads a number
as people write it.
"""

import re
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tools.errors import BadInput, nearest

MAX_LENGTH = 4000
_SIZED = re.compile(r"\b(decimal|numeric)\s*\(", re.IGNORECASE)
MAX_NODES = 500
NUMBER = "number"
FUNCTIONS = (
    exp.Coalesce, exp.Nullif, exp.Lower, exp.Upper, exp.Trim, exp.Replace, exp.SplitPart,
    exp.RegexpExtract, exp.Concat, exp.Substring, exp.Left, exp.Right, exp.StartsWith,
    exp.Length, exp.Cast, exp.Case, exp.If, exp.Abs, exp.Least, exp.Greatest,
)  # fmt: skip
_ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.Is, exp.In, exp.Between, exp.Like, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg,
    exp.DPipe, exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null,
    exp.DataType, exp.DataTypeParam, *FUNCTIONS,
)  # fmt: skip
_TYPES = {
    exp.DataType.Type.BIGINT, exp.DataType.Type.INT, exp.DataType.Type.DOUBLE,
    exp.DataType.Type.DECIMAL, exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR,
    exp.DataType.Type.BOOLEAN, exp.DataType.Type.DATE,
}  # fmt: skip


def parse_expression(text: str, where: str) -> exp.Expression:
    """The checked tree of an expression; `where` starts every message.

    Raises:
        BadInput: when it does not parse, is too long, or uses what is not on the whitelist.
    """
    if _SIZED.search(text):
        raise BadInput(f"{where}: in {text!r}: write decimal without a size: it keeps six places")
    if len(text) > MAX_LENGTH:
        raise BadInput(f"{where}: an expression may have {MAX_LENGTH} characters, has {len(text)}")
    try:
        tree = cast("exp.Expression", sqlglot.parse_one(text, read="duckdb"))
        nodes = list(tree.walk())
    except (SqlglotError, RecursionError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise BadInput(f"{where}: cannot read the expression {text!r}: {first}") from error
    if len(nodes) > MAX_NODES:
        raise BadInput(f"{where}: the expression has {len(nodes)} parts, {MAX_NODES} are allowed")
    for node in nodes:
        _check(node, f"{where}: in {text!r}")
    return tree


def _check(node: exp.Expr, where: str) -> None:
    if _is_number(node):
        return
    if isinstance(node, exp.TryCast) or not isinstance(node, _ALLOWED):
        raise BadInput(f"{where}: {_refusal(node)}")
    if isinstance(node, exp.DataType):
        _check_type(node, where)


def _is_number(node: exp.Expr) -> bool:
    """Whether a call is number(text) or number(text, 'point' or 'comma')."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() != NUMBER:
        return False
    _, *style = node.expressions or [None, None, None]
    return not style or (len(style) == 1 and style[0].name in {"point", "comma"})


def _refusal(node: exp.Expr) -> str:
    if isinstance(node, exp.TryCast):
        return "write cast: a value that fails is quarantined, not lost"
    if isinstance(node, exp.Anonymous | exp.Func):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        return f"{name!r} is not allowed; {nearest(name, _function_names())}"
    if isinstance(node, exp.Bracket | exp.Dot):
        return f'write a path with [0] in quotation marks: "{node.sql()}"'
    return f"{node.key!r} is not allowed in an expression"


def _function_names() -> set[str]:
    return {NUMBER} | {name.lower() for function in FUNCTIONS for name in function.sql_names()}


def _check_type(node: exp.DataType, where: str) -> None:
    if node.this not in _TYPES:
        known = nearest(str(node.this.value).lower(), {kind.value.lower() for kind in _TYPES})
        raise BadInput(f"{where}: no cast to {node.sql().lower()}; {known}")


def columns_of(tree: exp.Expression) -> tuple[str, ...]:
    """The source columns an expression reads, each once, in order of appearance."""
    columns = tree.find_all(exp.Column, bfs=False)
    return tuple(dict.fromkeys(_name(column) for column in columns))


def _name(column: exp.Column) -> str:
    """The name of a column; `a.b` is a path into the column a."""
    return ".".join(part.name for part in column.parts)


def to_sql(tree: exp.Expression, names: dict[str, str]) -> str:
    """DuckDB's text of a tree, source columns renamed by `names`.

    A decimal keeps six places: DuckDB's default of three would round prices.
    """
    copy = tree.copy()
    for kind in list(copy.find_all(exp.DataType)):
        if kind.this == exp.DataType.Type.DECIMAL:
            kind.replace(exp.DataType.build("DECIMAL(18, 6)"))
    return copy.transform(lambda node: _renamed(node, names)).sql("duckdb")


def _renamed(node: exp.Expression, names: dict[str, str]) -> exp.Expression:
    if isinstance(node, exp.Column):
        return exp.column(names[_name(node)], quoted=True)
    if _is_number(node):
        text, *style = node.expressions
        form = style[0].name if style else "mixed"
        node.set("this", "number_of")  # the same node: only then are its own parts visited
        node.set("expressions", [text, exp.Literal.string(form)])
    return node
