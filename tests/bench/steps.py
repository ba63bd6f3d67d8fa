"""The steps that are measured, by name."""

from collections.abc import Callable

from tests.bench.company import Company
from tests.bench.pipeline import Clock, bare, first_day, look_back, second_day
from tests.bench.reporting import report

STEPS: dict[str, Callable[[Company, Clock], int]] = {
    "plain": lambda company, _: bare(company, "plain"),
    "bare": lambda company, _: bare(company, "bare"),
    "look back": look_back,
    "day": first_day,
    "second day": second_day,
    "report": report,
}
