"""What a whole column shows that one value cannot: the order of its date forms, its numbers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tools.sources.batch import Remark
from tools.sources.compile import Compiled, cells_of, numbers_of, slot_of, typed_sql
from tools.sources.date_forms import Days, choose, date_forms, twin
from tools.sources.numbers import styles_of
from tools.sources.raw import quoted

if TYPE_CHECKING:
    import duckdb

    from tools.sources.date_forms import DateChoice
    from tools.sources.mapping import CellSource, Input

DATE_FORMS = "date_forms"
_At = tuple[int, tuple[str, ...]]  # the number of a text, and the forms it is read by
_Dates = dict[_At, "CellSource"]


def type_input(
    connection: "duckdb.DuckDBPyConnection", each: "Input", compiled: Compiled, as_of: int
) -> tuple[Compiled, list[Remark]]:
    """Make `texts` and `typed` of an input, and say what its columns leave in doubt."""
    run = connection.execute
    run("DROP TABLE IF EXISTS texts; DROP TABLE IF EXISTS typed")
    run("SET disabled_optimizers = 'common_subexpressions'")
    run(f"CREATE TEMP TABLE texts AS {compiled.texts}")
    run("SET disabled_optimizers = ''")
    dates = _dates(each)
    choices = {
        at: _several(connection, at, cell, as_of) for at, cell in dates.items() if len(at[1]) > 1
    }
    chosen = _ordered(each, {at: choice.taken.forms for at, choice in choices.items()})
    compiled = replace(compiled, typed=typed_sql(chosen), cells=cells_of(chosen))
    run(f"CREATE TEMP TABLE typed AS {compiled.typed}")
    if styles := styles_of(connection, numbers_of(chosen, compiled)):
        compiled = replace(compiled, typed=typed_sql(chosen, styles), styles=styles)
        run(f"CREATE OR REPLACE TEMP TABLE typed AS {compiled.typed}")
    choices |= {
        at: _alone(connection, compiled, cell, as_of)
        for at, cell in dates.items()
        if at not in choices and twin(at[1][0])
    }
    return compiled, [r for at, one in choices.items() for r in _remarks(each, dates[at], one)]


def _dates(each: "Input") -> _Dates:
    """Each source of dates once, by the number of its text; when it occurred comes first."""
    cells = cells_of(each)
    dated = [(n, cell) for n, cell in enumerate(cells) if _is_date(cell)]
    dated.sort(key=lambda one: one[1].name != "occurred_at")
    found: _Dates = {}
    for n, cell in dated:
        found.setdefault((slot_of(cells, n), cell.formats), cell)
    return found


def _is_date(cell: "CellSource") -> bool:
    """Whether a cell is a date that could be read in another way; a moved day is left alone."""
    moved = cell.plus_days or cell.plus_months
    plain = cell.constant is None and cell.values is None and not moved
    return plain and cell.name.endswith(("_day", "_at")) and cell.formats != ("iso",)


def _several(
    connection: "duckdb.DuckDBPyConnection",
    at: _At,
    cell: "CellSource",
    as_of: int,
) -> "DateChoice":
    today = as_of if cell.name == "occurred_at" else None
    return date_forms(connection, "texts", f"v{at[0]}", at[1], cell.zone, today)


def _alone(
    connection: "duckdb.DuckDBPyConnection", compiled: Compiled, cell: "CellSource", as_of: int
) -> "DateChoice":
    """The calendar of a single form: its days are there already, nothing is read again."""
    n = compiled.cells.index(cell)
    instant = cell.name.endswith("_at")
    day = f"to_day(c{n}, {quoted(cell.zone)})" if instant else f"c{n}"
    rows = connection.execute(
        f"SELECT {day}, count(*) FROM typed WHERE c{n} IS NOT NULL GROUP BY 1"
    ).fetchall()
    found: list[tuple[Days, int]] = [((int(d),), int(count)) for d, count in rows if d is not None]
    return choose(found, cell.formats, as_of if cell.name == "occurred_at" else None)


def _ordered(each: "Input", orders: dict[_At, tuple[str, ...]]) -> "Input":
    """The input with its date forms in the order in which its columns are read best."""
    if all(at[1] == order for at, order in orders.items()):
        return each
    cells = cells_of(each)
    changed = {
        n: replace(cell, formats=orders[at])
        for n, cell in enumerate(cells)
        if (at := (slot_of(cells, n), cell.formats)) in orders
    }
    news = [changed.get(n, cell) for n, cell in enumerate(cells)]
    own = len(each.cells)
    occurred = None if each.occurred is None else news[own]
    known = each.known if each.known.cell is None else replace(each.known, cell=news[-1])
    return replace(each, cells=tuple(news[:own]), occurred=occurred, known=known)


def _remarks(each: "Input", cell: "CellSource", one: "DateChoice") -> Iterator[Remark]:
    says = "; ".join(_says(one))
    if says:
        rows = one.doubtful or one.rows
        yield Remark(DATE_FORMS, each.table, each.file, cell.column or cell.name, says, rows)


def _says(one: "DateChoice") -> Iterator[str]:
    shares = [f"{100 * form.rows / max(one.rows, 1):.0f}% {form.form}" for form in one.forms]
    if len(shares) > 1 and (one.doubtful or one.other):
        yield f"{len(shares)} forms of date: {', '.join(shares)}"
    if one.taken.forms != one.own.forms:
        order = ", ".join(one.taken.forms)
        yield f"{one.doubtful:,} could be two days; tried as {order}: {one.taken.calendar.says}"
        yield f"in the order of the mapping it would be {one.own.calendar.says}"
    elif one.doubtful and not one.sure:
        yield f"{one.doubtful:,} could be two days, and the calendar does not say which"
        yield f"they are read in the order of the mapping: {one.own.calendar.says}"
    if one.other is not None:
        yield f"read as {' or '.join(one.other.forms)} it would be {one.other.calendar.says}"
        yield f"read as the mapping says it is {one.taken.calendar.says}"
