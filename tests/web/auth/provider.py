"""A sign-in provider on loopback: discovery, PKCE, single-use codes, RS256 ID tokens.

`claims` and `header` are merged into the next ID tokens, so that a test can make them wrong.
"""

import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from hashlib import sha256
from secrets import token_urlsafe
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.responses import JSONResponse, RedirectResponse, Response

from approvals.users.settings import Oidc
from tests.web.auth.doors import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT, SECRET = "inbox", "client-secret"


class FakeProvider:
    """Signs everybody in as Ann, unless told otherwise."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signing = self.key
        self.claims: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}
        self.issuer = ""
        self._codes: dict[str, dict[str, str]] = {}
        self.app = FastAPI()
        get, post = self.app.get, self.app.post
        get("/.well-known/openid-configuration", response_model=None)(self._metadata)
        get("/authorize", response_model=None)(self._authorize)
        get("/keys", response_model=None)(self._keys)
        post("/token", response_model=None)(self._token)

    def oidc(self) -> Oidc:
        """How to reach it."""
        return Oidc(self.issuer, CLIENT, SECRET)

    def reset(self) -> None:
        """Be honest again."""
        self.claims, self.discovery, self.signing = {}, {}, self.key

    @contextmanager
    def listening(self) -> "Iterator[None]":
        config = uvicorn.Config(self.app, "127.0.0.1", 0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        self.issuer = f"http://127.0.0.1:{port}"
        yield
        server.should_exit = True
        thread.join(10)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.discovery

    def _keys(self) -> dict[str, Any]:
        return dict(KeySet([self.key]).as_dict(private=False))

    def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = token_urlsafe(16)
        self._codes[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 303)

    def _token(
        self,
        request: Request,
        code: Annotated[str, Form()],
        code_verifier: Annotated[str, Form()] = "",
    ) -> Response:
        asked = self._codes.pop(code, None)
        challenge = urlsafe_b64encode(sha256(code_verifier.encode()).digest()).decode().rstrip("=")
        known = request.headers.get("authorization", "").startswith("Basic ")
        if asked is None or asked.get("code_challenge") != challenge or not known:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"access_token": "at", "token_type": "Bearer", "id_token": self._id_token(asked)}
        )

    def _id_token(self, asked: dict[str, str]) -> str:
        at = int(NOW.timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": "42",
            "aud": CLIENT,
            "iat": at,
            "exp": at + 300,
            "nonce": asked["nonce"],
            "email": "ann@example.com",
            "email_verified": True,
        }
        if "max_age" in asked:
            claims["auth_time"] = at
        claims = {k: v for k, v in (claims | self.claims).items() if v is not None}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signing)
