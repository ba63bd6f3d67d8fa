"""The routes of sign-in: GET shows, POST does.

The one GET that signs in is the provider's callback; it needs the state that this browser keeps.
"""

from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI

from approvals.users.auth import CALLBACK
from approvals.web.auth.pages import AuthPages
from approvals.web.auth.route_own import OwnRoutes
from approvals.web.auth.route_provider import ViaProvider

if TYPE_CHECKING:
    from approvals.users.auth import Auth


def set_up(app: FastAPI, auth: "Auth") -> None:
    """Give an application its sign-in: the routes, and what `signed_in` looks people up in."""
    app.state.auth = auth
    app.include_router(auth_routes(auth))


def auth_routes(auth: "Auth") -> APIRouter:
    """All routes of sign-in."""
    router, pages = APIRouter(include_in_schema=False), AuthPages()
    own, oidc = OwnRoutes(auth, pages), ViaProvider(auth, pages)
    for path, shown, done in (
        ("/login", own.login, own.log_in),
        ("/confirm", own.confirm, own.prove),
        ("/signin/{ticket}", own.ticket, None),
        ("/signin", None, own.sign_in),
        ("/logout", None, own.log_out),
        ("/login/oidc", oidc.begin, None),
        (CALLBACK, oidc.end, None),
    ):
        for method, route in (("GET", shown), ("POST", done)):
            if route is not None:
                router.add_api_route(path, route, methods=[method], response_model=None)
    return router
