"""A backtest as one page of HTML that loads nothing."""

from html import escape
from typing import TYPE_CHECKING, Any

from tools.reports.backtest.tables import BacktestTable, headline, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TITLE = "Backtest"
STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;"
    "margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:.5rem 0}"
    "th,td{padding:.3rem .9rem .3rem 0;border-bottom:1px solid #8884;text-align:left;"
    "vertical-align:top}th:not(:first-child),td:not(:first-child){text-align:right}"
    "thead th{font-size:.85rem;opacity:.75}h2{font-size:1.1rem;margin:1.8rem 0 .3rem}"
    ".dim{opacity:.75;max-width:48rem}div{overflow-x:auto}"
)


def as_page(told: "Mapping[str, Any]", company: str) -> str:
    """The whole page."""
    title = escape(f"{TITLE} · {company}" if company else TITLE)
    tables = "\n".join(_table(one) for one in tables_of(told))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n<p>{escape(headline(told))}</p>\n"
        f"{_list('', told['notes'])}\n{tables}\n"
        f"{_list('What this cannot say', told['cannot_be_said'])}\n</body></html>\n"
    )


def _list(title: str, items: "Iterable[str]") -> str:
    shown = "".join(f"<li>{escape(one)}</li>" for one in items)
    heading = f"<h2>{escape(title)}</h2>" if title else ""
    return f"{heading}<ul>{shown}</ul>" if shown else ""


def _table(table: BacktestTable) -> str:
    head = ""
    if any(table.columns):
        cells = "".join(f"<th>{escape(one)}</th>" for one in table.columns)
        head = f"<thead><tr>{cells}</tr></thead>"
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    notes = "".join(f'<p class="dim">{escape(note)}</p>' for note in table.notes)
    shown = f"<div><table>{head}<tbody>{rows}</tbody></table></div>" if rows else ""
    return f"<section><h2>{escape(table.title)}</h2>{shown}{notes}</section>"
