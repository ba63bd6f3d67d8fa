"""The queue: what waits, ranked by value and grouped; filters live in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from approvals.assigning import hold
from approvals.envelope import read_values
from approvals.web.detail import Detail, detail_of
from approvals.web.forms import Asked, Text, address, after_of, clean, cursor, filters_of
from approvals.web.pages.news import moved_on
from approvals.web.visits import Decider, Reader, Visit, go
from tools.errors import Absent
from tools.store.gate.inbox import Asking, Waiting, waiting
from tools.store.gate.overview import head

if TYPE_CHECKING:
    from tools.store.gate.gate import GateTx
    from tools.store.gate.inbox import After, Filters, Page
    from tools.store.records import Proposal

A_PAGE, AT_ONCE = 50, 10


@dataclass(frozen=True)
class Line:
    """A row of the queue: the proposal, the values shown now, and who has to do with it."""

    proposal: "Proposal"
    values: Mapping[str, Any]
    holder: str
    agreed: tuple[str, ...]


@dataclass(frozen=True)
class QueueGroup:
    """Lines of one play and segment, worth most first."""

    play: str
    segment: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Listed:
    """A page of the queue as it is shown, and the number of the chain's last entry."""

    groups: tuple[QueueGroup, ...]
    after: "After | None"
    seq: int

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in the order shown."""
        return tuple(line for group in self.groups for line in group.lines)


def routes() -> APIRouter:
    """The routes of the queue."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", _home, methods=["GET"], response_model=None)
    router.add_api_route("/queue", _queue, methods=["GET"], response_model=None)
    router.add_api_route("/queue/changes", _changes, methods=["GET"], response_model=None)
    router.add_api_route("/queue/take", _take, methods=["POST"], response_model=None)
    return router


def _home(visit: Reader) -> Response:
    """The front page is the queue."""
    del visit
    return go("/queue")


def _queue(visit: Reader, after: Asked = "", flat: Asked = "", done: Asked = "") -> Response:
    """One page of the queue."""
    filters = filters_of(visit.request.query_params)
    listed = listed_of(visit, filters, after_of(after), flat=bool(flat))
    following = ""
    if listed.after is not None:
        following = address("/queue", filters, flat=flat, after=cursor(listed.after))
    return visit.page(
        "queue",
        listed=listed,
        filters=filters,
        flat=bool(flat),
        following=following,
        first=not after,
        used=visit.site.used(),
        choices=visit.site.choices(),
        here=address("/queue", filters, flat=flat, after=after),
        done=_done(visit, done),
        toggled=address("/queue", filters, flat="" if flat else "1"),
        at_once=AT_ONCE,
    )


def listed_of(
    visit: Visit, filters: "Filters", after: "After | None", *, flat: bool, limit: int = A_PAGE
) -> Listed:
    """A page of the queue, read at one moment."""
    gate = visit.site.gate
    asking = Asking(visit.person.person_id, gate.today(), gate.clock())

    def work(tx: "GateTx") -> Listed:
        page = waiting(tx.session, asking, filters, after, limit)
        return Listed(_groups(_lines(tx, page), flat=flat), page.after, head(tx.session))

    return gate.store.read(work)


def _lines(tx: "GateTx", page: "Page") -> list[Line]:
    people = {who for row in page.rows for who in (row.holder, *row.agreed)}
    names = tx.roles.names(people - {""})
    return [_line(row, names) for row in page.rows]


def _line(row: Waiting, names: Mapping[str, str]) -> Line:
    values = read_values(row.text, row.proposal.shown, row.proposal.id)
    agreed = tuple(names.get(who) or who for who in row.agreed)
    return Line(row.proposal, values, names.get(row.holder) or row.holder, agreed)


def _groups(lines: "Sequence[Line]", *, flat: bool) -> tuple[QueueGroup, ...]:
    """Lines by play and segment; the group with the best line stands first."""
    if flat:
        return (QueueGroup("", "", tuple(lines)),) if lines else ()
    first: dict[tuple[str, str], int] = {}
    for place, line in enumerate(lines):
        first.setdefault(_kind(line), place)
    ordered = sorted(lines, key=lambda line: first[_kind(line)])
    return tuple(QueueGroup(*kind, tuple(same)) for kind, same in groupby(ordered, _kind))


def _kind(line: Line) -> tuple[str, str]:
    return line.proposal.play, line.proposal.segment


def _done(visit: Visit, done: str) -> Detail | None:
    """What the person did just now, so that it can be undone from here."""
    if not done:
        return None
    try:
        return detail_of(visit.site.gate, clean("done", done))
    except Absent:
        return None


def _changes(visit: Reader, request: Request, after: Asked = "") -> Response:
    """Whether it has moved on since it was shown."""
    return moved_on(visit, request, after, "The queue")


def _take(
    visit: Decider,
    proposal: Annotated[list[str], Form()] = [],  # noqa: B006
    back: Text = "",
) -> Response:
    """Hold some proposals, so that nobody else is sent to them meanwhile."""
    del back
    hold(visit.site.gate, visit.actor, [clean("proposal", one, 64) for one in proposal[:AT_ONCE]])
    return go("/queue?holder=mine")
