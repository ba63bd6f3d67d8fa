"""Reads the YAML of a mapping into frozen nouns and refuses what it does not understand.

The whole language, with `?` on what may be left out::

    company: name                     zone: IANA name
    source?: system, default of it    space?: id space, default the source
    currency?: ISO 4217 code          known?: load | when_occurred
    inputs:
      - table: canonical table        file: name or glob, inside the folder
                                      (events_part_*.jsonl: all parts are one input)
        format?: csv | jsonl | parquet, by the suffix; .csv.gz and .jsonl.gz are unpacked
        delimiter? (a character, or whitespace) encoding? nulls? (texts for nothing)
        header? (names, for a file without them)
        where?: expression            keep?: all | earliest
        each?: {name: column of a list, or {from, split}}; every item makes a row of its own, in
               which the name is the item; without split the list is a JSON array
        snapshot?: true when the file holds every record of its table each time: who is not in it
                   any more is gone; lost_share? (0.2): it may lose so many at once, else it is
                   taken as truncated
        join?: [{file, match: {here: there}, take: {name: column or {from, pick, formats}}}]
        occurred: column | {from …} | unknown
        known?: load | when_occurred | {from …}
        A column is named as in the file's header; `a.b[0].c` reaches into JSON in column a.
        columns: {canonical: column or {from | sql | value | key
                  each_line? (true, with a key or alone: equal lines are numbered, each counts)
                  values? else? unmapped? (keep)
                  formats? (tried in order: iso, epoch_s, epoch_ms, epoch_us, %d-%m-%Y …)
                  zone? (of local times; a day is the day there) plus_days? plus_months? (a month
                  after 31 January is the last of February) space? (refs) unit (amounts)
                  decimal? (numbers: point | comma; else as the column itself shows)}}

    Numbers may be written "$1,117.10K", "1.234,50 EUR", "(5.00)", "5.00-", "12 500" or "10%".
    An expression reads such a text by number(column), or number(column, 'comma').
"""

import re
from pathlib import Path, PurePosixPath
from typing import Any, cast

from tools.currencies import is_currency
from tools.errors import BadInput, nearest
from tools.sources.cells import CellContext, parse_cell, parse_formats
from tools.sources.expressions import parse_expression
from tools.sources.mapping import (
    LOST_SHARE,
    WHITESPACE,
    CellSource,
    Each,
    Input,
    Join,
    KnownFrom,
    Mapping,
    Reader,
    Take,
    format_of,
)
from tools.sources.strict import MappingSection, load
from tools.sources.zones import check_zone
from tools.warehouse.schema import BY_NAME, CanonicalTable, Column

_TOP = ("company", "source", "space", "zone", "currency", "known", "inputs")
_READER = ("format", "delimiter", "encoding", "header", "nulls")
_INPUT = (
    "table", "file", *_READER, "where", "each", "join", "columns", "occurred", "known", "keep",
    "snapshot", "lost_share",
)  # fmt: skip
_JOIN = ("file", *_READER, "match", "take")
_TAKE = ("from", "pick", "formats")
# What a column is when the mapping says nothing: '' is the whole invoice, a row is one event.
_IMPLIED = {("invoices", "line"): "", ("events", "quantity"): "1"}


