"""The service: web, schedule and executor, in one process or apart; it ends when told to.

On SIGTERM no new slot is begun and no new request taken; what is under way is waited for. What
does not end in time keeps its lease, and whoever comes next takes it over.
"""

import os
import signal
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from agent.jobs import open_schedule
from agent.pages import Pages
from agent.reporting.shelf import Shelf
from agent.warming import warming
from approvals.web.auth.auth import Auth
from approvals.web.auth.settings import AuthSettings, Oidc
from approvals.web.parts import Parts
from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from agent.schedule import Schedule
    from agent.wiring import Deps

log = structlog.get_logger(__name__)
DRAIN_SECONDS = 20


def open_auth(deps: "Deps") -> Auth:
    """Sign-in by the settings of the installation."""
    settings = deps.settings
    oidc = None
    if settings.oidc_issuer:
        secret = settings.oidc_secret.get_secret_value()
        oidc = Oidc(settings.oidc_issuer, settings.oidc_client, secret)
    given = AuthSettings(deps.key.secret, settings.base_url, oidc)
    return Auth(deps.store.people, given, deps.clock)


@dataclass(frozen=True)
class Web:
    """The web application, its sign-in, and what opens the morning before anybody asks."""

    app: "FastAPI"
    auth: Auth
    warm: "Callable[[], None]"


def open_web(deps: "Deps", schedule: "Schedule | None" = None) -> Web:
    """The web application of an installation."""
    from approvals.web.app import make_app  # noqa: PLC0415 - loads slowly, for those who serve

    auth = open_auth(deps)
    lag = (lambda: lags(deps, schedule)) if schedule is not None else dict
    pages = Pages(deps)
    parts = Parts(
        gate=deps.gate, auth=auth, views=pages, shelf=Shelf(deps, pages.names),
        unsubscribe_secret=deps.key.secret, live=lambda: deps.settings.live, lag=lag,
        postal_address=deps.settings.postal_address,
        company=deps.settings.company,
    )  # fmt: skip
    return Web(make_app(parts), auth, pages.warm)


def lags(deps: "Deps", schedule: "Schedule") -> dict[str, float]:
    """By how many seconds each job is late, by job."""
    return {one.job: one.lag for one in schedule.health(deps.clock())}


def worker_name() -> str:
    """A name no other process has."""
    return f"{socket.gethostname()}-{os.getpid()}"


def run_web(web: Web, host: str, port: int, minutes: int = 0) -> None:
    """Serve until SIGTERM or SIGINT, or for some minutes."""
    import uvicorn  # noqa: PLC0415 - only those who serve need it

    config = uvicorn.Config(
        web.app, host, port, log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )  # fmt: skip
    server = uvicorn.Server(config)
    # So that open streams end at once, not in a while.
    web.app.state.site.ending = lambda: server.should_exit
    if minutes:
        ends = threading.Timer(minutes * 60, lambda: setattr(server, "should_exit", True))
        ends.daemon = True
        ends.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        # The web server raises again what ended it; by default that would kill us in the middle.
        signal.signal(number, lambda *_: None)
    with warming(web.warm, lambda: server.started):
        server.run()
    if not server.started:
        raise BadInput(f"port {port} of {host} cannot be served from; is something there already?")


def run_worker(service: "Service") -> None:
    """Tick until SIGTERM or SIGINT, then let end what is under way."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    service.schedule.start()
    log.info("worker.started")
    told.wait()
    service.end()


def run_both(web: Web, service: "Service", host: str, port: int, minutes: int = 0) -> None:
    """Web, schedule and executor in one process."""
    service.schedule.start()
    try:
        run_web(web, host, port, minutes)
    finally:
        service.end()


class Service:
    """The jobs of this process; `ending` is the word to them that it is ending."""

    def __init__(self, schedule: "Schedule", ending: threading.Event) -> None:
        """Nothing is begun yet."""
        self.schedule = schedule
        self._ending = ending

    def end(self) -> None:
        """Begin nothing more, and wait for the action that is under way, not for all that wait."""
        self._ending.set()
        log.info("service.draining")
        self.schedule.stop(wait=True)
        log.info("service.ended")


def make_service(deps: "Deps") -> Service:
    """The jobs of an installation in this process."""
    ending = threading.Event()
    return Service(open_schedule(deps, worker_name(), ending.is_set), ending)
