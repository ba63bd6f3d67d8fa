"""Ways into nested values: `items.data[0].price` names one member of a JSON document in a column.

A column of that very name comes first, then the longest column a path begins with, so that keys
with dots in them stay reachable.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from tools.sources.raw import quoted

_CUT = re.compile(r"[.\[]")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def root_of(name: str, columns: Collection[str]) -> str | None:
    """The column a name or path begins in, None when there is none or the path has no form."""
    if name in columns:
        return name
    cuts = reversed([cut.start() for cut in _CUT.finditer(name)])
    return next((name[:at] for at in cuts if name[:at] in columns and steps(name[at:])), None)


def reachable(names: Sequence[str], wanted: Iterable[str]) -> list[str]:
    """The column names, and every wanted path that begins in one of them."""
    paths = [name for name in wanted if name not in names and root_of(name, names) is not None]
    return [*names, *paths]


def steps(rest: str) -> tuple[str, ...]:
    """The steps of what follows a column; empty when the text is no path."""
    found = list(_STEP.finditer(rest))
    whole = "".join(step.group() for step in found) == rest
    return tuple(key or index for key, index in (s.groups() for s in found)) if whole else ()


def member_sql(document: str, path: tuple[str, ...]) -> str:
    """SQL of the member of a JSON value as text; NULL where it is absent."""
    keys = [step.replace("~", "~0").replace("/", "~1") for step in path]
    return f"({document} ->> {quoted('/' + '/'.join(keys))})"


def text_sql(text: str, path: tuple[str, ...]) -> str:
    """SQL of the member of a text that holds JSON; NULL where the text is no JSON."""
    return member_sql(f"CASE WHEN json_valid({text}) THEN CAST({text} AS JSON) END", path)
