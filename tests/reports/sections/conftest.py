"""The simulated company on one morning, as the agent would give it to a report."""

from dataclasses import dataclass

import pyarrow as pa
import pytest

from tests.spark.company import AS_OF, LAST_RUN, RULES, Company, build
from tools.customers.segments.assign import SegmentAssignment, active_segments, assign
from tools.customers.segments.outcomes import Outcomes, outcomes
from tools.reports.context import ReportContext
from tools.warehouse.asof.world import World

CLOSED = 104  # the window of churn and its grace are over


@dataclass(frozen=True)
class Simulated:
    """A morning of the simulated company with all that reports read."""

    company: Company
    world: World
    given: ReportContext
    assigned: SegmentAssignment
    outcomes: Outcomes


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """One company for every section: sections only make relations of their own."""
    company = build(tmp_path_factory.mktemp("simulated"))
    world = company.open(AS_OF)
    past = {LAST_RUN: company.last_world, AS_OF - CLOSED: company.open(AS_OF - CLOSED)}
    history = [_segments(day, company, world) for day, world in past.items()]
    world.engine.put("segment_history", pa.concat_tables(history))
    assigned = assign(AS_OF, world.engine, RULES.segments, company.frozen)
    active = active_segments(RULES.segments, company.frozen)
    found = outcomes(AS_OF, world.engine, RULES.segments, active, world.present)
    given = ReportContext(AS_OF, AS_OF - 7, world.engine, world.present)
    return Simulated(company, world, given, assigned, found)


def _segments(day: int, company: Company, world: World) -> pa.Table:
    assign(day, world.engine, RULES.segments, company.frozen)
    sql = "SELECT account_id, segment, CAST($day AS INT) AS day FROM segments"
    return world.engine.run(sql, day=day)
