"""The day under measurement: the set-based half as the agent runs it, phase by phase.

Nothing here loops over customers; what leaves the engine is the head and small tables.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import config
import policies
from agent.rulebook import Rulebook, read_rulebook
from tests.bench.company import Company
from tests.bench.model import made_model
from tools.customers import churn, stages
from tools.customers.features import make_features
from tools.customers.segments.assign import Frozen, active_segments, assign, freeze
from tools.customers.segments.outcomes import Outcomes, outcomes
from tools.customers.segments.rules import OUTCOMES, Segment
from tools.roi.price import price
from tools.roi.rates import Windows
from tools.roi.shortlist import head
from tools.warehouse.asof.kept_usage import KEPT, keep_usage
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import CommittedFile, Dataset
from tools.warehouse.engine import DuckEngine
from tools.warehouse.load import load

HEAD = 500
THREADS, MEMORY = 2, "6GB"
NO_HISTORY = pa.schema([("account_id", pa.string()), ("segment", pa.string()), ("day", pa.int32())])


def new_engine() -> DuckEngine:
    """An engine with the benchmark's limits."""
    return DuckEngine(threads=THREADS, memory=MEMORY)


def rulebook() -> Rulebook:
    """The policies and economics the project ships."""
    return read_rulebook(Path(policies.__path__[0]), Path(config.__path__[0]) / "economics.yaml")


@dataclass(frozen=True)
class Segmented:
    """The segments in use, how many accounts each has, and what became of such accounts."""

    active: tuple[Segment, ...]
    sizes: tuple[tuple[str, int], ...]
    outcomes: Outcomes


