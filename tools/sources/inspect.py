"""Proposes a mapping for a folder; what is doubtful stands beside it as a comment.

The text parses as a mapping, so a person corrects it instead of writing one.
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import BadInput
from tools.sources.guess import Guess, guess, value_map, words
from tools.sources.parse import parse_mapping
from tools.sources.profile import ColumnProfile, FileProfile, profile_folder
from tools.warehouse.schema import BY_NAME, Column

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {"null", "unknown", "yes", "no", "true", "false", "on", "off"}
_SPACES = {"contact_ref": "contact", "account_ref": "account", "campaign_ref": "campaign"}
_CURRENCIES = {"usd": "USD", "eur": "EUR", "gbp": "GBP"}
_DAYS = {"tickets": "opened_day", "subscriptions": "started_day", "invoices": "issued_day"}


def propose(folder: Path) -> str:
    """The YAML text of a mapping for a folder, for a person to correct.

    Raises:
        BadInput: when no file there can be taken for any canonical table.
    """
    profiles = profile_folder(folder)
    found = {p.file: guess(p, profiles) for p in profiles if p.columns}
    guesses = [one for one in found.values() if one is not None]
    if not guesses:
        names = ", ".join(p.file for p in profiles) or "no csv, tsv, jsonl or parquet file"
        raise BadInput(f"{folder}: nothing here looks like customers, usage or money: {names}")
    lines = [*_head(folder, profiles), *_skipped(profiles, found), "inputs:"]
    for one in (*guesses, *_derived(guesses)):
        lines += ["", *_input(one)]
    text = "\n".join(lines) + "\n"
    parse_mapping(text, "proposal")
    return text


def _head(folder: Path, profiles: tuple[FileProfile, ...]) -> list[str]:
    names = {part for p in profiles for c in p.columns for part in words(c.name).split("_")}
    told = [code for part, code in _CURRENCIES.items() if part in names]
    currency = told[0] if len(told) == 1 else "XXX"
    doubt = "by the names of columns" if len(told) == 1 else "not told by the files: correct it"
    return [
        f"# Proposed from the files of {folder.name}; every comment is a doubt to settle.",
        f"company: {_text(folder.resolve().name)}",
        f"source: {words(folder.resolve().name)}",
        "zone: UTC          # not told by the files: correct it",
        f"currency: {currency}      # {doubt}",
        "# known: when_occurred says that a historical file was known as it happened.",
        "known: load",
        "",
    ]


def _skipped(profiles: tuple[FileProfile, ...], found: dict[str, Guess | None]) -> "Iterator[str]":
    for profile in profiles:
        if profile.trouble:
            yield f"# {profile.file} cannot be read: {profile.trouble}"
        elif found.get(profile.file) is None:
            names = ", ".join(column.name for column in profile.columns)
            yield f"# {profile.file}: fits no table (columns {names})"


def _derived(guesses: list[Guess]) -> "Iterator[Guess]":
    """Accounts from the first file that names them, when no file is about accounts."""
    if any(one.table == "accounts" for one in guesses):
        return
    for one in guesses:
        if "account_ref" in one.columns and "occurred" in one.columns:
            kept = {key: one.columns[key] for key in ("account_ref", "occurred")}
            yield Guess("accounts", one.file, kept, -1)
            return


def _input(one: Guess) -> "Iterator[str]":
    profile, table = one.file, BY_NAME[one.table]
    yield f"  - table: {one.table}"
    yield f"    file: {_text(profile.file)}"
    yield from _reading(profile)
    if one.score < 0:
        yield "    keep: earliest   # no file is about accounts: each is as old as its first row"
        yield f"    where: {_text(_identifier(one.columns['account_ref']) + ' is not null')}"
    yield from _joins(one)
    yield from _occurred(one)
    yield "    columns:"
    for column in table.columns:
        yield from _cell(one, column)
    unused = sorted({c.name for c in profile.columns} - set(one.columns.values()))
    if unused and one.score >= 0:
        yield f"    # not mapped: {', '.join(unused)}"


def _reading(profile: FileProfile) -> "Iterator[str]":
    reader = profile.reader
    if reader.format != "csv":
        return
    if reader.delimiter != ("\t" if profile.file.endswith(".tsv") else ","):
        yield f"    delimiter: {json.dumps(reader.delimiter)}"
    if reader.encoding != "utf-8":
        yield f"    encoding: {reader.encoding}   # not UTF-8; look at names with accents"
    data = [c.name for c in profile.columns if re.fullmatch(r"[\d.:/ -]*\d[\d.:/ -]*", c.name)]
    if data:
        yield f"    # the first line looks like data ({data[0]}): name the columns with header:"


def _joins(one: Guess) -> "Iterator[str]":
    if one.joins:
        yield "    join:"
    for lookup in one.joins:
        yield f"      - file: {_text(lookup.file.file)}"
        yield f"        match: {{{_text(lookup.over)}: {_text(lookup.over)}}}"
        yield f"        take: {{{_text(lookup.column)}: {_text(lookup.column)}}}"


def _occurred(one: Guess) -> "Iterator[str]":
    name = one.columns.get("occurred")
    if name is None:
        yield "    occurred: unknown   # no column says when: derive it by a join, or leave it"
        return
    options, doubts = _dates(one.file.column(name))
    yield from _doubts(doubts)
    yield f"    occurred: {_entry(name, options)}"


def _dates(column: ColumnProfile) -> tuple[list[str], list[str]]:
    """The formats of a date column, and what is doubtful about them."""
    whole = column.whole_formats
    best = whole or tuple(f for f, _ in sorted(column.formats, key=lambda fit: -fit[1])[:1])
    doubts = []
    if len(whole) > 1:
        doubts.append(f"{column.name}: {' and '.join(whole)} both parse for all values: check")
    if not whole and best:
        fits = dict(column.formats)[best[0]]
        doubts.append(f"{column.name}: {best[0]} parses {fits} of {column.filled} sampled values")
    return ([] if best[:1] in {("iso",), ()} else [f"formats: {json.dumps(best[0])}"]), doubts


def _doubts(doubts: list[str], indent: str = "    ") -> "Iterator[str]":
    for doubt in doubts:
        yield f"{indent}# {doubt}"


def _cell(one: Guess, column: Column) -> "Iterator[str]":
    name = one.columns.get(column.name)
    looked = {lookup.canonical: lookup.column for lookup in one.joins}
    indent = " " * 6
    if name is not None:
        source = one.file.column(name)
        options, doubts = _options(one, column, source)
        yield from _doubts([*doubts, *_repeated(one, column, source)], indent)
        yield f"{indent}{column.name}: {_entry(name, options, _is_float_id(column, source))}"
    elif column.name in looked:
        space = [f"space: {_SPACES[column.name]}"] if column.kind == "ref" else []
        yield f"{indent}{column.name}: {_entry(looked[column.name], space)}"
    else:
        yield from _made(one, column, indent)


def _made(one: Guess, column: Column, indent: str) -> "Iterator[str]":
    names = ", ".join(_text(c.name) for c in one.file.columns)
    if column.name in {"event_key", "message_key"}:
        yield f"{indent}# no id: rows equal in all these columns are one fact"
        yield f"{indent}{column.name}: {{key: [{names}]}}"
    elif column.name == "subscription_ref":
        parts = dict.fromkeys(one.columns.get(k) for k in ("account_ref", "product", "started_day"))
        key = ", ".join(_text(name) for name in parts if name)
        yield f"{indent}# no id: what tells two subscriptions apart?"
        yield f"{indent}subscription_ref: {{key: [{key}], space: subscription}}"
    elif column.name == "line" and _repeats(one):
        yield f"{indent}# several rows have one invoice: each row is a line"
        yield f"{indent}line: {{key: [{names}]}}"
    elif one.table == "events" and column.name == "name":
        yield f"{indent}# no column says what was done: the file's name stands for it"
        stem = one.file.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        yield f"{indent}name: {{value: {_text(words(stem))}}}"
    elif column.name == "amount_minor" and one.table == "invoices":
        yield from _product(one, indent)


def _repeats(one: Guess) -> bool:
    return one.file.column(one.columns["invoice_ref"]).repeats > 0


def _product(one: Guess, indent: str) -> "Iterator[str]":
    names = {words(c.name): c.name for c in one.file.columns}
    quantity = names.get("quantity") or names.get("qty")
    price = names.get("unit_price") or names.get("price")
    if quantity and price:
        sql = " * ".join(f"cast({_identifier(n)} as decimal)" for n in (quantity, price))
        yield f"{indent}amount_minor: {{sql: {json.dumps(sql)}, unit: main}}"


def _options(one: Guess, column: Column, source: ColumnProfile) -> tuple[list[str], list[str]]:
    if column.kind in {"day", "instant"}:
        return _dates(source)
    if column.kind == "minor":
        return ["unit: main"], [f"{source.name}: unit: main reads 12.34 as 12.34; minor as 0.12"]
    if column.kind == "ref":
        return [f"space: {_SPACES.get(column.name, column.name.removesuffix('_ref'))}"], []
    return _values(one, column, source)


def _values(one: Guess, column: Column, source: ColumnProfile) -> tuple[list[str], list[str]]:
    found = value_map(source, one.table, column.name)
    if not found or all(value == word for value, word in found.items()):
        return [], []
    pairs = ", ".join(f"{_text(value)}: {_text(word)}" for value, word in found.items())
    rest = [value for value in source.values if value not in found]
    doubts = [f"{source.name}: no word of ours for {', '.join(rest)}: add them"] if rest else []
    return [f"values: {{{pairs}}}"], doubts


def _repeated(one: Guess, column: Column, source: ColumnProfile) -> "Iterator[str]":
    table = BY_NAME[one.table]
    if (column.name,) == table.key and source.repeats and one.score >= 0:
        what = "states of one thing" if table.versioned else "lost: only the first row would stay"
        yield f"{source.name}: {source.repeats} rows repeat an id; {what}"


def _is_float_id(column: Column, source: ColumnProfile) -> bool:
    return column.kind == "ref" and 0 < source.filled == source.float_ids


def _entry(name: str, options: list[str], float_id: bool = False) -> str:
    if float_id:
        sql = json.dumps(f"cast({_identifier(name)} as bigint)")
        return f"{{sql: {sql}, {', '.join(options)}}}"
    if not options:
        return _text(name) if words(name) not in _WORDS else f"{{from: {_text(name)}}}"
    return f"{{from: {_text(name)}, {', '.join(options)}}}"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
