"""A list in a cell as rows: one for each item; a cell without a list makes none."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from tools.sources.paths import steps, text_sql
from tools.sources.raw import SHOWN, cleaned, quoted

if TYPE_CHECKING:
    from tools.sources.mapping import Each, Reader


def items_sql(
    staged: str, each: "Each", names: dict[str, str], columns: Collection[str], reader: "Reader"
) -> tuple[str, dict[str, str]]:
    """The staged query with a row for each item, and the alias of what is asked of the item.

    Adds `lq`, whether the cell holds no list, and `lb`, what it holds instead.
    """
    cell = names[each.column]
    asked = {name: path for name in columns if (path := each.path(name)) is not None}
    aliases = {name: f"l{n}" for n, name in enumerate(sorted(asked))}
    parts = [f"{_value(asked[name], reader)} AS {alias}" for name, alias in aliases.items()]
    chosen = "".join(f", {part}" for part in parts)
    items, listed = _list(cell, each.split)
    opened = f"SELECT s.*, unnest({items}) AS item, NOT ({listed}) AS lq FROM ({staged}) AS s"
    sql = (
        f"SELECT * EXCLUDE (item){chosen}, CASE WHEN lq THEN left({cell}, {SHOWN}) END AS lb "
        f"FROM ({opened}) AS o WHERE lq OR blank_to_null(item) IS NOT NULL"
    )
    return sql, aliases


def _list(cell: str, split: str) -> tuple[str, str]:
    """SQL of the items as texts, and of whether the cell holds a list at all."""
    if split:
        return f"string_split({cell}, {quoted(split)})", "true"
    document = f"TRY_CAST({cell} AS JSON)"
    listed = f"coalesce(json_type({document}) IN ('ARRAY', 'NULL'), {cell} IS NULL)"
    texts = f"json_extract_string({document}, '$[*]')"
    return f"CASE WHEN {listed} THEN {texts} ELSE [''] END", listed


def _value(path: str, reader: "Reader") -> str:
    return cleaned(text_sql("item", steps(path)) if path else "item", reader)
