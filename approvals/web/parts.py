"""What the web application is made of; nothing is kept in modules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from approvals.users.limits import RateLimit
from approvals.web.client_address import ProxyNetworks
from tools.store.patience import OF_A_PERSON

if TYPE_CHECKING:
    from approvals.service import Gate
    from approvals.users.auth import Auth
    from approvals.web.views import ReportArchive, Views

RATES: Mapping[str, RateLimit] = MappingProxyType({
    "read": RateLimit(600, timedelta(milliseconds=50)),
    "change": RateLimit(120, timedelta(milliseconds=500)),
    "open": RateLimit(60, timedelta(seconds=1)),
})  # fmt: skip


def _unnamed() -> dict[str, str]:
    return {}


def _nothing() -> dict[str, float]:
    return {}


@dataclass(frozen=True)
class WebParts:
    """Everything the pages and the API need.

    `labels` are the names of plays, by id. `live` says whether what is sent really leaves. `lag`
    gives, by job, the seconds it is late.
    `postal_address` stands under every message. `rates` has read, change and open (without
    sign-in), by person or network address; of that `proxies` may speak. `patience` is how many
    seconds a request waits for what somebody else holds.
    """

    gate: "Gate"
    auth: "Auth"
    views: "Views"
    shelf: "ReportArchive"
    unsubscribe_secret: bytes = field(repr=False)
    live: Callable[[], bool] = bool
    lag: Callable[[], Mapping[str, float]] = _nothing
    labels: Callable[[], Mapping[str, str]] = _unnamed
    company: str = ""
    postal_address: str = ""
    rates: Mapping[str, RateLimit] = field(default_factory=lambda: RATES)
    proxies: ProxyNetworks = field(default_factory=ProxyNetworks)
    patience: float = OF_A_PERSON
