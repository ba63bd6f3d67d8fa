"""What needs no sign-in: the way out of our messages, and whether we are alive."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import HTMLResponse, JSONResponse, Response

from approvals.alarms import KINDS
from approvals.settling import unsubscribe
from approvals.web.site import Site
from approvals.web.visits import Reader, stranger
from tools.channels.unsubscribe import read_unsubscribe

if TYPE_CHECKING:
    from collections.abc import Iterator

Open = Annotated[Site, Depends(stranger)]


def routes() -> APIRouter:
    """The routes for whoever is not signed in; figures need a token."""
    router = APIRouter(include_in_schema=False)
    for path, method, route in (
        ("/u/{token}", "GET", _leaving),
        ("/u/{token}", "POST", _left),
        ("/health", "GET", _health),
        ("/ready", "GET", _ready),
        ("/metrics", "GET", _metrics),
    ):
        router.add_api_route(path, route, methods=[method], response_model=None)
    return router


def _leaving(site: Open, token: str) -> Response:
    """A page with a button; looking at the link changes nothing."""
    read_unsubscribe(site.parts.unsubscribe_secret, token)
    return HTMLResponse(site.render("leaving", done=False, company=site.parts.company))


def _left(site: Open, token: str) -> Response:
    """Unsubscribe at once, in one click (RFC 8058): no sign-in, no question."""
    wish = read_unsubscribe(site.parts.unsubscribe_secret, token)
    unsubscribe(site.gate, wish.address_key, wish.channel)
    return HTMLResponse(site.render("leaving", done=True, company=site.parts.company))


async def _health() -> Response:
    """We are alive; said without a thread or the database."""
    return JSONResponse({"status": "alive"})


def _ready(site: Open) -> Response:
    """The database answers."""
    try:
        site.gate.store.read(lambda tx: tx.session.execute(text("SELECT 1")).scalar())
    except SQLAlchemyError:
        return JSONResponse({"status": "the database does not answer"}, 503)
    return JSONResponse({"status": "ready"})


class _Figures:
    """What is counted once a minute, as Prometheus reads it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> "Iterator[GaugeMetricFamily]":
        """Proposals and actions by status, and how late each job is."""
        counted = self._site.counts()
        for name in ("proposal", "action"):
            family = GaugeMetricFamily(
                f"lifecycle_{name}s", f"How many {name}s stand at a status.", labels=["status"]
            )
            for (kind, status), number in sorted(counted.items()):
                if kind == name:
                    family.add_metric([status], number)
            yield family
        counted_alarms = {alarm.kind: alarm.count for alarm in self._site.alarms()}
        family = GaugeMetricFamily(
            "lifecycle_alarms", "What a person must look at, by kind.", labels=["kind"]
        )
        for kind in KINDS:
            family.add_metric([kind], counted_alarms.get(kind, 0))
        yield family
        late = GaugeMetricFamily("lifecycle_job_late_seconds", "How late a job is.", labels=["job"])
        for job, seconds in sorted(self._site.parts.lag().items()):
            late.add_metric([job], seconds)
        yield late


def _metrics(visit: Reader) -> Response:
    """Figures for a monitor."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(visit.site))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")
