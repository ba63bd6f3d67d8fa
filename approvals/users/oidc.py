"""Sign-in through a provider: discovery, PKCE, state and nonce, and a verified ID token.

Between the two halves the browser keeps `Started` in a short cookie only we can read, so that a
state cannot be forged, carried to another browser, or survive a sign-out.
"""

import hmac
import json
import secrets
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]  # no stubs
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]  # no stubs
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # no stubs
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from approvals.users.sealing import Sealer
from approvals.users.settings import check_url
from tools.errors import BadInput, LifecycleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from approvals.users.settings import Oidc

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LASTS = timedelta(minutes=10)
LEEWAY = timedelta(minutes=1)
TIMEOUT = 5.0


class SignInRefused(LifecycleError):  # noqa: N818 - named for the event
    """A sign-in through the provider did not go through; the message is for the person."""


@dataclass(frozen=True)
class Started:
    """What the second half of a sign-in must find again; `confirm` asks for a fresh proof."""

    state: str
    nonce: str
    verifier: str
    then: str
    confirm: bool


@dataclass(frozen=True)
class Claims:
    """What the provider vouches for; `proved_at` is when the person last proved who they are."""

    subject: str
    mailbox: str
    proved_at: datetime | None


class Provider:
    """A provider as its discovery document describes it at this moment."""

    def __init__(self, oidc: "Oidc", callback: str, secret: bytes) -> None:
        self._oidc = oidc
        self._callback = callback
        self._sealer = Sealer(secret, "oidc")

    def start(self, then: str, now: datetime, *, confirm: bool) -> tuple[str, str]:
        """Where to send the browser, and the cookie it must bring back.

        Raises:
            Refused: when the provider cannot be reached or describes itself wrongly.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        started = Started(state, nonce, verifier, then, confirm)
        fresh = {"prompt": "login", "max_age": "0"} if confirm else {}
        with _spoken_to(), self._client() as client:
            metadata = self._metadata(client)
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=started.state,
                nonce=started.nonce,
                code_verifier=started.verifier,
                **fresh,
            )
        return str(url), self._sealer.seal(json.dumps(asdict(started)), now)

    def finish(
        self, query: "Mapping[str, str]", cookie: str, now: datetime
    ) -> tuple[Claims, Started]:
        """Check what the browser and the provider brought back.

        Raises:
            Refused: whenever any of it is missing, old, or not as asked for.
        """
        started = self._started(cookie, query.get("state", ""), now)
        if "error" in query or not query.get("code"):
            raise SignInRefused("the sign-in provider did not let you in; try again")
        with _spoken_to(), self._client() as client:
            metadata = self._metadata(client)
            tokens = client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=query["code"],
                code_verifier=started.verifier,
            )
            keys = _fetched(client, metadata["jwks_uri"])
            claims = self._verified(tokens, keys, started.nonce, now)
        return _read(claims, self._oidc.issuer, started, now), started

    def _started(self, cookie: str, state: str, now: datetime) -> Started:
        opened = self._sealer.open(cookie, now, LASTS)
        started = None if opened is None else Started(**json.loads(opened))
        if started is None or not hmac.compare_digest(started.state.encode(), state.encode()):
            raise SignInRefused("this sign-in was not begun here, or too long ago; begin it again")
        return started

    def _client(self) -> Any:
        oidc = self._oidc
        return OAuth2Client(
            oidc.client_id,
            oidc.client_secret,
            scope=" ".join(oidc.scopes),
            redirect_uri=self._callback,
            code_challenge_method="S256",
            timeout=TIMEOUT,
        )

    def _metadata(self, client: Any) -> dict[str, str]:
        url = f"{self._oidc.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _fetched(client, url)
        if found["issuer"] != self._oidc.issuer:
            raise BadInput(f"oidc.issuer: the provider calls itself {found['issuer']!r}")
        for name in ENDPOINTS:
            check_url(f"oidc.{name}", found[name])
        return {name: found[name] for name in ENDPOINTS}

    def _verified(self, tokens: Any, keys: Any, nonce: str, now: datetime) -> dict[str, Any]:
        oidc = self._oidc
        known = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        decoded = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys), registry=known)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": oidc.issuer},
                "aud": {"essential": True, "value": oidc.client_id},
            },
            {
                "nonce": nonce,
                "client_id": oidc.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(int(now.timestamp()), int(LEEWAY.total_seconds()))
        return dict(claims)


def _fetched(client: Any, url: str) -> Any:
    return client.request("GET", url, withhold_token=True).raise_for_status().json()


@contextmanager
def _spoken_to() -> "Iterator[None]":
    """Turn whatever goes wrong between us and the provider into one plain refusal."""
    wrong = (
        AuthlibBaseError,
        JoseError,
        httpx2.HTTPError,
        httpx2.InvalidURL,
        BadInput,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    )
    try:
        yield
    except wrong as error:
        raise SignInRefused(
            "the sign-in provider gave no answer we can trust; try again"
        ) from error


def _read(claims: dict[str, Any], issuer: str, started: Started, now: datetime) -> Claims:
    subject, mailbox, proved = claims["sub"], claims.get("email"), claims.get("auth_time")
    if not isinstance(subject, str) or not subject:
        raise SignInRefused("the sign-in provider did not say who you are")
    if not isinstance(mailbox, str) or claims.get("email_verified") is not True:
        raise SignInRefused(
            "the sign-in provider has not verified your mailbox; verify it there first"
        )
    proved_at = None if proved is None else min(datetime.fromtimestamp(proved, UTC), now)
    if started.confirm and (proved_at is None or now - proved_at > LASTS):
        raise SignInRefused("the sign-in provider did not ask you again who you are")
    return Claims(f"{issuer}|{subject}", mailbox, proved_at)
