"""One column of a mapping: which keys it may have depends on the kind of the canonical column."""

import re
from dataclasses import dataclass
from typing import Any, cast

from tools.currencies import is_currency
from tools.errors import BadInput, nearest
from tools.sources.expressions import parse_expression
from tools.sources.mapping import INLINE, CellSource
from tools.sources.strict import MappingSection
from tools.sources.zones import check_zone
from tools.warehouse.schema import Column

_ORIGIN = ("from", "sql", "value", "key")
_KEYS = {
    "day": ("formats", "zone", "plus_days", "plus_months"),
    "instant": ("formats", "zone"),
    "ref": ("space",),
    "minor": ("unit", "decimal"),
    "int": ("decimal",),
    "float": ("decimal",),
}
_WORDS = ("iso", "epoch_s", "epoch_ms", "epoch_us")
_DIRECTIVE = re.compile(r"%-?[A-Za-z%]")
_DIRECTIVES = frozenset("aAwdbBmyYHIpMSfgnzZjUWcxXGuV%")

# The closed vocabularies of the schema: a word outside them would fall through every rule.
DOMAINS: dict[tuple[str, str], tuple[str, ...]] = {
    ("deals", "state"): ("open", "won", "lost"),
    ("messages", "kind"): (
        "sent", "delivered", "opened", "clicked", "bounced", "unsubscribed", "complained",
        "subscribed",
    ),
    ("messages", "bounce"): ("hard", "soft"),
    ("tickets", "priority"): ("low", "normal", "high", "urgent"),
    ("invoices", "status"): ("paid", "open", "failed", "refunded", "void"),
}  # fmt: skip


@dataclass(frozen=True)
class CellContext:
    """What a whole mapping says once: id space, zone and currency."""

    space: str
    zone: str
    currency: str | None


def parse_cell(
    column: Column, node: object, place: str, context: CellContext, table: str
) -> CellSource:
    """Read one column's entry: the name of a source column, or keys and values."""
    if isinstance(node, str):
        node = {"from": node}
    allowed = (*_ORIGIN, "each_line", "values", "else", "unmapped", *_KEYS.get(column.kind, ()))
    section = MappingSection.of(node, place, allowed)
    cell = CellSource(
        name=column.name,
        place=place,
        **_origin(section),
        values=section.pairs("values") if "values" in section.items else None,
        otherwise=(section.optional("else"),) if "else" in section.items else None,
        passes=section.choice("unmapped", ("quarantine", "keep"), "quarantine") == "keep",
        formats=parse_formats(section),
        zone=check_zone(section.optional("zone") or context.zone, place),
        space=_space(section, context),
        unit=_unit(section, column),
        plus_days=_whole(section, "plus_days", "days"),
        plus_months=_whole(section, "plus_months", "months"),
        decimal=_decimal(section),
        each_line=section.choice("each_line", ("true", "false"), "false") == "true",
    )
    _check_words(cell, DOMAINS.get((table, column.name)))
    if column.name == "currency":
        _check_currencies(cell)
    return cell


def _origin(section: MappingSection) -> dict[str, Any]:
    given = [key for key in _ORIGIN if key in section.items]
    if section.items.get("each_line") == "true" and given in ([], ["key"]):
        return {"key": section.texts("key")}
    if "each_line" in section.items and given != ["key"]:
        raise BadInput(f"{section.place}: each_line: true numbers equal lines; give a key with it")
    if len(given) != 1:
        told = " and ".join(given) or "none"
        raise BadInput(f"{section.place}: give exactly one of {', '.join(_ORIGIN)}; found {told}")
    if given == ["key"]:
        return {"key": _key(section)}
    if given == ["sql"]:
        return {"tree": parse_expression(section.text("sql"), section.place)}
    if given == ["value"]:
        return {"constant": section.text("value")}
    return {"column": section.text("from")}


def _key(section: MappingSection) -> tuple[str, ...]:
    columns = section.texts("key")
    if not columns:
        raise BadInput(f"{section.place}: key must list the source columns that tell rows apart")
    return columns


def parse_formats(section: MappingSection) -> tuple[str, ...]:
    """The date formats to try, in order: iso, epoch_s, epoch_ms, epoch_us, or strptime."""
    formats = section.texts("formats") or ("iso",)
    for form in formats:
        if form not in _WORDS:
            _check_format(form, section.place)
    return formats


def _check_format(form: str, place: str) -> None:
    directives = _DIRECTIVE.findall(form)
    if not directives:
        raise BadInput(f"{place}: formats: {form!r} is not known; {nearest(form, _WORDS)}")
    wrong = [found for found in directives if found[-1] not in _DIRECTIVES]
    if wrong or form.replace("%%", "").endswith("%"):
        raise BadInput(f"{place}: formats: {form!r} has no directive {' '.join(wrong) or '%'}")


def _space(section: MappingSection, context: CellContext) -> str:
    space = section.optional("space") or context.space
    if ":" in space:
        raise BadInput(f"{section.place}: space: {space!r} may not hold a colon; or say {INLINE}")
    return space


def _unit(section: MappingSection, column: Column) -> Any:
    if column.kind == "minor" and "unit" not in section.items:
        raise BadInput(f"{section.place}: say unit: main (12.34) or unit: minor (1234)")
    return cast("Any", section.choice("unit", ("main", "minor"), "main"))


def _decimal(section: MappingSection) -> Any:
    if "decimal" not in section.items:
        return None
    return cast("Any", section.choice("decimal", ("point", "comma"), ""))


def _whole(section: MappingSection, key: str, what: str) -> int:
    text = section.optional(key) or "0"
    if not re.fullmatch(r"-?\d{1,4}", text):
        raise BadInput(f"{section.place}: {key}: {text!r} is not a whole number of {what}")
    return int(text)


def _check_currencies(cell: CellSource) -> None:
    targets = [target for _, target in cell.values or ()] + list(cell.otherwise or ())
    for target in (*targets, cell.constant):
        if target is not None and not is_currency(target.upper()):
            raise BadInput(f"{cell.place}: {target!r} is not a currency code like EUR")


def _check_words(cell: CellSource, words: tuple[str, ...] | None) -> None:
    targets = [target for _, target in cell.values or ()] + list(cell.otherwise or ())
    for target in (*targets, cell.constant):
        if words and target is not None and target not in words:
            raise BadInput(f"{cell.place}: {target!r} is not known; {nearest(target, words)}")
