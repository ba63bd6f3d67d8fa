"""Which canonical table a file is, and which column each of its columns, by names and values."""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from tools.sources.cells import DOMAINS
from tools.warehouse.schema import BY_NAME, Column

if TYPE_CHECKING:
    from tools.sources.profile import ColumnProfile, FileProfile

SYNONYMS: dict[str, Any] = yaml.safe_load(
    files(__package__).joinpath("synonyms.yaml").read_text("utf-8")
)
# Required columns that can be made when no source column is one.
_MADE = {"event_key", "message_key", "line", "subscription_ref"}


@dataclass(frozen=True)
class Guess:
    """A file taken for a table: canonical column (and `occurred`) to source column."""

    table: str
    file: "FileProfile"
    columns: dict[str, str]
    score: int
    joins: tuple["Lookup", ...] = field(default=())


@dataclass(frozen=True)
class Lookup:
    """A canonical column found in another file over a column that both have."""

    canonical: str
    file: "FileProfile"
    over: str
    column: str


@cache
def words(name: str) -> str:
    """A name in lower case with its words joined by '_': InvoiceNo and `invoice no` are one."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


def guess(profile: "FileProfile", others: "tuple[FileProfile, ...]") -> Guess | None:
    """The table a file fits best, None when no table gets all it needs."""
    found = [_as_table(profile, name, others) for name in BY_NAME]
    fits = [one for one in found if one is not None]
    return max(fits, key=lambda one: one.score, default=None)


def _as_table(
    profile: "FileProfile", table: str, others: "tuple[FileProfile, ...]"
) -> Guess | None:
    columns = {c.name: c for c in BY_NAME[table].columns}
    found = {
        name: source
        for name in SYNONYMS["columns"][table]
        if (source := _match(profile, table, columns.get(name) or _occurred(name))) is not None
    }
    joins = _joins(profile, table, found, others)
    made = (
        _MADE | {lookup.canonical for lookup in joins} | ({"name"} if table == "events" else set())
    )
    needs = {c.name for c in columns.values() if c.required} - made
    dated = "occurred" in found or table in {"contacts", "accounts", "campaigns"}
    named = _named(profile.file, table)
    if needs - found.keys() or not dated or (not named and len(found) < len(needs) + 3):
        return None
    return Guess(table, profile, found, 5 * named + len(set(found.values())), joins)


def _occurred(name: str) -> Column:
    return Column(name, "instant", "when it happened")


def _named(file: str, table: str) -> int:
    """How well the file's name says the table: the last word that fits counts most."""
    stem = file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    parts = [re.sub(r"ies$", "y", part).removesuffix("s") for part in words(stem).split("_")]
    fits = [n for n, part in enumerate(parts, 1) if part in SYNONYMS["files"][table]]
    return 1 + (max(fits) == len(parts)) if fits else 0


def _match(profile: "FileProfile", table: str, column: Column) -> str | None:
    own = table.removesuffix("s") + "_"
    names = {words(c.name): c for c in reversed(profile.columns)}
    for prefix in (own, "property_"):  # HubSpot's own columns say property_
        names = {words(c.name).removeprefix(prefix): c for c in profile.columns} | names
    for synonym in SYNONYMS["columns"][table][column.name]:
        for name in (synonym, synonym + "_usd", synonym + "_eur", synonym + "_gbp"):
            if name in names and _fits(names[name], table, column):
                return names[name].name
    return None


def _fits(source: "ColumnProfile", table: str, column: Column) -> bool:
    most = max(1, round(source.filled * 0.9))
    if source.filled == 0:
        return column.kind in {"text", "ref"} or not column.required
    if column.kind in {"day", "instant"}:
        return any(fits >= most for _, fits in source.formats)
    if f"{table}.{column.name}" in SYNONYMS["values"]:
        return bool(value_map(source, table, column.name)) or (
            column.kind == "int" and source.numbers >= most
        )
    if column.kind in {"int", "float", "minor"}:
        return source.numbers >= most
    return source.flags >= most if column.kind == "bool" else True


def value_map(source: "ColumnProfile", table: str, column: str) -> dict[str, str]:
    """Which of our words each value means; values that fit no word are not in it."""
    known: dict[str, list[str]] = SYNONYMS["values"].get(f"{table}.{column}", {})
    found = {}
    for value in source.values:
        fits = [word for word, parts in known.items() if any(p in words(value) for p in parts)]
        exact = words(value) in DOMAINS.get((table, column), ())
        if fits or exact:
            found[value] = words(value) if exact else fits[0]
    return found


def _joins(
    profile: "FileProfile",
    table: str,
    found: dict[str, str],
    others: "tuple[FileProfile, ...]",
) -> tuple[Lookup, ...]:
    wanted = ["account_ref"] if table in {"events", "tickets", "invoices", "messages"} else []
    if "contact_ref" in found:
        wanted = []
    wanted += ["name"] if table == "events" else []
    lookups = (_lookup(profile, table, name, others) for name in wanted if name not in found)
    return tuple(lookup for lookup in lookups if lookup is not None)


def _lookup(
    profile: "FileProfile", table: str, canonical: str, others: "tuple[FileProfile, ...]"
) -> Lookup | None:
    own = {column.name for column in profile.columns}
    for other in others:
        shared = [
            c for c in other.columns if c.name in own and c.filled and not c.repeats
            and words(c.name).endswith("_id")
        ]  # fmt: skip
        if other.file == profile.file or not shared:
            continue
        column = _match(other, table, _column(table, canonical))
        if column is not None and column not in own:
            return Lookup(canonical, other, shared[0].name, column)
    return None


def _column(table: str, name: str) -> Column:
    return BY_NAME[table].column(name)
