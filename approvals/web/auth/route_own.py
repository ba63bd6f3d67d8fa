"""Signing in with what we keep ourselves: passwords, codes and one-time links."""

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, HTTPException, Request
from starlette.responses import Response

from approvals.users.limits import TooMany
from approvals.users.sessions import NEVER
from approvals.web.auth.pages import go, safe_path
from approvals.web.auth.route_base import Routes, sentence
from approvals.web.auth.who import RequestUser, address_of, closed_on_error, csrf_token, signed_in

if TYPE_CHECKING:
    from datetime import datetime

    from tools.store.people import Person

WRONG = "The e-mail address, the password or the code is not right."
USED = "This link was used already, or is too old. Ask for another one."
Text = Annotated[str, Form()]
Then = Annotated[str, Form(alias="next")]


class OwnRoutes(Routes):
    """The form, the fresh proof, the one-time link and signing out."""

    def login(self, request: Request) -> Response:
        """The form for signing in."""
        return self._form(safe_path(request.query_params.get("next", "/")))

    def log_in(
        self,
        request: Request,
        mailbox: Text = "",
        password: Text = "",
        code: Text = "",
        then: Then = "/",
    ) -> Response:
        """Sign in with mailbox, password and, when enrolled, a code."""
        self.check_ours(request)
        with closed_on_error():
            try:
                person = self.auth.by_password(mailbox, password, code, address_of(request))
            except TooMany as error:
                page = self._form(safe_path(then), mailbox, sentence(error), 429)
                page.headers["Retry-After"] = str(error.seconds)
                return page
            if person is None:
                return self._form(safe_path(then), mailbox, WRONG, 401)
            return self.enter(request, person, then, self.auth.clock())

    def log_out(
        self, request: Request, actor: Annotated[RequestUser, Depends(signed_in)]
    ) -> Response:
        """End the session on our side too."""
        _only_by_cookie(actor)
        with closed_on_error():
            self.auth.sessions.end(self.auth.sessions.given(request))
        response = go("/login")
        self.auth.sessions.take_back(response)
        return response

    def confirm(
        self, request: Request, actor: Annotated[RequestUser, Depends(signed_in)]
    ) -> Response:
        """The form for proving again who one is."""
        _only_by_cookie(actor)
        return self._proof(request, actor, safe_path(request.query_params.get("next", "/")))

    def prove(
        self,
        request: Request,
        actor: Annotated[RequestUser, Depends(signed_in)],
        password: Text = "",
        code: Text = "",
        then: Then = "/",
    ) -> Response:
        """Prove again who one is; the session goes on under a new id."""
        _only_by_cookie(actor)
        with closed_on_error():
            known = self.auth.people.by_id(actor.person_id)
            mailbox = "" if known is None else known.mailbox
            person = self.auth.by_password(mailbox, password, code, address_of(request))
            if person is None:
                return self._proof(request, actor, safe_path(then), WRONG, 401)
            return self.enter(request, person, then, self.auth.clock())

    def ticket(self, ticket: str) -> Response:
        """A page with a button: whoever only looks at the link uses nothing up."""
        return self.pages.show("ticket", ticket=ticket)

    def sign_in(self, request: Request, ticket: Text = "") -> Response:
        """Sign in with a one-time link."""
        self.check_ours(request)
        with closed_on_error():
            self.auth.limiter.take("address", address_of(request))
            person = self.auth.by_ticket(ticket)
            if person is None:
                return self.pages.say(USED, 403)
            return self.enter(request, person, "/", self._proved_by_link(person))

    def _proved_by_link(self, person: "Person") -> "datetime":
        """A link proves who somebody is only while they have nothing better to prove it with.

        Who makes links could otherwise decide, on the high tier too, as anybody.
        """
        held = self.auth.people.credentials(person.id)
        better = bool(person.subject or (held and held.password))
        return NEVER if better else self.auth.clock()

    def _form(self, then: str, mailbox: str = "", error: str = "", status: int = 200) -> Response:
        oidc = self.auth.provider is not None
        return self.pages.show("login", status, then=then, mailbox=mailbox, error=error, oidc=oidc)

    def _proof(
        self, request: Request, actor: RequestUser, then: str, error: str = "", status: int = 200
    ) -> Response:
        with closed_on_error():
            person = self.auth.people.by_id(actor.person_id)
            held = self.auth.people.credentials(actor.person_id)
        return self.pages.show(
            "confirm",
            status,
            then=then,
            error=error,
            csrf=csrf_token(request),
            mailbox=person.mailbox if person else "",
            totp=bool(person and person.totp),
            oidc=bool(self.auth.provider and person and person.subject),
            password=bool(held and held.password),
        )


def _only_by_cookie(actor: RequestUser) -> None:
    if actor.via != "web":
        raise HTTPException(403, "a token has no session")
