"""The archive of reports as the pages read it; who is behind a figure is asked of its own file."""

from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from agent.reporting.archive import checked_path, read_file, read_report
from agent.reporting.folders import MEMBERS
from approvals.web.views import Member
from tools.document.json import blocks, figures
from tools.document.model import Chart
from tools.errors import Absent
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.wiring import Deps
    from tools.document.model import Report
    from tools.store.reports import Archived

KEPT = 16
_BEHIND = """
SELECT m.account_id AS account_id, m.member_id AS member_id
FROM members AS m
WHERE m.figure = $figure AND (
    $first OR COALESCE(m.account_id, '') > $account
    OR (COALESCE(m.account_id, '') = $account AND m.member_id > $member)
)
ORDER BY COALESCE(m.account_id, ''), m.member_id
LIMIT $size
"""


class ReportShelf:
    """Reports are read from the archive; what was read lately is kept by its hashes."""

    def __init__(self, deps: "Deps", names: "Callable[[Sequence[str]], dict[str, str]]") -> None:
        """Nothing is read before the first question.

        `names` tells accounts' names as they are known today: who is behind a figure is archived
        by ids only.
        """
        self._deps = deps
        self._names = names
        self._read = lru_cache(KEPT)(lambda archived: read_report(deps, archived))
        self._drawn = lru_cache(KEPT * 4)(self._draw)

    def list(self) -> "tuple[Archived, ...]":
        """The latest reports, newest first."""
        return self._deps.store.reports.list()

    def archived(self, report_id: str) -> "Archived":
        """What the archive knows of a report."""
        found = self._deps.store.reports.get(report_id)
        if found is None:
            raise Absent(f"there is no report {report_id[:80]!r}; /reports shows those there are")
        return found

    def report(self, report_id: str) -> "Report":
        """A report as it is archived now: after an erasure its files are others."""
        return self._read(self.archived(report_id))

    def file(self, report_id: str, name: str) -> bytes:
        """One of its files."""
        return read_file(self._deps, self.archived(report_id), name)

    def chart(self, report_id: str, chart_id: str) -> str:
        """One of its charts as SVG."""
        return self._drawn(self.archived(report_id), chart_id)

    def _draw(self, archived: "Archived", chart_id: str) -> str:
        from tools.document.charts import draw  # noqa: PLC0415 - a second to load

        for block in blocks(self._read(archived)):
            if isinstance(block, Chart) and block.id == chart_id:
                return draw(block).svg
        raise Absent(f"report {archived.id} has no chart {chart_id[:80]!r}")

    def members(
        self, report_id: str, figure: str, after: tuple[str, str] | None, limit: int
    ) -> tuple[Member, ...]:
        """Who is behind a figure, by account and member, after one of them."""
        known = {one.id for _, one in figures(self.report(report_id)) if one.drill}
        if figure not in known:
            raise Absent(f"report {report_id} cannot tell who is behind {figure[:120]!r}")
        path = checked_path(self._deps, self.archived(report_id), MEMBERS)
        engine = DuckEngine()
        engine.scan("members", [path], pq.read_schema(path))
        account, member = after or ("", "")
        rows = engine.run(
            _BEHIND, figure=figure, first=after is None, account=account, member=member, size=limit
        ).to_pylist()
        names = self._names([row["account_id"] for row in rows if row["account_id"]])
        return tuple(
            Member(r["account_id"] or "", names.get(r["account_id"] or "", ""), r["member_id"])
            for r in rows
        )