def read_mapping(path: Path) -> Mapping:
    """Read the mapping in a file; BadInput names the file, the key and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot read the mapping: {error}") from error
    return parse_mapping(text, path.name)


def parse_mapping(text: str, name: str) -> Mapping:
    """Read the mapping in a text; `name` starts every message."""
    top = MappingSection.of(load(text, name), name, _TOP)
    company = top.text("company")
    source = top.optional("source") or company.lower().replace(" ", "_")
    zone = check_zone(top.text("zone"), top.place)
    context = CellContext(top.optional("space") or source, zone, _currency(top))
    known = top.choice("known", ("load", "when_occurred"), "load")
    inputs = tuple(_input(node, place, context, known) for place, node in top.sections("inputs"))
    if not inputs:
        raise BadInput(f"{name}: inputs is empty: nothing would be read")
    _agree_on_keep(inputs)
    return Mapping(company, source, context.space, zone, context.currency, inputs)


def _currency(top: MappingSection) -> str | None:
    code = top.optional("currency")
    if code is not None and not is_currency(code.upper()):
        raise BadInput(f"{top.place}: currency: {code!r} is not a code like EUR")
    return code.upper() if code is not None else None


def _input(node: object, place: str, context: CellContext, known: str) -> Input:
    section = MappingSection.of(node, place, _INPUT)
    table = BY_NAME[_table(section)]
    section = MappingSection(f"{place} ({table.name})", section.items)
    where = section.optional("where")
    return Input(
        table=table.name,
        file=_file(section),
        reader=_reader(section),
        cells=_cells(section, table, context),
        occurred=_occurred(section, context),
        known=_known(section, context, known),
        place=section.place,
        where=None if where is None else parse_expression(where, f"{section.place}: where"),
        joins=tuple(_join(n, p) for p, n in section.sections("join")),
        each=_each(section),
        keep=cast("Any", section.choice("keep", ("all", "earliest"), "all")),
        currency=context.currency or "",
        snapshot=_snapshot(section, table),
        lost_share=_lost_share(section),
    )


def _snapshot(section: MappingSection, table: CanonicalTable) -> bool:
    whole = section.choice("snapshot", ("true", "false"), "false") == "true"
    if whole and not table.versioned:
        raise BadInput(
            f"{section.place}: snapshot: {table.name} are facts that happened and stay: "
            "leave it out"
        )
    return whole


def _lost_share(section: MappingSection) -> float:
    text = section.optional("lost_share")
    if text is None:
        return LOST_SHARE
    share = float(text) if re.fullmatch(r"0?\.\d{1,6}|[01](\.0{1,6})?", text) else 2.0
    if section.optional("snapshot") != "true" or share > 1:
        raise BadInput(
            f"{section.place}: lost_share: {text!r} must be a share from 0 to 1, like 0.2, beside "
            "snapshot: true"
        )
    return share


def _table(section: MappingSection) -> str:
    name = section.text("table")
    if name not in BY_NAME:
        raise BadInput(f"{section.place}: table: {name!r} is not known; {nearest(name, BY_NAME)}")
    return name


def _file(section: MappingSection) -> str:
    path = PurePosixPath(section.text("file"))
    if path.is_absolute() or ".." in path.parts:
        raise BadInput(f"{section.place}: file: {path} must lie inside the folder")
    if any("**" in part and part != "**" for part in path.parts) or "\0" in str(path):
        raise BadInput(f"{section.place}: file: {path} is no pattern; ** stands alone, as **/*.csv")
    if not path.parts:
        raise BadInput(f"{section.place}: file: name a file or a pattern, as *.csv")
    return str(path)


def _reader(section: MappingSection) -> Reader:
    told, delimiter = format_of(PurePosixPath(section.text("file").removesuffix(".gz")))
    kind = section.choice("format", ("csv", "jsonl", "parquet"), told or "")
    given = section.optional("delimiter") or (delimiter if kind == "csv" else "")
    if len(given) > 1 and given != WHITESPACE:
        raise BadInput(
            f"{section.place}: delimiter: {given!r} must be one character, or {WHITESPACE}"
        )
    return Reader(
        format=cast("Any", kind),
        delimiter=given or ",",
        encoding=_encoding(section),
        header=section.texts("header") or None,
        nulls=section.texts("nulls"),
    )


def _encoding(section: MappingSection) -> str:
    encoding = section.optional("encoding") or "utf-8"
    try:
        "".encode(encoding)
    except LookupError as error:
        hint = nearest(encoding, ("utf-8", "latin-1", "cp1252", "utf-16"))
        raise BadInput(f"{section.place}: encoding: {encoding!r} is not known; {hint}") from error
    return encoding


def _cells(
    section: MappingSection, table: CanonicalTable, context: CellContext
) -> tuple[CellSource, ...]:
    place = f"{section.place}: columns"
    names = [column.name for column in table.columns]
    given = MappingSection.of(section.items.get("columns"), place, names)
    cells = {
        name: parse_cell(table.column(name), node, f"{place}.{name}", context, table.name)
        for name, node in given.items.items()
    }
    for column in table.columns:
        _complete(cells, column, table.name, place, context)
    return tuple(cells[name] for name in names if name in cells)


def _complete(
    cells: dict[str, CellSource], column: Column, table: str, place: str, context: CellContext
) -> None:
    if column.name in cells:
        return
    if (table, column.name) in _IMPLIED:
        implied = _IMPLIED[table, column.name]
        cells[column.name] = CellSource(column.name, place, constant=implied)
    elif column.required:
        raise BadInput(f"{place}: {table} needs {column.name!r} ({column.meaning})")
    elif column.name == "currency" and any(c.endswith("_minor") for c in cells):
        if context.currency is None:
            raise BadInput(f"{place}: amounts need a currency: map it, or say currency: at the top")
        cells["currency"] = CellSource("currency", place, constant=context.currency)


def _occurred(section: MappingSection, context: CellContext) -> CellSource | None:
    node = section.items.get("occurred")
    if node is None:
        raise BadInput(f"{section.place}: the key 'occurred' is missing: a column, or unknown")
    if node == "unknown":
        return None
    return _instant("occurred_at", node, f"{section.place}: occurred", context)


def _known(section: MappingSection, context: CellContext, default: str) -> KnownFrom:
    node = section.items.get("known", default)
    if isinstance(node, dict):
        place = f"{section.place}: known"
        return KnownFrom("column", _instant("observed_at", node, place, context))
    how = section.choice("known", ("load", "when_occurred"), default)
    return KnownFrom(cast("Any", how))


def _instant(name: str, node: object, place: str, context: CellContext) -> CellSource:
    column = Column(name, "instant", "when", required=name == "occurred_at")
    return parse_cell(column, node, place, context, "")


def _each(section: MappingSection) -> Each | None:
    node = section.items.get("each")
    if node is None:
        return None
    place = f"{section.place}: each"
    items = MappingSection.of(node, place, _Anything()).items
    if len(items) != 1:
        raise BadInput(
            f"{place}: name one list, as in each: {{item: items.data}}; has {len(items)}"
        )
    ((name, entry),) = items.items()
    if isinstance(entry, str):
        return Each(name, entry, "", place)
    told = MappingSection.of(entry, f"{place}.{name}", ("from", "split"))
    return Each(name, told.text("from"), told.optional("split") or "", place)


def _join(node: object, place: str) -> Join:
    section = MappingSection.of(node, place, _JOIN)
    match = tuple((here, there or here) for here, there in section.pairs("match"))
    take = MappingSection.of(section.items.get("take"), f"{place}: take", _Anything())
    takes = tuple(_take(name, item, f"{take.place}.{name}") for name, item in take.items.items())
    return Join(_file(section), _reader(section), match, takes, place)


class _Anything(tuple[str, ...]):
    """A collection that has every name: the keys of `take` are the writer's own."""

    __slots__ = ()

    def __contains__(self, _: object) -> bool:
        return True


def _take(name: str, node: object, place: str) -> Take:
    if isinstance(node, str):
        return Take(name, node)
    section = MappingSection.of(node, place, _TAKE)
    pick = section.choice("pick", ("only", "earliest", "latest"), "only")
    return Take(name, section.text("from"), cast("Any", pick), parse_formats(section))


def _agree_on_keep(inputs: tuple[Input, ...]) -> None:
    keeps: dict[str, Input] = {}
    for each in inputs:
        first = keeps.setdefault(each.table, each)
        if first.keep != each.keep:
            raise BadInput(
                f"{each.place}: keep: {each.keep} differs from {first.keep} at {first.place}; "
                "all inputs of a table must say the same"
            )
