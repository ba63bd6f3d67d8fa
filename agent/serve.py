"""The parts of the service: web, scheduler and executor; each ends when it is told to.

On SIGTERM no new slot is begun and no new request taken; what is under way is waited for. What
does not end in time keeps its lease, and whoever comes next takes it over.
"""

import os
import resource
import signal
import socket
import threading
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import structlog

from agent.connections import ConnectionLimits, Connections
from agent.http_protocol import bounded
from agent.jobs import WorkerRole, open_schedule, recover
from agent.pages import Pages
from agent.reporting.shelf import ReportShelf
from agent.warming import warming
from approvals.lease import LeaseWatch
from approvals.users.auth import Auth
from approvals.users.settings import AuthSettings, Oidc
from approvals.web.client_address import ProxyNetworks
from approvals.web.parts import WebParts
from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.types import ASGIApp
    from uvicorn import Server

    from agent.schedule import Schedule
    from agent.wiring import Deps

log = structlog.get_logger(__name__)
DRAIN_SECONDS = 20
RECOVERY_SECONDS = 5.0
BACKLOG = 128
# Files the web server needs for itself: databases, facts, and a backlog taken in at one go.
OWN_FILES, MOST_FILES, FEWEST = 300, 10_000, 16


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
    """The web application, its sign-in, its limits, and what opens the morning beforehand."""

    app: "FastAPI"
    auth: Auth
    warm: "Callable[[], None]"
    connections: Connections


def open_web(deps: "Deps", schedule: "Schedule | None" = None) -> Web:
    """The web application of an installation."""
    from approvals.web.app import make_app  # noqa: PLC0415 - loads slowly, for those who serve

    auth = open_auth(deps)
    lag = (lambda: lags(deps, schedule)) if schedule is not None else dict
    pages, proxies = Pages(deps), ProxyNetworks(deps.settings.proxies)
    parts = WebParts(
        gate=deps.gate,
        auth=auth,
        views=pages,
        shelf=ReportShelf(deps, pages.names),
        unsubscribe_secret=deps.key.secret,
        live=lambda: deps.settings.live,
        lag=lag,
        postal_address=deps.settings.postal_address,
        labels=lambda: deps.rulebook.labels,
        company=deps.settings.company,
        proxies=proxies,
    )
    connections = Connections(connection_limits(deps), proxies.__contains__)
    return Web(make_app(parts), auth, pages.warm, connections)


def connection_limits(deps: "Deps") -> ConnectionLimits:
    """The limits of the settings, and no more connections than this process may open files."""
    settings, files = deps.settings, _open_files()
    total = max(FEWEST, min(settings.connections, files - OWN_FILES))
    return ConnectionLimits(total, min(settings.connections_of_address, total))


def _open_files() -> int:
    """How many files this process may have open, after asking for as many as it may ask for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)


def listen(host: str, port: int) -> socket.socket:
    """A socket that people can already knock at.

    Raises:
        BadInput: when the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadInput(
            f"port {port} of {host}: {why}; end what is there, or give --port"
        ) from error


def lags(deps: "Deps", schedule: "Schedule") -> dict[str, float]:
    """By how many seconds each job is late, by job."""
    return {one.job: one.lag for one in schedule.health(deps.clock())}


def worker_name() -> str:
    """A name no other process has."""
    return f"{socket.gethostname()}-{os.getpid()}"


def web_server(app: "ASGIApp", connections: Connections) -> "Server":
    """A server whose clients have a time for each step, and whose connections have a bound."""
    import uvicorn  # noqa: PLC0415 - only those who serve need it

    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        http=bounded(connections),  # type: ignore[arg-type]  # it is called, and no more
        ws="none",
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=ceil(connections.limits.idle),
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    return uvicorn.Server(config)


def run_web(web: Web, door: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = web_server(web.app, web.connections)
    # So that open streams end at once, not in a while.
    web.app.state.site.ending = lambda: server.should_exit
    for number in (signal.SIGTERM, signal.SIGINT):
        # The web server raises again what ended it; by default that would kill us in the middle.
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    log.info("web.started", connections=web.connections.limits.total)
    with warming(web.warm, lambda: server.started):
        server.run(sockets=[door])


def run_worker(service: "Service") -> None:
    """Tick until SIGTERM or SIGINT, then let end what is under way."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    service.start()
    log.info("worker.started")
    told.wait()
    service.end()


class Service:
    """The jobs of this process; `ending` is the word to them that it is ending.

    `recover` settles the calls of workers that died; it is asked every few seconds.
    """

    def __init__(
        self,
        schedule: "Schedule",
        ending: threading.Event,
        recover: "Callable[[], object] | None" = None,
    ) -> None:
        """Nothing is begun yet."""
        self.schedule = schedule
        self._ending, self._recover = ending, recover
        self._thread = threading.Thread(target=self._look_after, daemon=True, name="recovery")

    def start(self) -> None:
        """Begin what is due, in threads."""
        self.schedule.start()
        if self._recover is not None:
            self._thread.start()

    def end(self) -> None:
        """Begin nothing more, and wait for the action that is under way, not for all that wait."""
        self._ending.set()
        log.info("service.draining")
        self.schedule.stop(wait=True)
        log.info("service.ended")

    def _look_after(self) -> None:
        while self._recover is not None and not self._ending.wait(RECOVERY_SECONDS):
            try:
                self._recover()
            except Exception as error:  # the database may be back for the next look
                log.exception("recovery.failed", error=type(error).__name__)


def make_service(deps: "Deps", role: WorkerRole = "both") -> Service:
    """The jobs of an installation in this process."""
    ending, watch, worker = threading.Event(), LeaseWatch(), worker_name()
    schedule = open_schedule(deps, worker, ending.is_set, role, watch)
    sends = role != "scheduler"
    return Service(schedule, ending, (lambda: recover(deps, worker, watch)) if sends else None)
