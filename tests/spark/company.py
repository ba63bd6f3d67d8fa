"""A small simulated company on disk, and what earlier mornings left behind."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa

import tools.sources
from agent.rulebook import Rulebook, read_rulebook
from tests.facts import MemoryManifest, land
from tests.spark.oddities import oddities
from tools.customers import stages
from tools.customers.features import make_features
from tools.customers.segments.assign import Frozen, assign, freeze
from tools.customers.segments.rules import OUTCOMES
from tools.days import day_number
from tools.sources.files import FileSource
from tools.sources.parse import read_mapping
from tools.sources.simulated import simulate
from tools.warehouse.asof.kept_usage import KEPT, keep_usage
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import Dataset
from tools.warehouse.engine import DuckEngine
from tools.warehouse.load import load

ROOT = Path(__file__).parents[2]
END = date(2026, 1, 1)
AS_OF = day_number(END)
LAST_RUN = AS_OF - 7
ACCOUNTS = 80
RULES = read_rulebook(ROOT / "policies", ROOT / "config" / "economics.yaml")


@dataclass(frozen=True)
class Company:
    """Committed facts, and the rules it is run by."""

    dataset: Dataset
    rules: Rulebook = RULES

    def open(self, day: int) -> World:
        """The world of a day with features and stages, on DuckDB alone."""
        world = open_world(day, DuckEngine(), self.dataset)
        make_features(world)
        world.engine.put("score_log", stages.SCORE_LOG.empty_table())
        world.engine.put("stored_transitions", stages.STORED_TRANSITIONS.empty_table())
        stages.make_timeline(day, world.engine, world.present, self.rules.stages)
        stages.make_roster(world.engine, world.present, self.rules.stages)
        return world

    @cached_property
    def frozen(self) -> Frozen:
        """The thresholds of the segments, fixed on the day of the last run."""
        world = self.last_world
        return freeze(LAST_RUN, world.engine, self.rules.segments, world.present)

    @cached_property
    def last_world(self) -> World:
        """The world of the last run."""
        return self.open(LAST_RUN)

    @cached_property
    def segment_history(self) -> pa.Table:
        """Who was in which segment on the latest days whose outcomes are closed by now."""
        windows = dict(self.rules.segments.windows)
        back = sorted({windows[name] + windows["grace"] for name in OUTCOMES})
        return pa.concat_tables([self._segments(AS_OF - days) for days in back])

    def _segments(self, day: int) -> pa.Table:
        world = self.open(day)
        assign(day, world.engine, self.rules.segments, self.frozen)
        sql = "SELECT account_id, segment, CAST($day AS INT) AS day FROM segments"
        return world.engine.run(sql, day=day)

    @cached_property
    def stored_transitions(self) -> pa.Table:
        """What the last run stored, some rows of it told otherwise: today must put them right."""
        world = self.last_world
        stages.transition_diff(LAST_RUN, world.engine, self.rules.stages)
        columns = ", ".join(
            f"{n} AS {n}" for n in stages.STORED_TRANSITIONS.names if n != "to_stage"
        )
        wrong = "CASE WHEN effective_day % 11 = 0 THEN 'mql' ELSE to_stage END AS to_stage"
        rows = world.engine.run(f"SELECT {columns}, {wrong} FROM transition_inserts")
        return rows.select(stages.STORED_TRANSITIONS.names).cast(stages.STORED_TRANSITIONS)

    @cached_property
    def score_log(self) -> pa.Table:
        """Ranks of six weeks: some are high for weeks, some days have no usable score."""
        rows = self.last_world.engine.run(
            "SELECT f.account_id AS account_id, c.day AS day, "
            "CAST((f.tenure_days * 13 + (c.day // 9) * 5) % 20 AS DOUBLE) / 19e0 AS risk_rank, "
            "c.day % 5 <> 0 AS usable FROM features AS f "
            "INNER JOIN calendar AS c ON c.day >= $first AND c.day < $as_of "
            "WHERE f.tenure_days > 50",
            first=AS_OF - 42,
            as_of=AS_OF,
        )
        return rows.cast(stages.SCORE_LOG)

    @cached_property
    def changed(self) -> pa.Table:
        """Accounts with late facts."""
        sql = (
            "SELECT account_id AS account_id, CAST(NULL AS TEXT) AS contact_id FROM accounts "
            "ORDER BY account_id LIMIT 9"
        )
        return self.last_world.engine.run(sql).cast(stages.CHANGED)


def build(folder: Path) -> Company:
    """Simulate, read, load, and keep the life of use as the last run would have."""
    simulate(folder / "export", seed=11, end=END, accounts=ACCOUNTS)
    mapping = Path(str(tools.sources.__path__[0])) / "simulated.yaml"
    batch = FileSource(folder / "export", read_mapping(mapping)).read(AS_OF)
    manifest = MemoryManifest()
    company = Company(Dataset(folder / "facts", manifest))
    loaded = load(AS_OF, batch.tables, company.dataset, DuckEngine(), closed_day=None)
    manifest.committed += loaded.files
    land(AS_OF, oddities(AS_OF), company.dataset)
    engine = DuckEngine()
    world = open_world(LAST_RUN, engine, company.dataset)
    usage = [keep_usage(name, world.as_of, company.dataset, engine) for name in KEPT]
    manifest.committed += [kept for kept in usage if kept]
    return company
