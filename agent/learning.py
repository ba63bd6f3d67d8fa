"""What our own closed outcomes say, learned once a week from what was known by then.

A pure function of the facts, the store before the morning, and the places earlier runs kept: a
replay learns the same bytes. Between two weeks the evidence stays, so that what waits for a
decision is not asked again each morning for another digit.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from agent.report_facts import FactCutoff as Instant
from agent.report_facts import lifted_before, work_tables
from agent.snapshots import PLACES
from tools.reports.agent_activity.relations import put_work
from tools.reports.incrementality.measure import OutcomeWindows
from tools.reports.incrementality.observations import KEPT_PLACES, make_observations
from tools.reports.incrementality.predicted_vs_realised import applied_slope, slope_of
from tools.roi.learned.evidence import Evidence, gather_evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from agent.morning import Morning
    from agent.wiring import Deps
    from tools.roi.learned.evidence import Cell

LEARN_DAYS = 7


@dataclass(frozen=True)
class Known:
    """What the store tells a morning of the agent's own work before it.

    Attributes:
        work: the relations of `tools/reports/agent_activity/relations.py`;
            read only when learned from.
        lifted: the day on which a person last lifted the demotion of a play in a segment.
    """

    work: "Callable[[], Mapping[str, pa.Table]]" = dict
    lifted: "Callable[[], Mapping[Cell, int]]" = dict


NOTHING_KNOWN = Known()


def known_by(deps: "Deps", as_of: int) -> Known:
    """What the store knew of the agent's work before a morning; read when it is asked for."""
    morning = Instant(as_of, as_of, deps.zone)
    return Known(
        lambda: work_tables(deps.store, morning),
        lambda: lifted_before(deps.store, deps.rulebook.plays, morning),
    )


@dataclass(frozen=True)
class Learned:
    """The evidence of a week, and how much of what was promised has come true where that is off."""

    evidence: Evidence
    slope: Decimal | None = None

    def to_json(self) -> str:
        """Canonical JSON."""
        slope = None if self.slope is None else str(self.slope)
        return json.dumps({"evidence": self.evidence.to_json(), "slope": slope}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Learned":
        """What `to_json` wrote."""
        values = json.loads(text)
        slope = values["slope"]
        evidence = Evidence.from_json(values["evidence"])
        return cls(evidence, None if slope is None else Decimal(slope))


def learn(morning: "Morning", known: Known) -> Learned:
    """Learn from everything that was known on a morning; makes `observations`."""
    engine, book = morning.engine, morning.rulebook
    files = [f for f in morning.snapshots.files(PLACES) if f.max_known < morning.as_of]
    if not files:
        return Learned(Evidence(morning.as_of))
    engine.scan("kept_places", morning.dataset.paths(files), KEPT_PLACES)
    put_work(engine, known.work())
    days = dict(book.segments.windows)
    measured = make_observations(
        morning.as_of,
        engine,
        morning.world.present,
        book.plays,
        book.economics,
        OutcomeWindows(days["grace"], days["activity"]),
    )
    evidence = gather_evidence(morning.as_of, engine, known.lifted())
    slope = slope_of([one.promise for one in measured.plays if one.promise])
    return Learned(evidence, applied_slope(slope))
