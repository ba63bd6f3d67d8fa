"""The API described: as OpenAPI, and as a page of ours that loads nothing from elsewhere."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, JSONResponse, Response

from approvals.web.api import giving
from approvals.web.site import Site
from approvals.web.visits import stranger

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = (
    "The same actions as the pages. Send a token as `Authorization: Bearer …`, or the session's "
    "cookie together with `X-CSRF-Token` and our `Origin`. A program's token can look and never "
    "decide. Errors are `{error, detail}`."
)
Open = Annotated[Site, Depends(stranger)]


def routes(app: FastAPI) -> APIRouter:
    """The routes that describe an application's API."""
    router = APIRouter(prefix=giving.ROOT, include_in_schema=False)
    described = cache(lambda: described_of(app))

    router.add_api_route("/openapi.json", _schema(described), methods=["GET"], response_model=None)
    router.add_api_route("/docs", _docs(described), methods=["GET"], response_model=None)
    return router


def described_of(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    found = get_openapi(title="Lifecycle Agent", version="1", routes=app.routes, description=WORDS)
    schemes = {"token": {"type": "http", "scheme": "bearer"}}
    found["components"]["securitySchemes"] = schemes
    found["security"] = [{"token": []}]
    return found


def _schema(described: "Callable[[], dict[str, Any]]") -> "Callable[[Site], Response]":
    def schema(site: Open) -> Response:
        del site
        return JSONResponse(described())

    return schema


def _docs(described: "Callable[[], dict[str, Any]]") -> "Callable[[Site], Response]":
    def docs(site: Open) -> Response:
        found = described()
        rows = [
            (method.upper(), path, operation)
            for path, operations in found["paths"].items()
            for method, operation in operations.items()
        ]
        return HTMLResponse(
            site.render("api", words=WORDS, rows=rows, schemas=found["components"]["schemas"])
        )

    return docs
