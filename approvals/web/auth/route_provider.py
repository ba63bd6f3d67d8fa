"""Signing in through the provider: away to it, and back."""

from fastapi import HTTPException, Request
from starlette.responses import Response

from approvals.users.oidc import LASTS, Provider, SignInRefused
from approvals.users.sessions import NEVER
from approvals.web.auth.pages import go, safe_path
from approvals.web.auth.route_base import Routes, sentence
from approvals.web.auth.who import address_of, closed_on_error

STATE = "lifecycle-oidc"


class ViaProvider(Routes):
    """The two halves of it; without a provider neither page exists."""

    def begin(self, request: Request) -> Response:
        """Send the browser to the provider, with a state that only it can bring back."""
        provider, query = self._provider(), request.query_params
        then, confirm = safe_path(query.get("next", "/")), query.get("confirm") == "1"
        with closed_on_error():
            self.auth.limiter.take("address", address_of(request))
        try:
            url, cookie = provider.start(then, self.auth.clock(), confirm=confirm)
        except SignInRefused as error:
            return self.pages.say(sentence(error), 502)
        response, settings = go(url), self.auth.settings
        response.set_cookie(
            settings.cookie(STATE),
            cookie,
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=settings.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    def end(self, request: Request) -> Response:
        """Check what the provider says and sign in; the state is gone either way."""
        provider, name = self._provider(), self.auth.settings.cookie(STATE)
        with closed_on_error():
            self.auth.limiter.take("address", address_of(request))
            try:
                claims, started = provider.finish(
                    request.query_params, request.cookies.get(name, ""), self.auth.clock()
                )
                person = self.auth.by_claims(claims)
                proved_at = claims.proved_at or NEVER
                response = self.enter(request, person, started.then, proved_at)
            except SignInRefused as error:
                response = self.pages.say(sentence(error), 403)
        response.delete_cookie(
            name, path="/", secure=self.auth.settings.secure, httponly=True, samesite="lax"
        )
        return response

    def _provider(self) -> Provider:
        if self.auth.provider is None:
            raise HTTPException(404, "no sign-in provider is set up")
        return self.auth.provider
