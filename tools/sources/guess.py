"""Which canonical table a file is, and which column each of its columns, by names and values."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tools.sources.cells import DOMAINS
from tools.sources.words import (
    SYNONYMS,
    compact,
    file_words,
    is_refusal,
    readings,
    singular,
    table_fit,
    words,
)
from tools.warehouse.schema import BY_NAME, Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.sources.profile import ColumnProfile, FileProfile

# Required columns that can be made when no source column is one.
_MADE = {"event_key", "message_key", "line", "subscription_ref"}
# What a file must be named for before it is made of the file's name or of all its columns.
_NAMED = {"events": {"name"}, "messages": {"kind"}, "invoices": {"invoice_ref"},
          "deals": {"state", "deal_ref"}}  # fmt: skip
_MAIL = 20  # the score of a file in which mails speak for themselves
_UNDATED = {"contacts", "accounts", "campaigns"}  # records that need no date of their own


@dataclass(frozen=True)
class Lookup:
    """A canonical column found in another file over a column that both have."""

    canonical: str
    file: "FileProfile"
    over: str
    there: str
    column: str


@dataclass(frozen=True)
class Guess:
    """A file taken for a table: canonical column (and `occurred`) to source column."""

    table: str
    file: "FileProfile"
    columns: dict[str, str]
    score: int
    joins: tuple[Lookup, ...] = ()
    derived: str = ""  # the reference whose records are made of a file about something else


@dataclass(frozen=True)
class Miss:
    """Why a file is not the table it is nearest to."""

    table: str
    reasons: tuple[str, ...]


def guess(profile: "FileProfile", loose: bool = False) -> Guess | None:
    """The table a file fits best, None when no table gets all it needs.

    A loose guess takes a file that neither its name nor many columns speak for.
    """
    found = [as_table(profile, name) for name in BY_NAME]
    fits = [one for one in found if isinstance(one, Guess) and (loose or _told(one))]
    if any(table_fit(profile.file, table) for table in BY_NAME) and not loose:
        fits = [one for one in fits if table_fit(profile.file, one.table) or _speaks(one)]
    return max(fits, key=lambda one: one.score, default=None)


def refusal(profile: "FileProfile") -> Guess | None:
    """A list of addresses whose file name says that they left: people, whatever else is lacking."""
    one = as_table(profile, "contacts") if is_refusal(profile.file) else None
    return one if isinstance(one, Guess) and "email" in one.columns else None


def nearest_miss(profile: "FileProfile") -> Miss | None:
    """What the table that a file's name speaks for lacks."""
    named = max(BY_NAME, key=lambda table: table_fit(profile.file, table))
    found = as_table(profile, named)
    return found if isinstance(found, Miss) and table_fit(profile.file, named) else None


def as_table(profile: "FileProfile", table: str) -> Guess | Miss:
    """The file taken for one table, or what it lacks for that."""
    columns = {c.name: c for c in BY_NAME[table].columns}
    names, known = _names(profile, table), {compact(c.name): c.name for c in profile.columns}
    refused = [*SYNONYMS["foreign"], *SYNONYMS["refused"].get(table, ())]
    alien = [known[compact(c)] for c in refused if compact(c) in known]
    if alien:
        return Miss(table, (f"a column like {alien[0]} belongs to something else",))
    found = {
        name: source
        for name in SYNONYMS["columns"][table]
        if (source := _match(names, table, columns.get(name) or _occurred(name))) is not None
    }
    found |= _own_id(profile, table, found)
    return _judged(profile, table, found, names)


