"""What an installation decides about sign-in."""

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from approvals.users.limits import RateLimit
from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SHORTEST_SECRET = 32
RATES: "Mapping[str, RateLimit]" = MappingProxyType(
    {
        "mailbox": RateLimit(10, timedelta(minutes=1)),
        "address": RateLimit(60, timedelta(seconds=2)),
        "token": RateLimit(120, timedelta(milliseconds=200)),
    }
)


@dataclass(frozen=True)
class Oidc:
    """A provider of sign-ins (OpenID Connect)."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")

    def __post_init__(self) -> None:
        check_url("oidc.issuer", self.issuer)


@dataclass(frozen=True)
class AuthSettings:
    """How long a sign-in holds and where we live; `secret` is the installation's own.

    `idle` and `absolute` end a session, `fresh` is how long ago somebody may have proved who they
    are to decide on the high tier, `ticket` is how long a printed link can be used.
    """

    secret: bytes = field(repr=False)
    base_url: str
    oidc: Oidc | None = None
    idle: timedelta = timedelta(hours=8)
    absolute: timedelta = timedelta(days=7)
    fresh: timedelta = timedelta(minutes=15)
    ticket: timedelta = timedelta(minutes=15)
    rates: "Mapping[str, RateLimit]" = field(default_factory=lambda: RATES)

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_SECRET:
            raise BadInput(f"secret: {len(self.secret)} bytes; give {SHORTEST_SECRET} random ones")
        check_url("base_url", self.base_url)

    @property
    def secure(self) -> bool:
        """Whether cookies travel over https only; plain http is for one's own machine."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def origin(self) -> str:
        """Our origin as a browser writes it: scheme, host, and a port when it is unusual."""
        parts = urlsplit(self.base_url)
        usual = {"https": 443, "http": 80}[parts.scheme]
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = "" if parts.port in (None, usual) else f":{parts.port}"
        return f"{parts.scheme}://{host}{port}"

    def cookie(self, name: str) -> str:
        """A cookie's name; `__Host-` makes browsers refuse it from anywhere but this host."""
        return f"__Host-{name}" if self.secure else name


def check_url(field_name: str, url: str) -> None:
    """Refuse what is neither https nor plain http on one's own machine."""
    parts = urlsplit(url)
    fine = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not fine or not parts.hostname or parts.username:
        raise BadInput(f"{field_name}: {url!r}; write https://…, or http://127.0.0.1:<port>")
