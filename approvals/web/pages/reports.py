"""The archive of reports: one report, two compared, and who is behind each figure."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from approvals.web.comparing import compare
from approvals.web.forms import Asked, clean
from approvals.web.visits import Reader, Visit
from tools.currencies import digits
from tools.document.format import band, shown
from tools.document.html import heading, period, shade_step
from tools.document.model import Chart
from tools.document.picture import alternative
from tools.errors import Absent
from tools.reports.restatement.section import Named, named

if TYPE_CHECKING:
    from approvals.web.views import Member
    from tools.store.reports import Archived

A_PAGE = 100
TYPES = {
    "html": "text/html; charset=utf-8", "pdf": "application/pdf", "csv": "text/csv; charset=utf-8",
    "json": "application/json", "parquet": "application/vnd.apache.parquet",
}  # fmt: skip
# A report's own page brings its styles and pictures with it, and may do nothing else.
_OWN_PAGE = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'; sandbox"
)


def routes() -> APIRouter:
    """The routes of the archive; all of them only show."""
    router = APIRouter(include_in_schema=False)
    for path, route in (
        ("/reports", _list),
        ("/reports/compare", _compare),
        ("/reports/{report_id}", _report),
        ("/reports/{report_id}/behind", _behind),
        ("/reports/{report_id}/files/{name}", _file),
        ("/reports/{report_id}/charts/{chart_id}", _chart),
    ):
        router.add_api_route(path, route, methods=["GET"], response_model=None)
    return router


def _list(visit: Reader) -> Response:
    """Every report there is."""
    return visit.page("reports", found=visit.site.parts.shelf.list())


def _report(visit: Reader, report_id: str) -> Response:
    """One report, with a way from each figure to those behind it."""
    shelf = visit.site.parts.shelf
    archived, report = shelf.archived(_id(report_id)), shelf.report(_id(report_id))
    sections = (*report.sections, *((report.restated,) if report.restated else ()))
    return visit.page(
        "report",
        archived=archived,
        report=report,
        sections=sections,
        heading=heading(report),
        period=period(report),
        shown=shown,
        band=band,
        shade_step=shade_step,
        earlier=_earlier(visit, archived),
        path_of=_path_of,
        data_of=_data_of,
        alternative=alternative,
    )


def _data_of(chart: Chart) -> str:
    """The specification of a chart as its script reads it."""
    return json.dumps(asdict(chart) | {"digits": digits(chart.currency)}, ensure_ascii=True)


def _earlier(visit: Visit, archived: "Archived") -> "Archived | None":
    """The report of the same kind before this one."""
    same = (one for one in visit.site.parts.shelf.list() if one.kind == archived.kind)
    return next((one for one in same if one.as_of < archived.as_of), None)


def _behind(visit: Reader, report_id: str, figure: Asked = "", after: Asked = "") -> Response:
    """The accounts behind a figure, a page at a time."""
    name = clean("figure", figure)
    account, sep, member = clean("after", after).partition("|")
    start = (account, member) if sep else None
    found = visit.site.parts.shelf.members(_id(report_id), name, start, A_PAGE)
    following = _following(found) if len(found) == A_PAGE else ""
    return visit.page(
        "behind",
        report_id=report_id,
        figure=name,
        found=found,
        following=following,
        place=_place(visit, report_id, name),
        shown=shown,
    )


def _following(found: "tuple[Member, ...]") -> str:
    last = found[-1]
    return f"{last.account_id}|{last.member_id}"


def _place(visit: Visit, report_id: str, figure: str) -> Named:
    """The figure itself and the words that lead to it."""
    report = visit.site.parts.shelf.report(report_id)
    for section in report.sections:
        for one in named(section):
            if one.figure.id == figure:
                return one
    raise Absent(f"report {report_id} has no figure {figure[:120]!r}")


def _compare(visit: Reader, a: Asked = "", b: Asked = "") -> Response:
    """Two reports beside each other: every figure that both have."""
    shelf = visit.site.parts.shelf
    found = shelf.list()
    if not a or not b:
        return visit.page("compare", found=found, a=a, b=b, compared=None, shown=shown)
    compared = compare(shelf.report(_id(a)), shelf.report(_id(b)))
    return visit.page("compare", found=found, a=a, b=b, compared=compared, shown=shown)


def _file(visit: Reader, report_id: str, name: str) -> Response:
    """A file of a report as it was archived."""
    content = visit.site.parts.shelf.file(_id(report_id), clean("name", name))
    kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    way = "inline" if kind.startswith(("text/html", "application/pdf")) else "attachment"
    headers = {"Content-Disposition": f'{way}; filename="{report_id}-{name}"'}
    if kind.startswith("text/html"):
        headers["Content-Security-Policy"] = _OWN_PAGE
    return Response(content, media_type=kind, headers=headers)


def _chart(visit: Reader, report_id: str, chart_id: str) -> Response:
    """A chart of a report as a picture."""
    svg = visit.site.parts.shelf.chart(_id(report_id), clean("chart", chart_id))
    return Response(
        svg,
        media_type="image/svg+xml",
        headers={
            "Content-Security-Policy": _OWN_PAGE,
        },
    )


def _id(text: str) -> str:
    return clean("report", text, 64)


def _path_of(report_id: str, figure_id: str) -> str:
    return f"/reports/{quote(report_id)}/behind?figure={quote(figure_id, safe='')}"
