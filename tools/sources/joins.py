"""A look-up in another file as a query: at most one answer a row, doubt is told and not guessed."""

from typing import TYPE_CHECKING

from tools.sources.instants import instant_sql
from tools.sources.raw import SHOWN

if TYPE_CHECKING:
    from tools.sources.mapping import Join, Take
    from tools.sources.raw import Raw

UNMATCHED, SEVERAL = 5, 6


def join_sql(
    staged: str, join: "Join", lookup: "Raw", names: dict[str, str], n: int, zone: str
) -> tuple[str, dict[str, str]]:
    """The staged query with the taken columns, and the alias of each taken name.

    Adds `jq` (0, UNMATCHED or SEVERAL) and `jb`, the key that was looked up.
    """
    keys = [lookup.aliases[there] for _, there in join.match]
    here = [f"s.{names[name]}" for name, _ in join.match]
    taken = {take.name: f"j{n}_{m}" for m, take in enumerate(join.take)}
    on = " AND ".join(f"{h} = l.k{m}" for m, h in enumerate(here))
    asked = " AND ".join(f"{h} IS NOT NULL" for h in here)
    columns = "".join(f", l.{alias}" for alias in taken.values())
    sql = (
        f"SELECT s.*{columns}, CASE WHEN {asked} AND l.k0 IS NULL THEN {UNMATCHED} "
        f"WHEN l.several THEN {SEVERAL} ELSE 0 END AS jq{n}, "
        f"left(concat_ws(', ', {', '.join(here)}), {SHOWN}) AS jb{n} FROM ({staged}) AS s "
        f"LEFT JOIN ({_lookup_sql(join, lookup, keys, list(taken.values()), zone)}) AS l ON {on}"
    )
    return sql, taken


def _lookup_sql(join: "Join", lookup: "Raw", keys: list[str], taken: list[str], zone: str) -> str:
    chosen = ", ".join(f"{key} AS k{m}" for m, key in enumerate(keys))
    picks, several = [], ["false"]
    for alias, take in zip(taken, join.take, strict=True):
        column = lookup.aliases[take.column]
        picks.append(f", {_pick(column, take, zone)} AS {alias}")
        if take.pick == "only":
            several.append(f"coalesce(min({column}) <> max({column}), false)")
    present = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    return (
        f"SELECT {chosen}{''.join(picks)}, {' OR '.join(several)} AS several "
        f"FROM {lookup.name} WHERE {present} GROUP BY {', '.join(keys)}"
    )


def _pick(column: str, take: "Take", zone: str) -> str:
    if take.pick == "only":
        return f"CASE WHEN min({column}) = max({column}) THEN min({column}) END"
    function = "min" if take.pick == "earliest" else "max"
    instant = f"{function}({instant_sql(column, take.formats, zone)})"
    return f"CAST(make_timestamp({instant}) AS VARCHAR) || 'Z'"
