"""The reports the clock asks for: the week that ended, the month that ended, each once."""

from typing import TYPE_CHECKING

from agent.erasing import working
from agent.reporting.archive import file_report
from agent.reporting.period import month_before, week_before
from agent.reporting.sending import send_report
from tools.days import from_number
from tools.errors import LifecycleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.reporting.period import Period
    from agent.wiring import Deps


def reports_due(deps: "Deps", stopping: "Callable[[], bool]" = bool) -> str:
    """Make and send what is over and not yet in the archive; returns what to write down.

    Raises:
        LifecycleError: when the morning after a period was not run, so that the slot fails where
            people look; the next day's slot tries again. Also when told to end meanwhile.
    """
    today = deps.today()
    said: list[str] = []
    failed: list[LifecycleError] = []
    for period in (week_before(today), month_before(today)):
        try:
            said.append(_due(deps, period, stopping))
        except LifecycleError as error:  # the other is made all the same
            failed.append(error)
    if failed:
        raise failed[0]
    return "; ".join(filter(None, said)) or "nothing is due"


def _due(deps: "Deps", period: "Period", stopping: "Callable[[], bool]") -> str:
    if deps.store.reports.get(period.id) is not None:
        return ""
    closed = deps.store.runs.closed_day()
    if closed is None:
        return ""
    if closed < period.as_of:
        raise LifecycleError(
            f"{period.id} waits for the run of {from_number(period.as_of)}; the last is "
            f"{from_number(closed)}"
        )
    with working(deps):
        filed = file_report(deps, period, stopping)
    return f"{period.id} {send_report(deps, filed).words}"
