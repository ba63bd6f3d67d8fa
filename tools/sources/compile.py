"""One input of a mapping as queries: texts, mapped words, typed values, and what was refused.

Every cell goes through layers: `v` the source text (`e` what went into an expression that
failed), `m` the mapped text, `d` and `g` an amount and its whole part, `o`
whether it names another currency than its row, `c` the typed value, `q`
what is wrong with it (see `Fault`) and `b` the bad text. Required cells decide whether the row is
kept.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from tools.currencies import DIGITS, USUAL, minor_units
from tools.sources.cells import DOMAINS
from tools.sources.currency_names import names_other_sql
from tools.sources.expressions import columns_of, to_sql
from tools.sources.instants import instant_sql
from tools.sources.joins import join_sql
from tools.sources.lists import items_sql
from tools.sources.mapping import INLINE, CellSource, Input
from tools.sources.numbered import key_sql, line_sql
from tools.sources.numbers import NUMBERS
from tools.sources.raw import SHOWN, quoted
from tools.warehouse.schema import BY_NAME, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.sources.numbers import Style
    from tools.sources.raw import Raw

LIST, WHERE = -1, -2  # the cell numbers of `each` and of `where`; joins are -3, -4 …


class Fault(IntEnum):
    """What can be wrong with a value."""

    NONE = 0
    FAILED = 1
    UNMAPPED = 2
    CAST = 3
    EMPTY = 4
    UNMATCHED = 5
    SEVERAL = 6
    NO_LIST = 7
    CURRENCY = 8


NO_STYLES: "Mapping[int, Style]" = MappingProxyType({})


@dataclass(frozen=True)
class Compiled:
    """The two queries of one input, and its cells in the order of their numbers.

    `texts` must run without sharing common parts, which would move a cast out of its TRY.
    """

    texts: str
    typed: str
    cells: tuple[CellSource, ...]
    required: tuple[int, ...]
    styles: "Mapping[int, Style]" = field(default_factory=dict)


def numbers_of(each: Input, compiled: Compiled) -> dict[int, tuple[str, str]]:
    """The cells that hold numbers of no named style: the text of each, and its kind."""
    kinds = {n: column_of(each.table, cell).kind for n, cell in enumerate(compiled.cells)}
    return {
        n: (f"v{slot_of(compiled.cells, n)}", kinds[n])
        for n, cell in enumerate(compiled.cells)
        if kinds[n] in NUMBERS and not (cell.decimal or cell.values or cell.constant)
    }


def compile_input(each: Input, raw: "Raw", lookups: "list[Raw]", zone: str) -> Compiled:
    """The query of an input's texts, and the one over `texts` that types and judges them."""
    names, staged = _staged(each, raw, lookups, zone)
    cells = cells_of(each)
    required = tuple(n for n, cell in enumerate(cells) if column_of(each.table, cell).required)
    return Compiled(_texts(each, cells, names, staged), typed_sql(each), cells, required)


def _texts(each: Input, cells: tuple[CellSource, ...], names: dict[str, str], staged: str) -> str:
    slots = [(n, cell) for n, cell in enumerate(cells) if slot_of(cells, n) == n]
    tried = [_text(n, cell, names) for n, cell in slots]
    told = [_told(n, cell, names) for n, cell in slots]
    told += [f"jq{n}, jb{n}" for n in range(len(each.joins))]
    told += ["lq, lb"] if each.each is not None else []
    where = ""
    if each.where is not None:
        tried.append(f"{_tried(to_sql(each.where, names))} AS pw")
        failed = f"CASE WHEN pw IS NULL THEN {_inputs(columns_of(each.where), names)} END AS wb"
        told.append(f"pw IS NULL AS wf, {failed}")
        where = f" WHERE pw IS NULL OR pw.v{' OR lq' if each.each is not None else ''}"
    return (
        f"WITH staged AS ({staged}), tried AS (SELECT *{_and(tried)} FROM staged) "
        f"SELECT row{_and(told)} FROM tried{where}"
    )


