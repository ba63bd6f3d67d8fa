"""Small companies for the sections, and the laws that hold for every section."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tests.bills import put_bill
from tests.reports.relations import day
from tools.customers.stages.timeline import TIMELINE
from tools.document.json import figures_of, from_json, to_json
from tools.document.model import Figure, Report
from tools.reports.context import ReportContext, SectionResult
from tools.warehouse.asof.purchases import make_purchases
from tools.warehouse.asof.world import calendar
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.warehouse.engine import Engine

AS_OF = day("2026-11-02")
FIRST = AS_OF - 7
_TEXT, _DAY, _INT, _BOOL = pa.string(), pa.int32(), pa.int64(), pa.bool_()
SCHEMAS = {
    "contacts": pa.schema([("contact_id", _TEXT), ("account_id", _TEXT), ("created_day", _DAY)]),
    "accounts": pa.schema([("account_id", _TEXT), ("created_day", _DAY)]),
    "usage": pa.schema([("account_id", _TEXT), ("contact_id", _TEXT), ("name", _TEXT),
                        ("day", _DAY), ("events", _INT), ("quantity", pa.float64())]),
    "usage_life": pa.schema([("account_id", _TEXT), ("first_day", _DAY), ("last_day", _DAY)]),
    "messages": pa.schema([("account_id", _TEXT), ("contact_id", _TEXT), ("campaign_id", _TEXT),
                           ("channel", _TEXT), ("kind", _TEXT), ("name", _TEXT), ("day", _DAY),
                           ("machine", _BOOL)]),
    "tickets": pa.schema([("account_id", _TEXT), ("priority", _TEXT), ("opened_day", _DAY)]),
    "invoices": pa.schema([("invoice_id", _TEXT), ("account_id", _TEXT), ("contact_id", _TEXT),
                           ("amount_minor", _INT), ("currency", _TEXT), ("status", _TEXT),
                           ("issued_day", _DAY), ("due_day", _DAY)]),
    "subscriptions": pa.schema([
        ("account_id", _TEXT), ("mrr_minor", _INT), ("currency", _TEXT), ("trial", _BOOL),
        ("started_day", _DAY), ("term_end_day", _DAY), ("cancelled_day", _DAY),
        ("ended_day", _DAY)]),
    "coverage": pa.schema([("tbl", _TEXT), ("first_day", _DAY), ("last_day", _DAY)]),
    "timeline": TIMELINE,
    "roster": pa.schema([("kind", _TEXT), ("id", _TEXT), ("account_id", _TEXT), ("stage", _TEXT),
                         ("since_day", _DAY), ("unstaged_reason", _TEXT)]),
    "segments": pa.schema([("account_id", _TEXT), ("segment", _TEXT)]),
    "segment_history": pa.schema([("account_id", _TEXT), ("segment", _TEXT), ("day", _DAY)]),
}  # fmt: skip


def company(
    *present: str, as_of: int = AS_OF, **rows: "Iterable[Mapping[str, Any]]"
) -> ReportContext:
    """A company with the given rows; every other relation is empty."""
    engine = DuckEngine(threads=1)
    engine.put("calendar", calendar())
    for name in SCHEMAS:
        put(engine, name, rows.get(name, ()))
    make_purchases(as_of, engine)
    put_bill(engine)
    return ReportContext(as_of, as_of - 7, engine, frozenset(present))


def put(engine: "Engine", name: str, rows: "Iterable[Mapping[str, Any]]") -> None:
    """A relation with the given rows and no others."""
    made = [dict(row) for row in rows]
    engine.put(name, pa.Table.from_pylist(made, schema=SCHEMAS[name]))


def figures(chapter: SectionResult) -> dict[str, Figure]:
    """The figures of a section by id; one id is one figure wherever it stands."""
    found: dict[str, Figure] = {}
    for _, figure in figures_of(chapter.section):
        assert found.setdefault(figure.id, figure) == figure, figure.id
    return found


def check_laws(given: ReportContext, chapter: SectionResult) -> None:
    """What every section keeps: JSON and back, few sentences, and exactly its members."""
    report = Report("weekly", given.as_of, given.first_day, "", (chapter.section,))
    assert from_json(to_json(report)) == report
    assert 1 <= len(chapter.section.lines) <= 5
    assert all(figure.id.startswith(chapter.section.id) for figure in figures(chapter).values())
    members = members_of(given, chapter)
    for figure in figures(chapter).values():
        if figure.drill:
            assert members[figure.id] in {figure.n, figure.value}, figure.id
    told = {figure.id for figure in figures(chapter).values() if figure.drill}
    assert set(members) <= told, "members of figures that nobody shows"


def members_of(given: ReportContext, chapter: SectionResult) -> Counter[str]:
    """Distinct members by figure."""
    if not chapter.members:
        return Counter()
    sql = f"SELECT figure, member_id FROM ({chapter.members}) AS m"
    rows = [(row["figure"], row["member_id"]) for row in given.engine.run(sql).to_pylist()]
    assert len(rows) == len(set(rows)), "a member is listed twice"
    return Counter(figure for figure, _ in rows)


def said(chapter: SectionResult) -> str:
    """The sentences with figures as their ids, to look for words."""
    lines = chapter.section.lines
    return "\n".join(
        "".join(f"<{p.id}>" if isinstance(p, Figure) else p.text for p in line) for line in lines
    )
