"""The log of decisions, and the pages whose figures come from the agent."""

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from approvals.web.forms import LARGEST_NUMBER, Asked, clean, day_of
from approvals.web.stamping import WINDOW, reviewers
from approvals.web.visits import Auditor, Reader
from tools.errors import BadInput
from tools.roi.decide import QUESTIONS
from tools.store.gate.overview import deeds

if TYPE_CHECKING:
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Deed

A_PAGE = 50


def routes() -> APIRouter:
    """The routes that only show."""
    router = APIRouter(include_in_schema=False)
    for path, route in (
        ("/log", _log),
        ("/roster", _roster),
        ("/audit", _audit),
        ("/accounts/{account_id:path}", account),
        ("/runs", _runs),
        ("/why-not", _why_not),
        ("/rules", _rules),
        ("/quarantine", _quarantine),
        ("/quarantine/rows.csv", _rows),
    ):
        router.add_api_route(path, route, methods=["GET"], response_model=None)
    return router


def _log(visit: Reader, before: Asked = "") -> Response:
    """Who decided what, how long they looked, and why."""
    number = number_of(before)

    def work(tx: "GateTx") -> "tuple[tuple[tuple[int, Deed], ...], dict[str, str]]":
        found = deeds(tx.session, number, A_PAGE)
        people = {deed.who for _, deed in found} | {d.note for _, d in found if d.kind == "assign"}
        return found, tx.roles.names(people)

    found, names = visit.site.gate.store.read(work)
    following = f"/log?before={found[-1][0]}" if len(found) == A_PAGE else ""
    looked = reviewers(visit.site.gate) if number is None else ()
    return visit.page(
        "log", found=found, names=names, following=following, looked=looked, days=WINDOW.days
    )


def number_of(text: str) -> int | None:
    """The number of an entry, None when none was given.

    Raises:
        BadInput: when it is no such number.
    """
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > LARGEST_NUMBER:
        raise BadInput("before: take it from the page before")
    return int(text)


def _roster(visit: Reader, as_of: Asked = "", contact: Asked = "", q: Asked = "") -> Response:
    """Everybody's stage as it was known on a day."""
    table = visit.site.parts.views.roster(
        day_of("as_of", as_of), clean("contact", contact), clean("q", q)
    )
    asked = {"as_of": as_of, "contact": contact, "q": q}
    return visit.page("roster", tables=(table,), asked=asked)


def account(visit: Reader, account_id: str, part: Asked = "") -> Response:
    """Everything known of an account; `part` gives the tables alone."""
    tables = visit.site.parts.views.account(clean("account", account_id))
    if part:
        return visit.page("_tables", tables=tables)
    asked = [one for one in QUESTIONS.values() if one.key != "campaigns"]
    return visit.page("account", tables=tables, account=account_id, questions=asked)


def _audit(visit: Reader) -> Response:
    """Where the data agree."""
    return visit.page("tables", title="Data audit", tables=visit.site.parts.views.data_audit())


def _quarantine(
    visit: Auditor, table: Asked = "", file: Asked = "", reason: Asked = ""
) -> Response:
    """What could not be used of the files, with what they said, so for auditors only."""
    asked = {"table": table, "file": file, "reason": reason}
    words = [clean(name, text.strip()) for name, text in asked.items()]
    tables = visit.site.parts.views.quarantine(*words)
    return visit.page("quarantine", tables=tables, asked=asked)


def _rows(visit: Auditor) -> Response:
    """Everything in quarantine as a file."""
    headers = {"Content-Disposition": 'attachment; filename="quarantine.csv"'}
    content = visit.site.parts.views.quarantine_csv()
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _runs(visit: Reader) -> Response:
    """The last runs."""
    return visit.page("tables", title="Runs", tables=(visit.site.parts.views.runs(),))


def _rules(visit: Reader) -> Response:
    """The rules in force; they are changed in their files, not here."""
    return visit.page("tables", title="Rules", tables=visit.site.parts.views.rules())


def _why_not(visit: Reader, account: Asked = "") -> Response:
    """Why an account got no proposal."""
    found = (visit.site.parts.views.why_not(clean("account", account)),) if account else ()
    return visit.page("why_not", tables=found, account=account)