def typed_sql(each: Input, styles: "Mapping[int, Style]" = NO_STYLES) -> str:
    """The query over `texts` that types and judges; `styles` says how cells write numbers."""
    cells = cells_of(each)
    slots = [
        _Numbered(
            n, slot_of(cells, n), cell, column_of(each.table, cell), styles.get(n) or cell.decimal
        )
        for n, cell in enumerate(cells)
    ]
    at = currency_of(cells)
    units = units_sql(None if at is None else slots[at].text, each.currency)
    other = partial(names_other_sql, code=None if at is None else slots[at].text, own=each.currency)
    typed = [_typed(one, each.table) for one in slots]
    result = [
        f"c{one.n}, q{one.n}, CASE WHEN q{one.n} > 0 THEN {one.shown} END AS b{one.n}"
        for one in slots
    ]
    result += ["wf, wb"] if each.where is not None else []
    result += [f"jq{n}, jb{n}" for n in range(len(each.joins))]
    result += ["lq, lb"] if each.each is not None else []
    return (
        f"WITH mapped AS (SELECT *{_and([_mapped(one) for one in slots])} FROM texts), "
        f"plain AS (SELECT *{_and([_plain_number(one) for one in slots])} FROM mapped), "
        f"scaled AS (SELECT *{_and([_scaled(one, units, other) for one in slots])} FROM plain), "
        f"typed AS (SELECT *{_and(typed)} FROM scaled), "
        f"judged AS (SELECT *{_and([_fault(one) for one in slots])} FROM typed) "
        f"SELECT row{_and(result)} FROM judged"
    )


def slot_of(cells: tuple[CellSource, ...], n: int) -> int:
    """The first cell with the same origin: its text is read once for all of them."""
    origins = [(cell.column, cell.tree, cell.constant, cell.key, cell.each_line) for cell in cells]
    return origins.index(origins[n])


@dataclass(frozen=True)
class _Numbered:
    """A cell with its number, the number of its text, and its canonical column."""

    n: int
    slot: int
    cell: CellSource
    column: Column
    style: "Style | None" = None

    @property
    def number(self) -> str:
        """The text of a number, written plainly."""
        return self.text if self.style is None else f"t{self.n}"

    @property
    def text(self) -> str:
        """The mapped text: the source text itself when there is no value map."""
        return f"v{self.slot}" if self.cell.values is None else f"m{self.n}"

    @property
    def shown(self) -> str:
        """The text that is told when the value is bad: of a failed expression, its inputs."""
        slot = self.slot
        return f"v{slot}" if self.cell.tree is None else f"coalesce(v{slot}, e{slot})"


def cells_of(each: Input) -> tuple[CellSource, ...]:
    """All cells of an input: the canonical columns, then when it occurred and was known."""
    return (*each.cells, *(c for c in (each.occurred, each.known.cell) if c is not None))


def reads(each: Input) -> dict[str, str]:
    """The columns an input reads from its own file, each with the key that asks for it."""
    found: dict[str, str] = {}
    taken = {take.name for join in each.joins for take in join.take}
    for cell in cells_of(each):
        for name in _sources(cell):
            found.setdefault(name, cell.place)
    for name in columns_of(each.where) if each.where is not None else ():
        found.setdefault(name, f"{each.place}: where")
    for join in each.joins:
        for here, _ in join.match:
            found.setdefault(here, f"{join.place}: match")
    if each.each is not None:
        own = {name for name in found if each.each.path(name) is not None}
        taken |= own
        found.setdefault(each.each.column, f"{each.each.place}.{each.each.name}")
    return {name: place for name, place in found.items() if name not in taken}


def _columns(each: Input) -> set[str]:
    """Every source column the cells, the filter and the look-ups of an input ask for."""
    found = {name for cell in cells_of(each) for name in _sources(cell)}
    found |= set(columns_of(each.where)) if each.where is not None else set()
    return found | {here for join in each.joins for here, _ in join.match}


def _sources(cell: CellSource) -> tuple[str, ...]:
    if cell.column is not None:
        return (cell.column,)
    return columns_of(cell.tree) if cell.tree is not None else cell.key or ()


