"""What could not be used, told so that a person finds it: file, line, column, value, reason."""

import re
from typing import TYPE_CHECKING, Any

from tools.sources.batch import Rejected
from tools.sources.compile import LIST, WHERE, Compiled, Fault, currency_of
from tools.sources.raw import SHOWN
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from tools.sources.mapping import CellSource, Input
    from tools.sources.raw import Malformed, Raw
    from tools.sources.shelf import RawTables

LEFT_OUT = "the row is left out"
KEPT = "the row is kept without it"
OTHER_CURRENCY = (
    "an amount in another currency than its row; map the currency of each row, or correct it"
)
_OPEN = re.compile(r"[^\d.,]*[1-9]\d{0,2}[.,]\d{3}[^\d.,]*")
_KINDS = {
    "int": "not a whole number",
    "float": "not a number",
    "bool": "not a yes or no",
    "minor": "not an amount",
    "ref": "not a usable id",
    "text": "not usable text",
}

_TEXTS = {
    "email": "not an address",
    "currency": "no currency of ISO 4217; give it values, such as {US$: USD}",
}


def rejected_of(
    shelf: "RawTables", each: "Input", compiled: Compiled, raw: "Raw", lookups: "list[Raw]"
) -> list[Rejected]:
    """Everything the last input refused, malformed records of its look-ups included."""
    found = [
        (int(a), int(n), int(q), str(b or "")[:SHOWN])
        for a, n, q, b in _faults(shelf, each, compiled)
    ]
    places = shelf.locate(raw, sorted({at for at, _, _, _ in found}))
    bad = [
        Rejected(
            each.table,
            *places[at],
            _name(each, compiled, n),
            value,
            _reason(each, compiled, n, Fault(fault), value),
        )
        for at, n, fault, value in found
    ]
    bad += [_malformed(each.table, m, LEFT_OUT) for m in raw.malformed]
    for lookup in lookups:
        bad += [_malformed(each.table, m, "not looked up") for m in lookup.malformed]
    return list(dict.fromkeys(bad))


def _faults(shelf: "RawTables", each: "Input", compiled: Compiled) -> "list[tuple[Any, ...]]":
    listed = " AND NOT lq" if each.each is not None else ""
    parts = [
        f"SELECT row, {n} AS n, q{n} AS q, b{n} AS b FROM typed WHERE q{n} > 0{listed}"
        for n in range(len(compiled.cells))
    ]
    if each.each is not None:
        parts.append(f"SELECT row, {LIST}, {Fault.NO_LIST:d}, lb FROM typed WHERE lq")
    if each.where is not None:
        parts.append(f"SELECT row, {WHERE}, {Fault.FAILED:d}, wb FROM typed WHERE wf{listed}")
    parts += [
        f"SELECT row, {WHERE - 1 - n}, jq{n}, jb{n} FROM typed WHERE jq{n} > 0{listed}"
        for n in range(len(each.joins))
    ]
    return shelf.connection.execute(" UNION ALL ".join(parts)).fetchall()


def _malformed(table: str, bad: "Malformed", what: str) -> Rejected:
    return Rejected(table, bad.file, bad.line, "", bad.value, f"{bad.reason}; {what}")


def _name(each: "Input", compiled: Compiled, n: int) -> str:
    if n == LIST:
        return each.each.name if each.each is not None else ""
    if n == WHERE:
        return "where"
    if n < WHERE:
        return ", ".join(take.name for take in each.joins[WHERE - 1 - n].take)
    return compiled.cells[n].name


def _reason(each: "Input", compiled: Compiled, n: int, fault: Fault, value: str) -> str:
    if n == LIST:
        return f"not a list; {LEFT_OUT}"
    if n == WHERE:
        return f"the filter fails; {LEFT_OUT}"
    if n < WHERE:
        file = each.joins[WHERE - 1 - n].file
        return f"several in {file}" if fault == Fault.SEVERAL else f"not found in {file}"
    what = LEFT_OUT if n in {*compiled.required, currency_of(compiled.cells)} else KEPT
    if compiled.styles.get(n) == "mixed" and fault == Fault.CAST and _OPEN.fullmatch(value):
        return f"could be read with a decimal point or a decimal comma; {what}"
    return f"{_what(each.table, compiled.cells[n], fault)}; {what}"


def _what(table: str, cell: "CellSource", fault: Fault) -> str:
    if fault == Fault.EMPTY:
        return "required and empty"
    if fault == Fault.FAILED:
        return "the expression fails"
    if fault == Fault.CURRENCY:
        return OTHER_CURRENCY
    if fault == Fault.UNMAPPED:
        return "not in the value map"
    kinds = {column.name: column.kind for column in BY_NAME[table].columns}
    kind = kinds.get(cell.name, "instant")
    if kind in {"day", "instant"}:
        return f"not a date of the form {' or '.join(cell.formats)}"
    return _TEXTS.get(cell.name) or _KINDS[kind]
