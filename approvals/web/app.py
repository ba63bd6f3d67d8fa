"""The web application: pages, API, sign-in and the guard around them, made from its parts."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from approvals.web.api import caring as api_caring
from approvals.web.api import decide as api_decide
from approvals.web.api import deciding as api_deciding
from approvals.web.api import docs as api_docs
from approvals.web.api import reading as api_reading
from approvals.web.auth.routes import set_up
from approvals.web.bulkheads import Bulkheads
from approvals.web.client_address import ClientAddress
from approvals.web.errors import set_up_errors
from approvals.web.guard import Guard
from approvals.web.pages import (
    accounts,
    actions,
    bulk,
    decide,
    deciding,
    live,
    me,
    people,
    proposal,
    queue,
    records,
    reports,
    strangers,
)
from approvals.web.site import Site

if TYPE_CHECKING:
    from approvals.web.parts import WebParts

ROUTES = (
    queue, live, proposal, deciding, bulk, actions, accounts, records, reports, me, people,
    decide, strangers, api_reading, api_deciding, api_caring, api_decide,
)  # fmt: skip


def make_app(parts: "WebParts") -> FastAPI:
    """An application; two of them share no state but what their parts share."""
    app = FastAPI(title="Lifecycle Agent", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.site = Site(parts)
    set_up(app, parts.auth)
    set_up_errors(app)
    for router in _routers():
        app.include_router(router)
    app.include_router(api_docs.routes(app))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), "static")
    app.add_middleware(Bulkheads, patience=parts.patience)
    app.add_middleware(Guard, secure=parts.auth.settings.secure)
    app.add_middleware(ClientAddress, proxies=parts.proxies)
    return app


@cache
def _routers() -> tuple[APIRouter, ...]:
    """The routes; they hold no state, and it takes a while to read their signatures."""
    return tuple(module.routes() for module in ROUTES)
