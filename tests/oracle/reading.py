"""Reads the truth a simulated company left beside its export."""

from typing import TYPE_CHECKING, Any

import duckdb

from tests.oracle.world import Account, Effect, Line, Month, Spell, Truth, month_of

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[Any, ...]
Effects = dict[tuple[str, str], tuple[Effect, ...]]
MONTHS = (
    "account_id, month, health, leave_draw, expand_chance, expand_draw, return_chance, return_draw"
)
SPELLS = "account_id, started, ended, decided, interval_months"
WHO = "account_id, segment, CAST(quality AS DOUBLE), CAST(churn AS DOUBLE)"
EFFECT = "play, segment, outcome, window_days, CAST({} AS DOUBLE)"
# A task is a call for a quarter of the accounts; the older table does not name it.
TASKS = {"retention_call": "retention_task", "winback_offer": "winback_task"}


def read_truth(folder: "Path", export: "Path") -> Truth:
    """The truth of a company and, from its latest export, what everybody paid when."""
    con = duckdb.connect(":memory:")
    months: dict[str, dict[int, Month]] = {}
    for name, first, *rest in _rows(con, folder, "months", MONTHS):
        months.setdefault(name, {})[month_of(first)] = Month(*rest)
    spells: dict[str, list[Spell]] = {}
    for name, *rest in _rows(con, folder, "spells", SPELLS, "account_id, spell"):
        spells.setdefault(name, []).append(Spell(*rest))
    lines = _lines(con, export)
    accounts = {
        name: Account(
            name,
            segment,
            quality,
            churn,
            months.get(name, {}),
            tuple(spells.get(name, ())),
            tuple(lines.get(name, ())),
        )
        for name, segment, quality, churn in _rows(con, folder, "accounts", WHO)
    }
    seasons = _rows(con, folder, "seasons", "kind, position, CAST(factor AS DOUBLE)")
    leaving = {place: factor for kind, place, factor in seasons if kind == "churn_month"}
    return Truth(
        accounts, leaving, {"points": _points(con, folder), "shares": _shares(con, folder)}
    )


def _rows(
    con: duckdb.DuckDBPyConnection, folder: "Path", name: str, columns: str, order: str = "1"
) -> list[Row]:
    file = folder / f"truth_{name}.parquet"
    found: list[Row] = con.execute(
        f"SELECT {columns} FROM read_parquet('{file}') ORDER BY {order}"
    ).fetchall()
    return found


def _lines(con: duckdb.DuckDBPyConnection, export: "Path") -> dict[str, list[Line]]:
    sql = f"""SELECT account_id, CAST(started_on AS DATE), CAST(mrr AS DOUBLE),
        CAST(split_part(seats, ' ', 1) AS INT), plan
        FROM read_csv('{export / "subscriptions.csv"}', all_varchar = true)
        WHERE trial = 'no' ORDER BY 1, 2"""
    found: dict[str, list[Line]] = {}
    for name, *rest in con.execute(sql).fetchall():
        found.setdefault(name, []).append(Line(*rest))
    return found


def _points(con: duckdb.DuckDBPyConnection, folder: "Path") -> Effects:
    found: Effects = {}
    for play, segment, outcome, window, delta in _rows(
        con, folder, "effects", EFFECT.format("delta_p")
    ):
        _add(found, play, segment, Effect(outcome, window, points=delta))
        if play in TASKS:
            _add(found, TASKS[play], segment, Effect(outcome, window, points=delta / 4))
    return found


def _shares(con: duckdb.DuckDBPyConnection, folder: "Path") -> Effects:
    found: Effects = {}
    for play, segment, outcome, window, share in _rows(
        con, folder, "shares", EFFECT.format("share")
    ):
        _add(found, play, segment, Effect(outcome, window, share=share))
    return found


def _add(found: Effects, play: str, segment: str, effect: Effect) -> None:
    found[play, segment] = (*found.get((play, segment), ()), effect)
