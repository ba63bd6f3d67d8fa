"""How the numbers of a column are written: with a decimal point or with a decimal comma.

What is written plainly ("1234.5") is read as it is. Only where that fails the whole column is
looked at: values that can be read in one way alone say how the others are meant. Where they do
not agree, or none says it, a value like "1,234" is not guessed.
"""

from collections.abc import Mapping
from typing import Literal

import duckdb

Style = Literal["point", "comma", "mixed"]
STYLES: tuple[Style, ...] = ("point", "comma", "mixed")
NUMBERS = ("int", "float", "minor")


def styles_of(
    connection: duckdb.DuckDBPyConnection, cells: Mapping[int, tuple[str, str]]
) -> dict[int, Style]:
    """How those cells write numbers of which `typed` refuses a value that is a number.

    `cells` has the column of `texts` and the kind of each cell, by number.
    """
    if not cells:
        return {}
    asked = [f"bool_or(q{n} > 0 AND number_style(b{n}) IS NOT NULL)" for n in cells]
    (row,) = connection.execute(f"SELECT {', '.join(asked)} FROM typed").fetchall()
    otherwise = [n for n, found in zip(cells, row, strict=True) if found]
    return {n: _style(connection, *cells[n]) for n in otherwise}


def _style(connection: duckdb.DuckDBPyConnection, column: str, kind: str) -> Style:
    """How a column of `texts` is written, by the values that leave no doubt."""
    styles = f"SELECT number_style({column}) AS s, {column} AS v FROM texts"
    (row,) = connection.execute(
        "SELECT bool_or(s = 'point'), bool_or(s = 'comma'), "
        "bool_or(s = 'open' AND contains(v, ',')), bool_or(s = 'open' AND contains(v, '.')) "
        f"FROM ({styles})"
    ).fetchall()
    point, comma, grouped, dotted = (bool(found) for found in row)
    if kind == "int" and not point and not comma:
        # A whole number has no decimals: what stands before three digits groups them.
        point, comma = grouped, dotted
    if point == comma:
        return "mixed" if point or grouped else "point"
    return "point" if point else "comma"
