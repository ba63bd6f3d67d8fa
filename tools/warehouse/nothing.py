"""Which queries can have no row because what they read has none, told from their text alone.

A young company lacks most tables, and a query over nothing is planned as long as any other.
"""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import product
from pathlib import Path

import sqlglot
from sqlglot import exp

from tools.warehouse.query_cache import QueryCache, kept_beside_code

# Ways for a query to have no row: in each, all of these relations are empty. None: it always may.
Ways = tuple[frozenset[str], ...]
MOST_WAYS = 12
ALWAYS: Ways = ()


@dataclass(frozen=True)
class QueryReading:
    """The relations a query names, those it makes itself, and its ways to have no row."""

    names: frozenset[str]
    own: frozenset[str]
    ways: Ways


@cache
def reading_of(text: str) -> QueryReading:
    """What a query in DuckDB's dialect reads."""
    kept = _cache().get(text, "reading")
    if kept is not None:
        told = json.loads(kept[0])
        ways = tuple(frozenset(way) for way in told["ways"])
        return QueryReading(frozenset(told["names"]), frozenset(told["own"]), ways)
    found = _read(text)
    told = {
        "names": sorted(found.names),
        "own": sorted(found.own),
        "ways": [sorted(way) for way in found.ways],
    }
    _cache().put(text, "reading", json.dumps(told), frozenset())
    return found


@cache
def _cache() -> QueryCache:
    rules = sha256(Path(__file__).read_bytes()).hexdigest()
    return kept_beside_code(f"reading\0{version('sqlglot')}\0{rules}")


def _read(text: str) -> QueryReading:
    tree = sqlglot.parse_one(text, read="duckdb")
    names = frozenset(_name(table) for table in tree.find_all(exp.Table))
    own = frozenset(cte.alias.lower() for cte in tree.find_all(exp.CTE))
    return QueryReading(names, own, _ways(tree, {}))


def _name(table: exp.Table) -> str:
    return ".".join(part.name.lower() for part in table.parts)


def _ways(node: exp.Expr | None, own: dict[str, Ways]) -> Ways:
    if isinstance(node, exp.Subquery):
        plain = not any(node.args.get(key) for key in ("joins", "pivots", "laterals"))
        return _ways(node.this, _with(node, own)) if plain else ALWAYS
    if isinstance(node, exp.Table):
        return _of_table(node, own)
    if isinstance(node, exp.Select):
        return _of_select(node, _with(node, own))
    if isinstance(node, exp.Union):
        within = _with(node, own)
        return _both(_ways(node.left, within), _ways(node.right, within))
    return ALWAYS


def _with(node: exp.Expr, own: dict[str, Ways]) -> dict[str, Ways]:
    """The ways of what a query makes itself; what may read itself has none."""
    clause = next((one for one in node.args.values() if isinstance(one, exp.With)), None)
    if clause is None:
        return own
    known = dict(own)
    for cte in clause.expressions:
        known[cte.alias.lower()] = (
            ALWAYS if clause.args.get("recursive") else _ways(cte.this, known)
        )
    return known


def _of_table(table: exp.Table, own: dict[str, Ways]) -> Ways:
    odd = any(table.args.get(key) for key in ("joins", "pivots", "laterals", "db", "catalog"))
    if odd or not isinstance(table.this, exp.Identifier):
        return ALWAYS
    name = _name(table)
    return own[name] if name in own else (frozenset({name}),)


def _of_select(select: exp.Select, own: dict[str, Ways]) -> Ways:
    source = next((one for one in select.args.values() if isinstance(one, exp.From)), None)
    if source is None or select.args.get("laterals") or _sums_up(select):
        return ALWAYS
    ways = _ways(source.this, own)
    for join in select.args.get("joins") or ():
        ways = _joined(ways, join, _ways(join.this, own))
    return ways


def _sums_up(select: exp.Select) -> bool:
    """Whether it has a row also of no rows: an aggregate that is not by groups, or not only."""
    group = select.args.get("group")
    if group is not None:
        other = [value for key, value in group.args.items() if key != "expressions" and value]
        return bool(other) or not group.expressions or any(map(_is_set, group.expressions))
    parts = [*select.expressions, select.args.get("having"), select.args.get("qualify")]
    found = (one for part in parts if part is not None for one in part.find_all(exp.AggFunc))
    return not all(map(_is_windowed, found))


def _is_set(key: exp.Expr) -> bool:
    """Whether what is grouped by may be nothing at all."""
    return isinstance(key, exp.Rollup | exp.Cube | exp.GroupingSets | exp.Tuple)


def _is_windowed(function: exp.Expr) -> bool:
    """Whether it is told of each row and makes none of many."""
    parent = function.parent
    while isinstance(parent, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        parent = parent.parent
    return isinstance(parent, exp.Window)


def _joined(left: Ways, join: exp.Join, right: Ways) -> Ways:
    side, kind = join.side.upper(), join.kind.upper()
    if join.method:
        return ALWAYS
    if side == "LEFT" or kind == "ANTI":
        return left
    if side == "RIGHT":
        return right
    if side == "FULL":
        return _both(left, right)
    return _fewest((*left, *right)) if kind in {"", "INNER", "CROSS", "SEMI"} else ALWAYS


def _both(left: Ways, right: Ways) -> Ways:
    return _fewest(tuple(one | other for one, other in product(left, right)))


def _fewest(ways: Ways) -> Ways:
    least = sorted(set(ways), key=lambda way: (len(way), sorted(way)))
    return tuple(least[:MOST_WAYS])