@dataclass
class Clock:
    """Wall seconds by phase."""

    phases: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add what runs inside to a phase."""
        started = time.perf_counter()
        yield
        self.phases[name] = self.phases.get(name, 0.0) + time.perf_counter() - started


def bare(company: Company, query: str) -> int:
    """Run a baseline over the raw events of the first day; its rows."""
    engine = new_engine()
    dataset = company.dataset(company.facts())
    dataset.scan(company.first_day, engine)
    text = (Path(__file__).parent / f"{query}.sql").read_text(encoding="utf-8")
    engine.create("answer", text, as_of=company.first_day)
    rows: int = engine.run("SELECT COUNT(*) AS n FROM answer").to_pylist()[0]["n"]
    return rows


def look_back(company: Company, clock: Clock) -> int:
    """Who was in which segment on the past days whose outcomes are closed; kept for the day."""
    book, dataset = rulebook(), company.dataset(company.facts())
    with clock.phase("freeze"):
        frozen = _frozen(company, book, dataset)
    windows = dict(book.segments.windows)
    parts = []
    for days in sorted({windows[name] + windows["grace"] for name in OUTCOMES}):
        with clock.phase(f"{days} days back"):
            parts.append(_segments_on(company.first_day - days, dataset, book, frozen))
    pq.write_table(pa.concat_tables(parts), company.folder / "history.parquet")
    (company.folder / "frozen.json").write_text(frozen.to_json(), encoding="utf-8")
    return len(parts)


def _frozen(company: Company, book: Rulebook, dataset: Dataset) -> Frozen:
    world = open_world(company.first_day, new_engine(), dataset)
    make_features(world)
    return freeze(company.first_day, world.engine, book.segments, world.present)


def _segments_on(day: int, dataset: Dataset, book: Rulebook, frozen: Frozen) -> pa.Table:
    world = open_world(day, new_engine(), dataset)
    make_features(world)
    world.engine.put("score_log", stages.SCORE_LOG.empty_table())
    world.engine.put("stored_transitions", stages.STORED_TRANSITIONS.empty_table())
    stages.make_timeline(day, world.engine, world.present, book.stages)
    stages.make_roster(world.engine, world.present, book.stages)
    assign(day, world.engine, book.segments, frozen)
    sql = "SELECT account_id, segment, CAST($day AS INT) AS day FROM segments"
    return world.engine.run(sql, day=day)


def first_day(company: Company, clock: Clock) -> int:
    """The whole day over the history; keeps what a run keeps."""
    files = company.facts()
    found, usage = _day(company, company.first_day, clock, files, before=None)
    company.commit([*files, *usage])
    return found


def second_day(company: Company, clock: Clock) -> int:
    """Load what is new, and the day over it, from what the first day kept."""
    files = company.files()
    with clock.phase("load"):
        new = {
            path.stem: pq.read_table(path) for path in sorted((company.folder / "second").iterdir())
        }
        dataset = company.dataset(files)
        loaded = load(company.second_day, new, dataset, new_engine(), closed_day=company.first_day)
        del new
    files = [*files, *loaded.files]
    found, _ = _day(company, company.second_day, clock, files, before=company.first_day)
    return found


def _day(
    company: Company, day: int, clock: Clock, files: list[CommittedFile], *, before: int | None
) -> tuple[int, list[CommittedFile]]:
    """Rows that left the engine, and the snapshot tomorrow reads."""
    dataset, engine = company.dataset(files), new_engine()
    world, _ = numbers(company, day, clock, dataset, engine, before=before)
    with clock.phase("head"):
        found = head(engine, HEAD)
    with clock.phase("keep"):
        usage = _keep(company, world, dataset, engine)
    return len(found), usage


def numbers(
    company: Company,
    day: int,
    clock: Clock,
    dataset: Dataset,
    engine: DuckEngine,
    *,
    before: int | None,
) -> tuple[World, Segmented]:
    """Everything a morning computes of everybody; the relations live in the engine."""
    book = rulebook()
    with clock.phase("open world"):
        world = open_world(day, engine, dataset)
    with clock.phase("features"):
        make_features(world)
    with clock.phase("score"):
        churn.score(world, made_model())
    with clock.phase("stages"):
        _stages(company, world, book, before)
    with clock.phase("segments"):
        segmented = _segments(company, world, book)
    with clock.phase("price"):
        windows = dict(book.segments.windows)
        known = {name: windows[name] for name in ("churn", "expansion", "return")}
        price(day, engine, book.plays, book.economics, world.present, Windows(30, known))
    return world, segmented


def _stages(company: Company, world: World, book: Rulebook, before: int | None) -> None:
    """In full on the first day, then only whom facts or time have moved."""
    engine, present, rules = world.engine, world.present, book.stages
    partial = before is not None
    kept = company.folder / "kept"
    if partial:
        engine.scan("score_log", [kept / "score_log.parquet"], stages.SCORE_LOG)
        engine.scan("stored_transitions", [kept / "transitions.parquet"], stages.STORED_TRANSITIONS)
        engine.create("changed", _CHANGED, before=before, as_of=world.as_of)
        stages.make_touched(world.as_of, engine, present, rules, before or 0)
    else:
        engine.put("score_log", stages.SCORE_LOG.empty_table())
        engine.put("stored_transitions", stages.STORED_TRANSITIONS.empty_table())
    stages.make_timeline(world.as_of, engine, present, rules, touched_only=partial)
    stages.make_roster(engine, present, rules, touched_only=partial)
    stages.transition_diff(world.as_of, engine, rules, last_run=before, touched_only=partial)


# Of a company without aliases the references are the ids.
_CHANGED = (
    "SELECT DISTINCT account_ref AS account_id, CAST(NULL AS TEXT) AS contact_id "
    "FROM fact_subscriptions WHERE known_day > $before AND known_day <= $as_of"
)


def _segments(company: Company, world: World, book: Rulebook) -> Segmented:
    frozen = Frozen.from_json((company.folder / "frozen.json").read_text(encoding="utf-8"))
    assigned = assign(world.as_of, world.engine, book.segments, frozen)
    world.engine.scan("segment_history", [company.folder / "history.parquet"], NO_HISTORY)
    active = active_segments(book.segments, frozen)
    found = outcomes(world.as_of, world.engine, book.segments, active, world.present)
    return Segmented(active, assigned.counts, found)


def _keep(
    company: Company, world: World, dataset: Dataset, engine: DuckEngine
) -> list[CommittedFile]:
    """Write what the next day builds on."""
    kept = company.folder / ("kept" if world.as_of == company.first_day else "kept_second")
    kept.mkdir(exist_ok=True)
    engine.export(_LOG, kept / "score_log.parquet", day=world.as_of)
    engine.export("SELECT * FROM scores", kept / "scores.parquet")
    engine.export("SELECT * FROM segments", kept / "segments.parquet")
    engine.export(_TRANSITIONS, kept / "transitions.parquet")
    usage = [keep_usage(name, world.as_of, dataset, engine) for name in KEPT]
    return [file for file in usage if file]


_LOG = (
    "SELECT account_id AS account_id, CAST($day AS INT) AS day, risk_rank AS risk_rank, "
    "NOT risk_rank IS NULL AS usable FROM scores"
)
_TRANSITIONS = (
    "SELECT kind AS kind, entity_id AS entity_id, from_stage AS from_stage, to_stage AS to_stage, "
    "effective_day AS effective_day, observed_day AS observed_day, because AS because, "
    "rule_version AS rule_version, skipped AS skipped FROM transition_inserts"
)
