"""Who makes a request and by which right: the dependencies of every page and API route."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, cast
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse

from approvals.request import Actor as GateActor
from approvals.users.limits import TooMany
from approvals.web.auth.who import RequestUser, address_of, auth_of, csrf_token, is_fresh, need

if TYPE_CHECKING:
    from approvals.web.site import Site

API = "/api/"


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is known and may make it."""

    request: Request
    site: "Site"
    person: RequestUser

    @property
    def actor(self) -> GateActor:
        """The same person as the gate knows people."""
        via = "api" if self.request.url.path.startswith(API) else self.person.via
        return GateActor(self.person.person_id, self.person.role, via, self.person.agent)

    @property
    def fresh(self) -> bool:
        """Whether they proved lately who they are."""
        return is_fresh(auth_of(self.request), self.person)

    def page(self, name: str, status: int = 200, /, **context: object) -> HTMLResponse:
        """A page with the frame around it."""
        token = csrf_token(self.request) if self.person.via == "web" else ""
        common = {
            "me": self.person,
            "csrf": token,
            "company": self.site.parts.company,
            "path": self.request.url.path,
            "pauses": self.site.pauses(),
            "alarms": self.site.alarms(),
            "live": self.site.parts.live(),
            "today": self.site.gate.today(),
        }
        return HTMLResponse(self.site.render(name, **common, **context), status)


def site_of(request: Request) -> "Site":
    """The site an application was made with."""
    return cast("Site", request.app.state.site)


def take(request: Request, kind: str, key: str) -> None:
    """Use one request of a limit up, or end here."""
    try:
        site_of(request).limiter.take(kind, key)
    except TooMany as error:
        raise HTTPException(429, str(error), {"Retry-After": str(error.seconds)}) from error


def _visit(permission: str, kind: str) -> Callable[[Request, RequestUser], Visit]:
    def enter(request: Request, person: Annotated[RequestUser, Depends(need(permission))]) -> Visit:
        take(request, kind, person.person_id)
        return Visit(request, site_of(request), person)

    return enter


def _in_person(permission: str, kind: str) -> Callable[[Visit], Visit]:
    """Somebody at a browser: a token, whatever it may, has no business with sign-in."""

    def enter(visit: Annotated[Visit, Depends(_visit(permission, kind))]) -> Visit:
        if visit.person.via != "web":
            raise HTTPException(403, "a token cannot do this; sign in and do it on the page")
        return visit

    return enter


def _proved(permission: str) -> Callable[[Visit], Visit]:
    """Somebody at a browser who proved lately who they are, or is sent to prove it."""

    def enter(visit: Annotated[Visit, Depends(_in_person(permission, "change"))]) -> Visit:
        if not visit.fresh:
            page = quote(page_of(visit.request.url.path), safe="/")
            raise HTTPException(303, "prove it first", {"Location": f"/confirm?next={page}"})
        return visit

    return enter


def page_of(path: str) -> str:
    """The page on which the form of a path stands."""
    parts = path.split("/")
    if parts[1] in {"me", "accounts"}:
        return f"/{parts[1]}"
    return "/".join(parts[:3]) if parts[1] in {"proposals", "people"} else "/queue"


def stranger(request: Request) -> "Site":
    """The site, for whoever need not sign in; limited by network address."""
    take(request, "open", address_of(request))
    return site_of(request)


Reader = Annotated[Visit, Depends(_visit("read", "read"))]
Auditor = Annotated[Visit, Depends(_visit("audit", "read"))]
Decider = Annotated[Visit, Depends(_visit("decide", "change"))]
Oneself = Annotated[Visit, Depends(_in_person("read", "read"))]
OneselfProved = Annotated[Visit, Depends(_proved("read"))]
Manager = Annotated[Visit, Depends(_in_person("admin", "read"))]
ManagerProved = Annotated[Visit, Depends(_proved("admin"))]


def go(path: str) -> RedirectResponse:
    """Send the browser on with a GET."""
    return RedirectResponse(path, 303)
