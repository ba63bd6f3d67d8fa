"""Tables of the pages, from relations of a morning."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from agent.quarantine import place_of
from approvals.web.views import Cell, PageLink, ViewTable
from tools.customers.features import definitions, missing
from tools.customers.stages import describe_because
from tools.days import from_number
from tools.errors import Absent, nearest_id
from tools.figures import percent
from tools.labels import label_of_id
from tools.sources.mends import mend_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.morning import Morning
    from tools.reports.audit.model import AuditReport
    from tools.store.records import BadRow, BadRowCount

ROWS = 200
_EVENTS: dict[str, tuple[str, str]] = {
    "Use of the product, latest days": (
        "usage",
        """SELECT day, name, CAST(ROUND(SUM(quantity)) AS BIGINT) AS times FROM usage
        WHERE account_id = $id GROUP BY day, name ORDER BY day DESC, name LIMIT 30""",
    ),
    "Tickets": (
        "tickets",
        """SELECT opened_day AS day, priority, closed_day FROM tickets
        WHERE account_id = $id ORDER BY day DESC LIMIT 30""",
    ),
    "Deals": (
        "deals",
        """SELECT opened_day AS day, name, stage, state, closed_day FROM deals
        WHERE account_id = $id ORDER BY day DESC LIMIT 30""",
    ),
    "Mails": (
        "messages",
        """SELECT day, kind, channel FROM messages WHERE account_id = $id
        ORDER BY day DESC, kind LIMIT 30""",
    ),
}


def everybody(morning: "Morning", q: str, told: str) -> ViewTable:
    """The latest to move, or those whose id or stage holds a word."""
    sql = (
        "SELECT r.kind, r.id, r.stage, r.since_day, r.because, r.unstaged_reason, "
        "CASE WHEN r.kind = 'contact' THEN a.stage END AS account_stage FROM roster AS r "
        "LEFT JOIN roster AS a ON a.kind = 'account' AND a.id = r.account_id "
        "WHERE $q = '' OR LOWER(r.id) LIKE $like OR LOWER(COALESCE(r.stage, '')) LIKE $like "
        "ORDER BY r.since_day DESC NULLS LAST, r.id LIMIT $n"
    )
    like = f"%{q.lower()}%"
    found = morning.engine.run(sql, q=q, like=like, n=ROWS).to_pylist()
    rows = tuple(
        (
            _linked(r["kind"], r["id"]),
            label_of_id(r["stage"] or "not staged"),
            _date(r["since_day"]),
            describe_because(r["because"]) if r["because"] else r["unstaged_reason"] or "",
            label_of_id(r["account_stage"] or ""),
        )
        for r in found
    )
    columns = ("id", "stage", "since", "because", "its account is")
    return ViewTable(f"Roster {told}", columns, rows, (f"at most {ROWS} are shown",))


def _linked(kind: str, name: str) -> Cell:
    path = f"/accounts/{name}" if kind == "account" else f"/roster?contact={name}"
    return PageLink(name, path)


def history(morning: "Morning", name: str, told: str) -> ViewTable:
    """The stages of one entity, from its first to its last."""
    spans = morning.engine.run(
        "SELECT stage, from_day, to_day, because FROM timeline WHERE id = $id ORDER BY from_day",
        id=name,
    ).to_pylist()
    if (
        not spans
        and not morning.engine.run("SELECT 1 FROM roster WHERE id = $id", id=name).num_rows
    ):
        some = morning.engine.run("SELECT id FROM roster ORDER BY id LIMIT 2000")["id"].to_pylist()
        raise Absent(f"nobody is called {name[:80]!r}; {nearest_id(name, some)}")
    rows = tuple(
        (
            label_of_id(s["stage"] or "none"),
            _date(s["from_day"]),
            _date(s["to_day"]),
            describe_because(s["because"]) if s["because"] else "",
        )
        for s in spans
    )
    return ViewTable(
        f"Stages of {told if told.startswith(name) else f'{name}, {told}'}",
        ("stage", "from", "to", "because"),
        rows,
    )


def features(morning: "Morning", account_id: str) -> ViewTable:
    """Every feature of an account, or what is missing for it."""
    found = morning.engine.run("SELECT * FROM features WHERE account_id = $id", id=account_id)
    values = found.to_pylist()[0]
    rows = []
    for feature in definitions():
        lacks = missing(feature, morning.world.present)
        value = f"missing: {', '.join(lacks)}" if lacks else short(values[feature.name])
        rows.append((feature.name, value, feature.unit, feature.meaning))
    return ViewTable("Features", ("name", "value", "unit", "meaning"), tuple(rows))


def happened(morning: "Morning", account_id: str) -> list[ViewTable]:
    """What happened at an account lately, by kind."""
    tables = []
    for title, (relation, sql) in _EVENTS.items():
        needs = "events" if relation == "usage" else relation
        if needs not in morning.world.present:
            tables.append(ViewTable(title, ("",), (), (f"missing: {needs}",)))
            continue
        found = morning.engine.run(sql, id=account_id)
        rows = tuple(
            tuple(_date(v) if name.endswith("day") else short(v) for name, v in row.items())
            for row in found.to_pylist()
        )
        tables.append(ViewTable(title, tuple(found.schema.names), rows))
    return tables


def _date(day: int | None) -> str:
    return "" if day is None else from_number(day).isoformat()


def short(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return "unknown"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def audit_tables(found: "AuditReport") -> tuple[ViewTable, ...]:
    """What is wrong, worst first; how fresh every source is; which sides have their other side."""
    wrong = tuple(
        (f.severity, f.subject, f.says, f"{f.count:,}", _share(f.share), f.action)
        for f in found.findings
    )
    fresh = tuple(
        (
            f.table,
            f.source,
            f"{f.rows:,}",
            _date(f.first_day),
            _date(f.latest_day),
            "" if f.days_behind is None else str(f.days_behind),
        )
        for f in found.freshness
    )
    rates = tuple(
        (m.title, f"{m.matched:,}", f"{m.total:,}", _share(m.share), ", ".join(m.missing))
        for m in found.matches
    )
    lacks = (f"missing: {', '.join(found.missing)}",) if found.missing else ()
    return (
        ViewTable(
            "Findings", ("severity", "what", "says", "how many", "share", "do"), wrong, lacks
        ),
        ViewTable(
            "Freshness", ("table", "source", "rows", "first", "latest", "days behind"), fresh
        ),
        ViewTable("Matches", ("what", "matched", "of", "share", "missing"), rates),
    )


def quarantine_tables(
    counts: "Sequence[BadRowCount]", found: "Sequence[BadRow]"
) -> tuple[ViewTable, ...]:
    """How much is in quarantine for which reason and what to do, then the rows."""
    ranked = sorted(counts, key=lambda one: (-one.rows, one.table, one.column, one.reason))
    kinds = tuple(
        (
            PageLink(
                one.table, f"/quarantine?{urlencode({'table': one.table, 'reason': one.reason})}"
            ),
            one.column,
            one.reason,
            f"{one.rows:,}",
            mend_of(one.reason),
        )
        for one in ranked
    )
    rows = tuple(
        (place_of(one), one.table, one.column, one.value, one.reason, mend_of(one.reason))
        for one in found
    )
    total = sum(one.rows for one in counts)
    notes = (f"{len(rows):,} of {total:,} are shown; the CSV has them all.",)
    return (
        ViewTable("Reasons", ("table", "column", "reason", "rows", "what to do"), kinds),
        ViewTable(
            "Rows", ("where", "table", "column", "value", "reason", "what to do"), rows, notes
        ),
    )


def _share(share: float | None) -> str:
    return "" if share is None else percent(share)
