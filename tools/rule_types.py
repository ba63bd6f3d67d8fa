"""Whether the parts of a rule fit together: a text is compared with a text, a number with a number.

An engine would turn a text into a number where it can, and stop the morning where it cannot. What
every engine can read as the other (true as 1, '30' as 30) is left alone.
"""

import re
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from tools.errors import BadRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Kind = Literal["text", "number", "truth"]
# By the type a feature has in the warehouse.
KIND_OF: "dict[str, Kind]" = {
    "bigint": "number", "double": "number", "boolean": "truth", "text": "text",
}  # fmt: skip
_WORDS = {"text": "a text", "number": "a number", "truth": "true or false"}
_FITS = re.compile(r"\s*[+-]?\d+(\.\d+)?\s*|(?i:true|false)")
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_COUNTED = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Abs)


def check_kinds(tree: exp.Expr, kinds: "Mapping[str, Kind]", where: str) -> None:
    """Refuse a rule whose parts do not fit together; names without a kind fit everywhere.

    Raises:
        BadRule: names the two parts and what each is.
    """
    _need(tree, "truth", kinds, where)


def _kind(node: exp.Expr, kinds: "Mapping[str, Kind]", where: str) -> Kind | None:
    """What a part is, after its own parts were looked at; None when that is not known."""
    if isinstance(node, exp.Column):
        return kinds.get(node.name)
    if isinstance(node, exp.Literal):
        fits = node.is_string and _FITS.fullmatch(node.name)  # as '30', which engines read
        return None if fits else "text" if node.is_string else "number"
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Paren):
        return _kind(node.this, kinds, where)
    if isinstance(node, _COUNTED):
        for part in (node.this, node.args.get("expression")):
            if part is not None:
                _need(part, "number", kinds, where)
        return "number"
    if isinstance(node, exp.Case):
        return _case(node, kinds, where)
    if isinstance(node, exp.Coalesce | exp.Least | exp.Greatest):
        return _same((node.this, *node.expressions), kinds, where)
    return _truth(node, kinds, where)


def _truth(node: exp.Expr, kinds: "Mapping[str, Kind]", where: str) -> Kind:
    if isinstance(node, exp.And | exp.Or | exp.Not):
        for part in (node.this, node.args.get("expression")):
            if part is not None:
                _need(part, "truth", kinds, where)
    elif isinstance(node, _COMPARED):
        _same((node.this, node.expression), kinds, where)
    elif isinstance(node, exp.Between):
        _same((node.this, node.args["low"], node.args["high"]), kinds, where)
    elif isinstance(node, exp.In):
        _same((node.this, *node.expressions), kinds, where)
    return "truth"


def _case(node: exp.Case, kinds: "Mapping[str, Kind]", where: str) -> Kind | None:
    subject, branches = node.args.get("this"), node.args["ifs"]
    for branch in branches:
        if subject is None:
            _need(branch.this, "truth", kinds, where)
        else:
            _same((subject, branch.this), kinds, where)
    default = node.args.get("default")
    results = [branch.args["true"] for branch in branches]
    return _same([*results, *([default] if default is not None else [])], kinds, where)


def _same(parts: "Iterable[exp.Expr]", kinds: "Mapping[str, Kind]", where: str) -> Kind | None:
    """The one kind of some parts."""
    first: tuple[exp.Expr, Kind] | None = None
    for part in parts:
        kind = _kind(part, kinds, where)
        if kind is None:
            continue
        if first is None:
            first = part, kind
        elif "text" in {kind, first[1]} and kind != first[1]:
            raise BadRule(
                f"{where}: {_shown(first[0])} is {_WORDS[first[1]]} and {_shown(part)} is "
                f"{_WORDS[kind]}; compare a text with a text as plan = 'pro'"
            )
    return None if first is None else first[1]


def _need(node: exp.Expr, wanted: Kind, kinds: "Mapping[str, Kind]", where: str) -> None:
    kind = _kind(node, kinds, where)
    if kind == "text" and kind != wanted:
        raise BadRule(
            f"{where}: {_shown(node)} is {_WORDS[kind]}, and {_WORDS[wanted]} is needed there"
        )


def _shown(node: exp.Expr) -> str:
    return node.sql("duckdb")[:60]


def place_in(document: str, text: str, where: str) -> str:
    """Where a rule stands, `plays.yaml: …`, with its line if it stands on one."""
    begins = text.strip().split("\n", maxsplit=1)[0]
    lines = (n for n, line in enumerate(document.splitlines(), 1) if begins and begins in line)
    found = next(lines, None)
    return where if found is None else where.replace(":", f" line {found}:", 1)