def _judged(
    profile: "FileProfile",
    table: str,
    found: dict[str, str],
    names: "dict[str, list[ColumnProfile]]",
) -> Guess | Miss:
    columns, named = {c.name: c for c in BY_NAME[table].columns}, table_fit(profile.file, table)
    made = _MADE | (_NAMED.get(table, set()) if named or _is_sale(table, found) else set())
    lacking = [c for c in columns.values() if c.required and c.name not in found.keys() | made]
    dated = "occurred" in found or table in _UNDATED
    if lacking or not dated:
        wanted = [*lacking, *([] if dated else [_occurred("occurred")])]
        return Miss(table, tuple(_lack(c, table, names) for c in wanted))
    mail = _mail_score(profile, found) if table == "messages" else 0
    score = 6 * named + len(set(found.values())) + mail
    return Guess(table, profile, found, score) if mail >= 0 else Miss(table, ("no word of mails",))


def _told(one: Guess) -> bool:
    """Whether name or columns say enough: a file of bare ids is no record of anything."""
    named, own = table_fit(one.file.file, one.table), one.columns.keys() - {"occurred"}
    if one.table in _UNDATED and len({one.columns[name] for name in own}) < 2:
        return False
    needs = sum(c.required for c in BY_NAME[one.table].columns)
    return bool(named) or _speaks(one) or len(one.columns) >= needs + 3


def _speaks(one: Guess) -> bool:
    """Whether columns alone say what a file is: words of mails, or money on a day."""
    return one.score >= _MAIL or _is_sale(one.table, one.columns)


def _is_sale(table: str, found: "dict[str, str]") -> bool:
    """Whether columns alone say that somebody paid an amount on a day."""
    return (
        table == "invoices"
        and {"amount_minor", "issued_day"} <= found.keys()
        and bool({"account_ref", "contact_ref"} & found.keys())
    )


def _occurred(name: str) -> Column:
    return Column(name, "instant", "when it happened", required=True)


def _lack(column: Column, table: str, names: "dict[str, list[ColumnProfile]]") -> str:
    """What is missing, and the column that has the name but not the values."""
    for synonym in SYNONYMS["columns"][table].get(column.name, ()):
        for source in names.get(compact(synonym), ()):
            shown = f"like {source.values[0]!r}" if source.values else "empty"
            return (
                f"{source.name} has the name of {column.name} but its values ({shown}) do not fit"
            )
    wanted = ", ".join(SYNONYMS["columns"][table].get(column.name, ())[:3])
    return f"no column for {column.name} ({column.meaning}), such as {wanted}"


def _names(profile: "FileProfile", table: str) -> "dict[str, list[ColumnProfile]]":
    """The columns under every reading of their names, those of fewest steps first."""
    found: dict[str, list[tuple[int, str, ColumnProfile]]] = {}
    for column in profile.columns:
        for step, reading in enumerate(readings(column.name, table)):
            found.setdefault(reading, []).append((step, column.name, column))
    return {
        name: [c for _, _, c in sorted(all_, key=lambda e: e[:2])] for name, all_ in found.items()
    }


def part(profile: "FileProfile", table: str, name: str, group: str = "parts") -> str | None:
    """The column that is a part of a made one: a first name, a unit price, an opposite."""
    names = _names(profile, table)
    for synonym in SYNONYMS[group].get(name, ()):
        for source in names.get(compact(synonym), ()):
            if source.filled:
                return source.name
    return None


def columns_called(profile: "FileProfile", table: str, names: "Iterable[str]") -> list[str]:
    """Every column with one of the names, filled or not, in the order of the names."""
    known = _names(profile, table)
    found = [source.name for name in names for source in known.get(compact(name), ())]
    return list(dict.fromkeys(found))


def _match(names: "dict[str, list[ColumnProfile]]", table: str, column: Column) -> str | None:
    """The first name that fits: a column with values before an empty one."""
    fits = [
        source
        for synonym in SYNONYMS["columns"][table][column.name]
        for source in names.get(compact(synonym), ())
        if _fits(source, table, column)
    ]
    filled = [source for source in fits if source.filled]
    return next((source.name for source in (*filled, *fits)), None)


