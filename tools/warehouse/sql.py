"""SQL is written once, in DuckDB's dialect, and compiled as a syntax tree for each engine.

The portable subset and its reasons: time as integers; `CAST(a AS DOUBLE) / NULLIF(b, 0)`;
total order in every window; no `//`, which several dialects round, so it is rewritten here;
no function sqlglot does not know, since an unknown one passes silently and fails elsewhere.
Two ways of writing that mean nothing are taken out, since Spark stumbles over them: parentheses
around a single name, and an alias that repeats the name of its column.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import sqlglot
from sqlglot import ErrorLevel, exp

from tools.errors import BadInput
from tools.warehouse.query_cache import QueryCache, kept_beside_code

_MARK = re.compile(r"__of_([A-Za-z0-9_]+?)__")
_ATOMS = (exp.Column, exp.Boolean, exp.Literal, exp.Null)


@dataclass(frozen=True)
class SqlPiece:
    """A piece of SQL in the place of a parameter; unlike a tree it is written once for good."""

    text: str


Parameter = int | float | str | bool | None | exp.Expr | SqlPiece


@cache
def read_sql(package: str, name: str) -> str:
    """The text of `name`.sql beside the modules of a package."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")


def compile_sql(text: str, dialect: str = "duckdb", **parameters: Parameter) -> str:
    """Write a query in an engine's dialect with its `$parameters` filled in.

    Raises:
        BadInput: for a function no dialect knows, or a parameter without a value.
    """
    template, names = _template(text, dialect)
    lacking = sorted(names - parameters.keys())
    if lacking:
        given = ", ".join(sorted(parameters))
        raise BadInput(f"the query needs ${', $'.join(lacking)}; given: {given}")
    values = {name: _written(parameters[name], dialect) for name in names}
    return _MARK.sub(lambda mark: values[mark[1]], template)


@cache
def _kept() -> QueryCache:
    """Templates that this translator made before."""
    rules = sha256(Path(__file__).read_bytes()).hexdigest()
    return kept_beside_code(f"{version('sqlglot')}\0{rules}")


@cache
def _template(text: str, dialect: str) -> tuple[str, frozenset[str]]:
    """A query in a dialect with marks where parameters go: trees are slow, texts are not."""
    if kept := _kept().get(text, dialect):
        return kept
    template, names = _translated(text, dialect)
    _kept().put(text, dialect, template, names)
    return template, names


def _translated(text: str, dialect: str) -> tuple[str, frozenset[str]]:
    tree = sqlglot.parse_one(text, read="duckdb")
    unknown = sorted({node.name for node in tree.find_all(exp.Anonymous)})
    if unknown:
        raise BadInput(f"not portable SQL: unknown function {', '.join(unknown)}")
    for node in reversed(list(tree.find_all(exp.IntDiv))):
        node.replace(_floor_division(node))
    tree = tree.transform(_bare)
    if dialect == "spark":
        tree = tree.transform(_unaliased)
    places = list(tree.find_all(exp.Placeholder, exp.Parameter))
    names = frozenset(place.name for place in places)
    for place in places:
        place.replace(exp.Var(this=f"__of_{place.name}__"))
    return tree.sql(dialect, unsupported_level=ErrorLevel.RAISE), names


def _written(value: Parameter, dialect: str) -> str:
    if isinstance(value, exp.Expr):
        return _tree(value, dialect)
    # 0.0 and -0.0 would be one key.
    return _value(value, dialect) if isinstance(value, float) else _kept_value(value, dialect)


@lru_cache(maxsize=1024, typed=True)
def _kept_value(value: int | str | bool | SqlPiece | None, dialect: str) -> str:
    """A value as it is written; the same few days, names and pieces come again and again."""
    if isinstance(value, SqlPiece):
        return _template(f"({value.text})", dialect)[0]
    return _value(value, dialect)


def _value(value: float | str | bool | None, dialect: str) -> str:
    tree = exp.convert(value)
    tree = exp.paren(tree) if isinstance(tree, exp.Neg) else tree  # `-$x` with -3 is no comment
    return tree.sql(dialect, unsupported_level=ErrorLevel.RAISE)


def _tree(tree: exp.Expr, dialect: str) -> str:
    # One copy: writing may rewrite the tree it writes, and the parentheses become its parent.
    written = _bare(exp.Paren(this=tree.copy()))
    return written.sql(dialect, copy=False, unsupported_level=ErrorLevel.RAISE)


def _bare(node: exp.Expr) -> exp.Expr:
    """Without parentheses around one name: in `FROM t WHERE (x)` Spark reads an alias WHERE."""
    inner = node.unnest()
    return inner if isinstance(node, exp.Paren) and isinstance(inner, _ATOMS) else node


def _unaliased(node: exp.Expr) -> exp.Expr:
    """Without `x AS x`: over a union and under a window Spark 4.3 refuses the plan it makes."""
    same = isinstance(node, exp.Alias) and isinstance(node.this, exp.Column)
    return node.this if same and node.this.name == node.alias else node


def _floor_division(node: exp.IntDiv) -> exp.Expr:
    quotient = exp.Div(
        this=exp.paren(node.this.copy()),
        expression=exp.paren(node.expression.copy()),
        typed=False,
        safe=False,
    )
    return exp.cast(exp.Floor(this=quotient), "bigint")
