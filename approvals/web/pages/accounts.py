"""The CSM's list: whom to call, why now, whom to leave alone; and what a person says of it."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from approvals.care import CARE_KINDS, CareWish, care
from approvals.web.forms import LARGEST_NUMBER, Asked, Text, clean, day_of, key_of, new_key
from approvals.web.pages.news import moved_on
from approvals.web.pages.records import account
from approvals.web.visits import Decider, Reader, Visit, go
from tools.errors import BadInput
from tools.reports.accounts.model import CALL
from tools.reports.accounts.text import AWAY
from tools.store.gate.overview import head

if TYPE_CHECKING:
    from collections.abc import Callable

    from approvals.care import CareKind
    from tools.store.gate.care import Standing
    from tools.store.gate.gate import GateTx

A_PAGE, LONGEST_PAGE = 40, 500


def routes() -> APIRouter:
    """The routes of the list."""
    router = APIRouter(include_in_schema=False)
    for path, route in (
        ("/accounts", _accounts),
        ("/accounts/changes", _changes),
        ("/accounts/list.csv", _csv),
    ):
        router.add_api_route(path, route, methods=["GET"], response_model=None)
    for kind in CARE_KINDS:
        path = f"/accounts/{kind.replace('_', '-')}"
        router.add_api_route(path, _saying(kind), methods=["POST"], response_model=None)
    return router


def _accounts(
    visit: Reader, owner: Asked = "", more: Asked = "", said: Asked = "", q: Asked = ""
) -> Response:
    """Somebody's list; with a `q` the page of one account."""
    if q:
        return account(visit, q)
    size = LONGEST_PAGE if more else A_PAGE
    found = visit.site.parts.views.accounts(clean("owner", owner.strip()), size)
    seq = visit.site.gate.store.read(lambda tx: head(tx.session))
    return visit.page(
        "accounts",
        found=found,
        seq=seq,
        key=new_key(),
        more=bool(more),
        away=AWAY,
        call=[line for line in found.lines if line.state in CALL],
        rest=[line for line in found.lines if line.state not in CALL],
        calls=found.counts.of(*CALL),
        said=_said(visit, said),
        here=_address(owner),
    )


def _said(visit: Visit, account_id: str) -> "tuple[Standing, str] | None":
    """What was said just now and by whom, so that it can be taken back from here."""
    if not account_id:
        return None

    def work(tx: "GateTx") -> "tuple[Standing, str] | None":
        found = tx.care.standing(clean("said", account_id))
        return None if found is None else (found, tx.roles.names([found.who])[found.who])

    return visit.site.gate.store.read(work)


def _address(owner: str, **more: str) -> str:
    query = urlencode({name: one for name, one in (("owner", owner), *more.items()) if one})
    return f"/accounts?{query}" if query else "/accounts"


def _changes(visit: Reader, request: Request, after: Asked = "") -> Response:
    """Whether it has moved on since it was shown."""
    return moved_on(visit, request, after, "The list")


def _csv(visit: Reader, owner: Asked = "") -> Response:
    """The whole list as a file."""
    content = visit.site.parts.views.accounts_csv(clean("owner", owner.strip()))
    headers = {"Content-Disposition": 'attachment; filename="accounts.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _saying(kind: "CareKind") -> "Callable[..., Response]":
    def say(
        visit: Decider,
        account: Text = "",
        version: Text = "",
        key: Text = "",
        owner: Text = "",
        until: Text = "",
        reason: Text = "",
        note: Text = "",
    ) -> Response:
        wish = CareWish(
            kind,
            clean("account", account),
            version_of(version),
            clean("reason", reason),
            clean("note", note, 10_000),
            day_of("until", until),
        )
        _, said = visit.site.parts.views.account_said(wish.account_id)
        care(visit.site.gate, visit.actor, wish, said, key_of(key))
        return go(_address(clean("owner", owner), said=wish.account_id))

    return say


def version_of(text: str) -> int:
    """The version a form says somebody saw.

    Raises:
        BadInput: when it is none.
    """
    if not text.isascii() or not text.isdecimal() or int(text[:11]) > LARGEST_NUMBER:
        raise BadInput("version: it is missing; open the list again")
    return int(text)