def _own_id(profile: "FileProfile", table: str, found: dict[str, str]) -> dict[str, str]:
    """The id of a record where a file has one: charge_id in refunds is somebody else's."""
    key = BY_NAME[table].key[0]
    own = [c for c in profile.columns if compact(c.name) in {"id", "recordid"}]
    if key not in found or len(own) != 1 or own[0].repeats or not own[0].filled:
        return {}
    front = words(found[key]).removesuffix("_id")
    theirs = front != words(found[key]) and singular(front) not in file_words(profile.file)
    return {key: own[0].name} if theirs else {}


def _fits(source: "ColumnProfile", table: str, column: Column) -> bool:
    most = max(1, round(source.filled * 0.9))
    if source.filled == 0:
        return not column.required and column.kind in {"text", "ref"}
    if column.kind in {"day", "instant"}:
        return source.dated >= most
    if column.kind == "bool" and source.flags >= most:
        return True
    if f"{table}.{column.name}" in SYNONYMS["values"]:
        return bool(value_map(source, table, column.name)) or (
            column.kind == "int" and source.numbers >= most
        )
    if column.kind == "minor":
        return source.money >= most
    if column.name in {"email", "address", "domain"}:
        return (source.webs if column.name == "domain" else source.mails) * 2 >= source.filled
    if column.kind in {"int", "float"}:
        return source.numbers >= most
    return column.kind != "bool"


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


def _mail_score(profile: "FileProfile", found: dict[str, str]) -> int:
    """How much the words of a file are about mails; below zero when they are not."""
    told = table_fit(profile.file, "messages")
    others = [table for table in BY_NAME if table_fit(profile.file, table)]
    if others and not {"messages", "events"} & set(others):
        return -1
    if "kind" not in found:
        return 0 if told else -1
    source = profile.column(found["kind"])
    mapped = value_map(source, "messages", "kind")
    said = [v for v in mapped if "mail" in words(v) or words(v) in SYNONYMS["mail_words"]]
    enough = len(mapped) * 2 >= len(source.values)
    if enough and (told or (said and len(said) * 2 >= len(source.values))):
        return _MAIL
    return 0 if told else -1


def with_lookups(one: Guess, others: "Iterable[FileProfile]") -> Guess:
    """The guess with what another file knows over an id that both have."""
    wanted = ["account_ref"] if one.table in {"events", "tickets", "invoices", "messages"} else []
    wanted = [] if "contact_ref" in one.columns else wanted
    wanted += ["name"] if one.table == "events" else []
    lookups = [_lookup(one, name, others) for name in wanted if _is_open(one, name)]
    return replace(one, joins=tuple(found for found in lookups if found is not None))


def _is_open(one: Guess, name: str) -> bool:
    """Whether a column is missing, or is a mere number of something that has a name."""
    return name not in one.columns or (name == "name" and one.columns[name].lower().endswith("_id"))


def _lookup(one: Guess, canonical: str, others: "Iterable[FileProfile]") -> Lookup | None:
    own = {compact(column.name): column.name for column in one.file.columns}
    column = BY_NAME[one.table].column(canonical)
    for other in others:
        if other.file == one.file.file:
            continue
        source = _match(_names(other, one.table), one.table, column)
        for over, there in _links(own, other):
            if source not in {None, there} and compact(source or "") not in own:
                return Lookup(canonical, other, over, there, source or "")
    return None


def _links(own: dict[str, str], other: "FileProfile") -> "Iterator[tuple[str, str]]":
    """Columns of a file that are ids of the records of another: charge_id, of charges by id."""
    unique = [c for c in other.columns if c.filled and not c.repeats]
    for column in unique:
        if compact(column.name) == "id":
            yield from (
                (own[w + "id"], column.name) for w in file_words(other.file) if w + "id" in own
            )
    for column in unique:
        if compact(column.name).endswith("id") and compact(column.name) in own.keys() - {"id"}:
            yield own[compact(column.name)], column.name