def _staged(each: Input, raw: "Raw", lookups: "list[Raw]", zone: str) -> tuple[dict[str, str], str]:
    names = dict(raw.aliases)
    sql = (
        f"SELECT rowid AS row, {', '.join(raw.aliases.values()) or 'NULL AS none'} FROM {raw.name}"
    )
    if each.each is not None:
        sql, items = items_sql(sql, each.each, names, _columns(each), each.reader)
        names |= items
    for n, (join, lookup) in enumerate(zip(each.joins, lookups, strict=True)):
        sql, taken = join_sql(sql, join, lookup, names, n, zone)
        names |= taken
    return names, _numbered(sql, each, names)


def _numbered(staged: str, each: Input, names: dict[str, str]) -> str:
    """The staged query with the keys that number its lines."""
    table, cells = BY_NAME[each.table], cells_of(each)
    read = sorted({names[name] for name in _columns(each)})
    found = []
    for n, cell in enumerate(cells):
        if cell.each_line and slot_of(cells, n) == n:
            rest = [c for c in cells if c.name in table.key and c is not cell]
            others = [names[name] for c in rest for name in _sources(c)]
            key = [names[name] for name in cell.key or ()]
            found.append(f"{line_sql(table, key, others, read)} AS line{n}")
    return f"SELECT *{_and(found)} FROM ({staged}) AS n" if found else staged


def _tried(sql: str) -> str:
    """A value wrapped so that NULL means failure and its `v` may be NULL."""
    return f"TRY(struct_pack(v := ({sql})))"


def _text(n: int, cell: CellSource, names: dict[str, str]) -> str:
    if cell.tree is not None:
        return f"{_tried(f'CAST(({to_sql(cell.tree, names)}) AS VARCHAR)')} AS p{n}"
    if cell.each_line:
        return f"line{n} AS v{n}"
    if cell.key is not None:
        return f"{key_sql([names[c] for c in cell.key])} AS v{n}"
    if cell.constant is not None:
        return f"{quoted(cell.constant)} AS v{n}"
    return f"{names[cell.column or '']} AS v{n}"


def _told(n: int, cell: CellSource, names: dict[str, str]) -> str:
    if cell.tree is None:
        return f"v{n}"
    shown = f"CASE WHEN p{n} IS NULL THEN {_inputs(_sources(cell), names)} END"
    return f"nullif(p{n}.v, '') AS v{n}, {shown} AS e{n}"


def _mapped(one: _Numbered) -> str:
    cell, v = one.cell, f"v{one.slot}"
    if cell.values is None:
        return ""
    arms = " ".join(f"WHEN {quoted(k)} THEN {_literal(t)}" for k, t in cell.values)
    rest = v if cell.passes else _literal(cell.otherwise[0] if cell.otherwise else None)
    return f"CASE WHEN {v} IS NOT NULL THEN CASE {v} {arms} ELSE {rest} END END AS {one.text}"


def _plain_number(one: _Numbered) -> str:
    if one.style is None:
        return ""
    plain = f"number_text({one.text}, {quoted(one.style)})"
    if one.column.kind != "float":  # a share is no amount and no count
        plain = f"CASE WHEN NOT contains({one.text}, '%') THEN {plain} END"
    return f"{plain} AS t{one.n}"


def _scaled(one: _Numbered, units: str, other: "Callable[[str], str]") -> str:
    if one.column.kind != "minor":
        return ""
    minor = f"minor_units({one.number}, {units if one.cell.unit == 'main' else 1})"
    named = "" if one.style is None else f", {other(one.text)} AS o{one.n}"
    return f"{minor} AS d{one.n}, floor({minor}) AS g{one.n}{named}"


def currency_of(cells: tuple[CellSource, ...]) -> int | None:
    """The number of the cell that says the currency."""
    return next((n for n, cell in enumerate(cells) if cell.name == "currency"), None)


def units_sql(code: str | None, currency: str) -> str:
    """How many minor units a main unit has in the row's currency, else in the mapping's."""
    usual = minor_units(currency)
    if code is None:
        return str(usual)
    arms = [
        f"WHEN upper({code}) IN ({', '.join(map(quoted, names))}) THEN {units}"
        for units, names in _unusual()
    ]
    return f"CASE WHEN {code} IS NULL THEN {usual} {' '.join(arms)} ELSE 100 END"


