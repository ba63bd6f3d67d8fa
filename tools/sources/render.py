"""One input of a proposed mapping as text: doubts are comments, questions come with answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from tools.sources.derive import unit_of
from tools.sources.entry import DerivedEntry, formats_of
from tools.sources.guess import Guess, part, value_map
from tools.sources.mapping import WHITESPACE
from tools.sources.roles import has_agents, made
from tools.sources.words import SYNONYMS, words
from tools.sources.yamltext import (
    column_entry,
    identifier,
    literal,
    sql_entry,
    yaml_text,
)
from tools.warehouse.schema import BY_NAME, Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.sources.profile import ColumnProfile, FileProfile
    from tools.sources.spaces import Space

_PLAIN = {"contact_ref": "contact", "account_ref": "account", "campaign_ref": "campaign"}
_ZONES = {zone.lower(): zone for zone in available_timezones()}
QUESTION = "# question: "


@dataclass(frozen=True)
class InputGuess:
    """A guess with everything that is needed to write it down."""

    guess: Guess
    spaces: "dict[str, Space]"
    several: bool  # other inputs fill the same table
    bill: str | None = None  # the column that names the bill a payment pays

    @property
    def made(self) -> dict[str, DerivedEntry]:
        """The columns that are worked out."""
        return made(self.guess)

    def space(self, name: str) -> str:
        """The option that names the space of a reference."""
        found = self.spaces.get(name)
        return f"space: {found.name if found else _PLAIN.get(name, name.removesuffix('_ref'))}"


def input_lines(one: InputGuess) -> "Iterator[str]":
    """The lines of an input, and of the records merged into its own."""
    guess, profile = one.guess, one.guess.file
    yield f"  - table: {guess.table}"
    yield f"    file: {yaml_text(profile.file)}"
    yield from (f"    {line}" for line in reading_lines(profile))
    if guess.derived:
        yield "    keep: earliest   # no file is about accounts: each is as old as its first row"
    yield from _where(one)
    yield from _joins(one)
    yield from _occurred(guess)
    yield "    columns:"
    made = one.made
    for column in BY_NAME[guess.table].columns:
        yield from _cell(one, column, made.get(column.name))
    yield from _unused(one)
    yield from _merged(one)


def reading_lines(profile: "FileProfile") -> "Iterator[str]":
    """How a file is read, where its name does not say so."""
    reader = profile.reader
    if reader.format != "csv":
        return
    if not profile.file.lower().endswith((".csv", ".tsv")):
        yield "format: csv"
    if reader.delimiter == WHITESPACE:
        yield f"delimiter: {WHITESPACE}"
    elif reader.delimiter != ("\t" if profile.file.lower().endswith(".tsv") else ","):
        yield f"delimiter: {column_text(reader.delimiter)}"
    if reader.encoding != "utf-8":
        yield f"encoding: {reader.encoding}   # not UTF-8; look at names with accents"


def column_text(sign: str) -> str:
    """A sign between quotation marks."""
    return '"\\t"' if sign == "\t" else f'"{sign}"'


def _where(one: InputGuess) -> "Iterator[str]":
    tests, told = _conditions(one.guess)
    if one.bill is not None:
        tests.append(f"{identifier(one.bill)} is null")
        told.append("payments of invoices are left out: the invoices are there, both would count")
    for line in told:
        yield f"    # {line}"
    if tests:
        yield f"    where: {yaml_text(' and '.join(tests))}"


def _conditions(one: Guess) -> tuple[list[str], list[str]]:
    """Rows that are left out, and why."""
    if one.derived:
        return [f"{identifier(one.columns[one.derived])} is not null"], []
    if one.table == "messages" and "kind" in one.columns:
        return _other_kinds(one.file.column(one.columns["kind"]))
    role = part(one.file, "contacts", "role")
    if one.table == "contacts" and role and has_agents(one.file.column(role)):
        test = f"coalesce(lower({identifier(role)}), '') not in ('agent', 'admin')"
        return [test], ["agents and admins are our own people"]
    status = part(one.file, "subscriptions", "status")
    never = tuple(SYNONYMS["never_started"])
    if one.table == "subscriptions" and status:
        told = ", ".join(map(literal, never))
        test = f"coalesce(lower({identifier(status)}), '') not in ({told})"
        return [test], [f"{status} {' and '.join(never)}: the first payment never came"]
    return [], []


def _other_kinds(source: "ColumnProfile") -> tuple[list[str], list[str]]:
    mapped = value_map(source, "messages", "kind")
    rest = [value for value in source.values if value not in mapped]
    if not rest:
        return [], []
    shown = ", ".join(rest)
    told = [
        f"question: {source.name}: are these mails too: {shown}? They are left out; if they are,",
        "  take them out of where: and give each its word under kind: values.",
    ]
    return [f"{identifier(source.name)} not in ({', '.join(map(literal, rest))})"], told


def _joins(one: InputGuess) -> "Iterator[str]":
    looked = [(j.file, j.over, j.there, j.column, j.column) for j in one.guess.joins]
    for name, space in sorted(one.spaces.items()):
        if space.by_name is not None:
            records, own = space.by_name, one.guess.columns[name]
            label, key = records.labels["name"], records.column
            looked.append((key.file, own, label, key.name, f"{name}_by_name"))
    if looked:
        yield "    join:"
    for file, over, there, column, taken in looked:
        yield f"      - file: {yaml_text(file.file)}"
        yield from (f"        {line}" for line in reading_lines(file))
        yield f"        match: {{{yaml_text(over)}: {yaml_text(there)}}}"
        yield f"        take: {{{yaml_text(taken)}: {yaml_text(column)}}}"


def _occurred(one: Guess) -> "Iterator[str]":
    name = one.columns.get("occurred")
    if name is None:
        yield "    occurred: unknown   # no column says when: derive it by a join, or leave it"
        return
    yield from _dated(one.file.column(name), "    ")
    yield f"    occurred: {column_entry(name, formats_of(one.file.column(name)))}"


def _dated(column: "ColumnProfile", indent: str) -> "Iterator[str]":
    """What is doubtful about the dates of a column."""
    dates, name = column.dates, column.name
    shares = [
        f"{form} {n} of {column.filled}"
        for form, n in zip(dates.formats, dates.counts, strict=True)
    ]
    if len(shares) > 1:
        yield f"{indent}# {name}: more than one form of date: {', '.join(shares)}"
    if dates.formats and dates.fits < column.filled:
        rest = column.filled - dates.fits
        yield f"{indent}# {name}: {rest} of {column.filled} values are no date of these forms"
    for taken, other, decided in dates.rivals:
        if decided:
            yield f"{indent}# {name}: {taken}, not {other}: only so the days are without gaps"
            continue
        yield f"{indent}{QUESTION}{name}: day or month first? {taken} and {other} both fit;"
        yield f"{indent}#   taken is {taken}; if it is the other, write formats: {yaml_text(other)}"


def _cell(one: InputGuess, column: Column, entry: DerivedEntry | None) -> "Iterator[str]":
    indent, guess = " " * 6, one.guess
    name = guess.columns.get(column.name)
    looked = {lookup.canonical: lookup.column for lookup in guess.joins}
    space = one.spaces.get(column.name)
    if space is not None:
        yield from (f"{indent}# {note}" for note in space.notes)
        yield from _asked(space.question, indent)
    if column.name in looked and column.name not in guess.columns:
        options = [one.space(column.name)] if column.kind == "ref" else []
        yield f"{indent}{column.name}: {column_entry(looked[column.name], *options)}"
    elif entry is not None:
        yield from (f"{indent}# {doubt}" for doubt in entry.doubts)
        yield from _asked(entry.question, indent)
        if entry.entry:
            yield f"{indent}{column.name}: {entry.entry}"
    elif space is not None and space.by_name is not None:
        taken = f"{column.name}_by_name"
        yield f"{indent}{column.name}: {column_entry(taken, one.space(column.name))}"
    elif name is not None:
        source = guess.file.column(name)
        yield from _noted(one, column, source, indent)
        yield f"{indent}{column.name}: {_entry(one, column, source)}"


def _asked(lines: tuple[str, ...], indent: str) -> "Iterator[str]":
    for n, line in enumerate(lines):
        yield f"{indent}{QUESTION if n == 0 else '#   '}{line}"


def _noted(
    one: InputGuess, column: Column, source: "ColumnProfile", indent: str
) -> "Iterator[str]":
    guess = one.guess
    table = BY_NAME[guess.table]
    if column.kind in {"day", "instant"} and source.name != guess.columns.get("occurred"):
        yield from _dated(source, indent)
    if column.kind == "minor":
        shown = (
            "12.34 is read as 12.34" if unit_of(guess).endswith("main") else "1234 is read as 12.34"
        )
        yield f"{indent}# {source.name}: {shown}; the other is unit: {_other_unit(guess)}"
    if (column.name,) == table.key and source.repeats and not guess.derived:
        what = "states of one thing" if table.versioned else "lost: only the first row would stay"
        yield f"{indent}# {source.name}: {source.repeats} rows repeat an id; {what}"
    mapped = value_map(source, guess.table, column.name)
    rest = [value for value in source.values if value not in mapped]
    if mapped and rest and column.name != "kind" and column.kind != "bool":
        shown = ", ".join(rest)
        told = "they count as open" if column.name == "state" else "add them"
        front = QUESTION if column.name == "state" else "# "
        yield f"{indent}{front}{source.name}: no word of ours for {shown}: {told}"


def _other_unit(one: Guess) -> str:
    return "minor" if unit_of(one).endswith("main") else "main"


def _entry(one: InputGuess, column: Column, source: "ColumnProfile") -> str:
    if column.kind in {"day", "instant"}:
        return column_entry(source.name, formats_of(source))
    if column.kind == "minor":
        return column_entry(source.name, unit_of(one.guess))
    if column.kind == "ref":
        return _reference(source, one.space(column.name))
    if column.name in {"event_key", "message_key"} and one.several:
        front = literal(words(one.guess.file.file.rsplit(".", 1)[0]) + ":")
        return sql_entry(f"{front} || {identifier(source.name)}")
    if column.name == "currency" and any(value != value.upper() for value in source.values):
        return sql_entry(f"upper({identifier(source.name)})")
    return column_entry(source.name, *_values(one.guess, column, source))


def _reference(source: "ColumnProfile", space: str) -> str:
    if 0 < source.filled == source.float_ids:
        return sql_entry(f"cast({identifier(source.name)} as bigint)", space)
    return column_entry(source.name, space)


def _values(one: Guess, column: Column, source: "ColumnProfile") -> list[str]:
    if column.name == "timezone":
        return _zones(source)
    mapped = value_map(source, one.table, column.name)
    if column.kind == "bool" and source.flags:
        return []
    if not mapped or all(value == word for value, word in mapped.items()):
        return []
    if column.kind == "int" and source.numbers == source.filled:
        return []
    pairs = ", ".join(f"{yaml_text(value)}: {yaml_text(word)}" for value, word in mapped.items())
    rest = "else: open" if column.name == "state" else ""
    return [f"values: {{{pairs}}}", *filter(None, [rest])]


def _zones(source: "ColumnProfile") -> list[str]:
    """Time zones as HubSpot writes them, america_slash_new_york, under their own names."""
    plain = {value: value.lower().replace("_slash_", "/") for value in source.values}
    pairs = [
        f"{yaml_text(value)}: {yaml_text(_ZONES[text])}"
        for value, text in plain.items()
        if text in _ZONES and _ZONES[text] != value
    ]
    return [f"values: {{{', '.join(pairs)}}}", "unmapped: keep"] if pairs else []


def _unused(one: InputGuess) -> "Iterator[str]":
    read = set(one.guess.columns.values()) | {n for m in one.made.values() for n in m.reads}
    rest = sorted({c.name for c in one.guess.file.columns} - read)
    if rest and not one.guess.derived:
        yield f"    # not mapped: {', '.join(map(_one_line, rest))}"


def _one_line(name: str) -> str:
    return " ".join(name.split())


def _merged(one: InputGuess) -> "Iterator[str]":
    """Records that a list on the survivor names: each is a record that was merged into it."""
    guess, key = one.guess, BY_NAME[one.guess.table].key[0]
    name = part(guess.file, guess.table, "merged_list")
    if guess.table not in {"contacts", "accounts"} or name is None or guess.derived:
        return
    shown = guess.file.column(name).example
    sign = next((sign for sign in (";", "|", ",") if sign in shown), ";")
    listed = (
        yaml_text(name)
        if shown.startswith("[")
        else f"{{from: {yaml_text(name)}, split: {column_text(sign)}}}"
    )
    own = guess.columns[key]
    yield ""
    yield f"  - table: {guess.table}   # records merged into another, by the survivor's list"
    yield f"    file: {yaml_text(guess.file.file)}"
    yield from (f"    {line}" for line in reading_lines(guess.file))
    yield f"    each: {{merged_record: {listed}}}"
    yield from _occurred(guess)
    yield "    columns:"
    yield f"      {key}: {column_entry('merged_record', one.space(key))}"
    yield f"      merged_into: {_reference(guess.file.column(own), one.space(key))}"
