"""Errors as people and programs should meet them: a page, or a problem in JSON; never a trace."""

from typing import TYPE_CHECKING, Any, cast

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from approvals.users.limits import TooMany
from approvals.web.auth.csrf import is_ours
from approvals.web.auth.who import auth_of
from approvals.web.visits import API, page_of, site_of
from tools.errors import (
    Absent,
    BadInput,
    Conflict,
    FactsUnreadable,
    Forbidden,
    LifecycleError,
    Unavailable,
    UnreadableText,
)

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

NAMES = {
    400: "bad_request", 401: "sign_in", 403: "forbidden", 404: "absent", 405: "method",
    409: "conflict", 413: "too_large", 422: "bad_input", 429: "too_many", 503: "unavailable",
}  # fmt: skip
TITLES = {
    400: "This cannot be read",
    401: "Your session has ended", 403: "You may not do this", 404: "There is no such page",
    405: "Not in this way", 409: "Somebody was first", 422: "This cannot be done as written",
    429: "Too many requests", 503: "Not at this moment",
}  # fmt: skip
DOWN = (
    "the database does not answer, maybe because another program holds it; nothing was changed, "
    "try again in a moment"
)
AGAIN = {"Retry-After": "5"}
KEPT = ("subject", "body", "note", "reason")


def status_of(error: LifecycleError) -> int:
    """The status code of an error of ours."""
    kinds = (
        (Unavailable, 503),
        (FactsUnreadable, 503),
        (Absent, 404),
        (UnreadableText, 400),
        (BadInput, 422),
        (Conflict, 409),
        (Forbidden, 403),
        (TooMany, 429),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), 422)


def set_up_errors(app: "FastAPI") -> None:
    """Have an application answer errors in our way."""
    app.add_exception_handler(LifecycleError, _ours)
    app.add_exception_handler(SQLAlchemyError, _database)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)


async def _ours(request: "Request", error: Exception) -> Response:
    status = status_of(cast("LifecycleError", error))
    headers = dict(AGAIN) if status == 503 else None
    return answer(request, status, str(error), headers)


async def _database(request: "Request", _: Exception) -> Response:
    return answer(request, 503, DOWN, dict(AGAIN))


async def _http(request: "Request", error: Exception) -> Response:
    found = cast("HTTPException", error)
    headers = dict(found.headers or {})
    if found.status_code == 303:
        return Response(status_code=303, headers=headers)
    typed: dict[str, str] = {}
    if found.status_code == 401 and request.method == "POST" and not _is_api(request):
        typed = await _typed(request)
    return answer(request, found.status_code, str(found.detail), headers, typed)


async def _validation(request: "Request", error: Exception) -> Response:
    wrong = cast("RequestValidationError", error).errors()
    said = "; ".join(f"{_where(one)}: {one['msg']}" for one in wrong[:5])
    only_path = all(one["loc"][:1] == ("path",) for one in wrong)
    status = 404 if only_path and not _is_api(request) else 422
    return answer(request, status, said)


def answer(
    request: "Request",
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """An error as a page or as JSON, whatever the request looks like it reads."""
    if _is_api(request) or "text/html" not in request.headers.get("accept", "text/html"):
        body = {"error": NAMES.get(status, "error"), "detail": detail}
        return JSONResponse(body, status, headers)
    page = site_of(request).render(
        "error",
        title=TITLES.get(status, "This did not work"),
        detail=detail,
        status=status,
        typed=typed or {},
        back=page_of(request.url.path),
    )
    return HTMLResponse(page, status, headers)


async def _typed(request: "Request") -> dict[str, str]:
    """What somebody had written when their session ended, if it came from a page of ours."""
    if not is_ours(request.headers, auth_of(request).settings.origin):
        return {}
    form = await request.form()
    return {name: str(form[name]) for name in KEPT if form.get(name)}


def _is_api(request: "Request") -> bool:
    return request.url.path.startswith(API)


def _where(one: Any) -> str:
    return ".".join(str(part) for part in one["loc"][1:]) or "body"