@cache
def _unusual() -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The currencies whose minor unit is not a hundredth, by units."""
    counts = {
        places: tuple(sorted(c for c, d in DIGITS.items() if d == places))
        for places in sorted(set(DIGITS.values()))
        if places != USUAL
    }
    return tuple((10**places, codes) for places, codes in counts.items())


def _literal(text: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if text is None else quoted(text)


def column_of(table: str, cell: CellSource) -> Column:
    """The canonical column of a cell; when it occurred and was known are instants."""
    names = {column.name: column for column in BY_NAME[table].columns}
    required = cell.name == "occurred_at"
    return names.get(cell.name) or Column(cell.name, "instant", "when", required=required)


def _typed(one: _Numbered, table: str) -> str:
    cell, text = one.cell, one.text
    instant = instant_sql(text, cell.formats, cell.zone)
    sql = {
        "int": f"to_int({one.number})",
        "float": f"to_float({one.number})",
        "bool": f"to_bool({text})",
        "minor": _amount(one),
        "instant": instant,
        "day": _day(f"to_day({instant}, {quoted(cell.zone)})", cell),
        "ref": _reference(text, cell),
        "text": _plain(text, table, cell.name),
    }[one.column.kind]
    return f"{sql} AS c{one.n}"


def _amount(one: _Numbered) -> str:
    """An amount; none where its text names another currency than its row."""
    minor = f"half_even(d{one.n}, g{one.n})"
    return minor if one.style is None else f"CASE WHEN NOT o{one.n} THEN {minor} END"


def _day(day: str, cell: CellSource) -> str:
    """A day moved by months, which end where a month ends, and then by days."""
    if cell.plus_months:
        day = f"day_after_months({day}, {cell.plus_months})"
    return f"{day} + {cell.plus_days}"


def _reference(m: str, cell: CellSource) -> str:
    if cell.space == INLINE:
        return f"CASE WHEN regexp_full_match({m}, '[^:]+:.+') THEN to_text({m}) END"
    return f"{quoted(cell.space + ':')} || to_text({m})"


def _plain(m: str, table: str, name: str) -> str:
    words = DOMAINS.get((table, name))
    if name == "currency":
        return f"CASE WHEN upper({m}) IN ({', '.join(map(quoted, DIGITS))}) THEN upper({m}) END"
    if words:
        return f"CASE WHEN {m} IN ({', '.join(map(quoted, words))}) THEN {m} END"
    if name == "email" or (table, name) == ("messages", "address"):
        return f"to_address({m})"
    return f"to_text(lower({m}))" if name == "domain" else f"to_text({m})"


def _fault(one: _Numbered) -> str:
    cell, v = one.cell, f"v{one.slot}"
    arms = [f"WHEN e{one.slot} IS NOT NULL THEN {Fault.FAILED:d}"] if cell.tree is not None else []
    if cell.values is not None and cell.otherwise is None and not cell.passes:
        keys = ", ".join(quoted(key) for key, _ in cell.values)
        arms.append(f"WHEN {v} IS NOT NULL AND {v} NOT IN ({keys}) THEN {Fault.UNMAPPED:d}")
    if one.column.kind == "minor" and one.style is not None:
        arms.append(f"WHEN o{one.n} AND NOT d{one.n} IS NULL THEN {Fault.CURRENCY:d}")
    arms.append(f"WHEN {one.text} IS NOT NULL AND c{one.n} IS NULL THEN {Fault.CAST:d}")
    if one.column.required:
        arms.append(f"WHEN c{one.n} IS NULL THEN {Fault.EMPTY:d}")
    return f"CASE {' '.join(arms)} ELSE 0 END AS q{one.n}"


def _inputs(columns: tuple[str, ...], names: dict[str, str]) -> str:
    shown = [f"{quoted(c + '=')} || coalesce({names[c]}, '')" for c in columns]
    return f"left(concat_ws(', ', {', '.join(shown)}), {SHOWN})" if shown else "''"


def _and(parts: list[str]) -> str:
    return "".join(f", {part}" for part in parts if part)
