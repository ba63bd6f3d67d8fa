"""Routes of the CSM's list: look at it, and say something of an account."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from approvals.care import CareWish, care
from approvals.web.api import account_models as shown
from approvals.web.api import giving, models
from approvals.web.api.deciding import Key
from approvals.web.forms import Asked
from approvals.web.visits import Decider, Reader, Visit
from tools.days import day_number, from_number
from tools.reports.accounts.record import record

Size = Annotated[int, Query(ge=1, le=500, description="How many of each part at most.")]
OF_ONE: dict[str, Any] = {
    "links": {
        "account-done": {
            "operationId": "account-done",
            "requestBody": {
                "account": "$response.body#/items/0/account_id",
                "version": "$response.body#/items/0/version",
            },
        },
    }
}


def routes() -> APIRouter:
    """The routes of the list."""
    router = APIRouter(prefix=giving.ROOT)
    router.add_api_route(
        "/accounts",
        _accounts,
        methods=["GET"],
        operation_id="accounts",
        response_model=shown.Accounts,
        responses={**models.PROBLEMS, 200: OF_ONE},
        tags=["Look"],
    )
    for name, route in (
        ("claim", _claim),
        ("done", _done),
        ("snooze", _snooze),
        ("not-useful", _not_useful),
        ("open", _open),
    ):
        router.add_api_route(
            f"/accounts/{name}",
            route,
            methods=["POST"],
            operation_id=f"account-{name}",
            response_model=shown.Cared,
            responses=models.PROBLEMS,
            tags=["Accounts"],
        )
    return router


def _accounts(visit: Reader, owner: Asked = "", limit: Size = 50) -> Any:
    """Whom to call today, worth most first; whom to leave alone, let go, and cannot judge.

    `owner` is a name, `(pool)` for the accounts nobody owns, or empty for everybody's.
    """
    return record(visit.site.parts.views.accounts(owner.strip(), limit))


def _claim(visit: Decider, key: Key, body: shown.Told) -> Any:
    """See to it yourself; it is yours for some days."""
    return _say(visit, key, CareWish("claim", body.account, body.version, note=body.note))


def _done(visit: Decider, key: Key, body: shown.Told) -> Any:
    """Say that it was done; it comes back with a new reason or more at stake."""
    return _say(visit, key, CareWish("done", body.account, body.version, note=body.note))


def _snooze(visit: Decider, key: Key, body: shown.Later) -> Any:
    """Put it off until a day."""
    until = day_number(body.until)
    wish = CareWish("snooze", body.account, body.version, note=body.note, until_day=until)
    return _say(visit, key, wish)


def _not_useful(visit: Decider, key: Key, body: shown.NotUseful) -> Any:
    """Say that it should not have been on the list, and why."""
    wish = CareWish("not_useful", body.account, body.version, body.reason, body.note)
    return _say(visit, key, wish)


def _open(visit: Decider, key: Key, body: shown.Told) -> Any:
    """Put it back on the list, whatever was said of it."""
    return _say(visit, key, CareWish("open", body.account, body.version, note=body.note))


def _say(visit: Visit, key: str, wish: CareWish) -> shown.Cared:
    _, said = visit.site.parts.views.account_said(wish.account_id)
    result = care(visit.site.gate, visit.actor, wish, said, key)
    until = None if result.until_day is None else from_number(result.until_day)
    return shown.Cared(
        account=result.account_id,
        kind=result.kind,
        version=result.version,
        until=until,
        again=result.again,
    )
