"""The numbers of one morning, each computed when first asked for and then kept.

Everything here is a pure function of the committed facts and the day: asked again, in another
process or ten weeks later, it gives the same. Nothing here writes.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from agent.learning import LEARN_DAYS, NOTHING_KNOWN, Known, Learned, learn
from agent.snapshots import EVIDENCE, FROZEN, MODEL, SCORES, Snapshots
from tools.customers import churn, stages
from tools.customers.departures.departures import put_return_chances
from tools.customers.features import ExchangeRates, make_features
from tools.customers.segments.assign import (
    Frozen,
    SegmentAssignment,
    active_segments,
    assign,
    freeze,
)
from tools.customers.segments.outcomes import Outcomes, outcomes
from tools.customers.segments.rules import OUTCOMES
from tools.errors import NotComputable
from tools.reports.incrementality.observations import LOSSES
from tools.roi.learned.effects import learned_effects
from tools.roi.play_effects import PlayEffect, prior_effects
from tools.roi.price import PriceList, price
from tools.roi.rates import RETURN, Windows
from tools.roi.tables import Risks
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import FACT, USAGE_KIND
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.rulebook import Rulebook
    from tools.customers.departures.return_score import ReturnScore
    from tools.warehouse.dataset import Dataset

LITTLE = 100_000  # rows
# What every day kept of its scores, also before a term's end was told.
KEPT_SCORES = pa.schema(
    [
        ("account_id", pa.string()), ("tier", pa.string()), ("label", pa.string()),
        ("model", pa.string()), ("probability", pa.float64()), ("band", pa.string()),
        ("risk_rank", pa.float64()), ("logit", pa.float64()), ("unscored_reason", pa.string()),
    ]
)  # fmt: skip
NO_SCORES = pa.schema(
    [*KEPT_SCORES, ("renewal_day", pa.int32()), ("renewal_probability", pa.float64())]
)
SEGMENTS_THEN = pa.schema(
    [("account_id", pa.string()), ("segment", pa.string()), ("day", pa.int32())]
)


@dataclass(frozen=True)
class Scored:
    """The churn model of the morning, or why there is none."""

    model: churn.ChurnModel | None
    trained: bool
    missing: str


@dataclass(frozen=True)
class Segmented:
    """Who is where this morning, and what became of such accounts before."""

    assigned: SegmentAssignment
    outcomes: Outcomes


class Morning:
    """One day of one company; relations live in `self.world.engine`."""

    def __init__(
        self,
        as_of: int,
        dataset: "Dataset",
        rulebook: "Rulebook",
        stored_transitions: pa.Table,
        *,
        upto: int | None = None,
        known: Known = NOTHING_KNOWN,
    ) -> None:
        """`upto` is the last day whose snapshots may be used: the day itself unless replayed."""
        self.as_of = as_of
        self.dataset = dataset
        self.rulebook = rulebook
        self.upto = as_of if upto is None else upto
        self.snapshots = Snapshots(dataset, self.upto)
        self._stored_transitions = stored_transitions
        self._known = known

    @cached_property
    def world(self) -> World:
        """The world as of the day, with features."""
        return self.open(self.as_of)

    def open(self, day: int) -> World:
        """The world of any day, in an engine of its own, with features."""
        rules, dataset = self.rulebook.identity, self.dataset.listed()
        world = open_world(day, _new_engine(dataset), dataset, upto=self.upto, rules=rules)
        make_features(world, dict(self.rulebook.churn.active_days), self._exchange(day))
        return world

    def _exchange(self, day: int) -> ExchangeRates:
        """The rates of a day, by the company's economics."""
        economics = self.rulebook.economics
        return ExchangeRates(economics.currency, economics.in_group(day, "exchange_rate"))

    @property
    def engine(self) -> DuckEngine:
        """The engine of the world."""
        engine = self.world.engine
        assert isinstance(engine, DuckEngine)  # noqa: S101 - made by `open`
        return engine

    @cached_property
    def scored(self) -> Scored:
        """Relation `scores`, and the model behind it: the last one while it is young enough."""
        try:
            model, trained = self._model()
        except NotComputable as missing:
            self.engine.put("scores", NO_SCORES.empty_table())
            return Scored(None, trained=False, missing=str(missing))
        churn.score(self.world, model)
        return Scored(model, trained, missing="")

    def _model(self) -> tuple[churn.ChurnModel, bool]:
        policy = self.rulebook.churn
        kept = self.snapshots.text(MODEL, self.as_of - policy.retrain_days + 1, self.engine)
        if kept is not None:
            return churn.model_from_json(kept[1]), kept[0] == self.as_of
        model = churn.train(
            self._training_world,
            self.as_of,
            policy.definition,
            every=policy.every_days,
            most_snapshots=policy.snapshots,
            since=self._since,
        )
        return model, True

    @cached_property
    def _since(self) -> int:
        """The first day of whose morning there may be an account; worlds before it are empty."""
        first = self.dataset.first_known("accounts")
        return self.as_of if first is None else first

    def _training_world(self, day: int) -> World:
        return self.world if day == self.as_of else self.open(day)

    @cached_property
    def alarms(self) -> tuple[str, ...]:
        """What moved since the model was trained, in words."""
        model = self.scored.model
        found = churn.drift(self.world, model) if model else ()
        return tuple(f"{a.level}: {a.kind} of {a.name} {a.value:.3f}" for a in found)

    @cached_property
    def scores_before(self) -> str | None:
        """The relation of the last earlier day's scores, if there is one."""
        files = [f for f in self.snapshots.files(SCORES) if f.max_known < self.as_of]
        if not files:
            return None
        paths = self.dataset.paths(files[-1:])
        self.engine.scan("scores_before", paths, pq.read_schema(paths[0]))
        return "scores_before"

    @cached_property
    def staged(self) -> World:
        """Relations `timeline`, `roster`, `transition_inserts` and `transition_supersedes`."""
        rules, present = self.rulebook.stages, self.world.present
        self.engine.put("stored_transitions", self._stored_transitions)
        self._put_score_log()
        stages.make_timeline(self.as_of, self.engine, present, rules)
        stages.make_roster(self.engine, present, rules)
        stages.transition_diff(self.as_of, self.engine, rules)
        return self.world

    def _put_score_log(self) -> None:
        """The scores of earlier days; today's count from tomorrow on, like every fact."""
        files = [f for f in self.snapshots.files(SCORES) if f.max_known < self.as_of]
        schema = pa.schema([*KEPT_SCORES, ("day", pa.int32())])
        self.engine.scan("kept_scores", self.dataset.paths(files), schema)
        self.engine.create(
            "score_log",
            "SELECT account_id AS account_id, day AS day, risk_rank AS risk_rank, "
            "NOT risk_rank IS NULL AND tier <> 'none' AS usable FROM kept_scores",
        )

    @cached_property
    def segmented(self) -> Segmented:
        """Relations `segments` and `outcomes`."""
        _ = self.scored, self.staged
        rules = self.rulebook.segments
        assigned = assign(self.as_of, self.engine, rules, self.frozen)
        self.engine.put("segment_history", self._segment_history())
        active = active_segments(rules, self.frozen)
        found = outcomes(self.as_of, self.engine, rules, active, self.world.present)
        return Segmented(assigned, found)

    @cached_property
    def frozen(self) -> Frozen:
        """The segments' thresholds: those in force, or new ones when there are none."""
        kept = self.snapshots.text(FROZEN, 0, self.engine)
        if kept is not None:
            frozen = Frozen.from_json(kept[1])
            if frozen.version == self.rulebook.segments.version:
                return frozen
        rules = self.rulebook.segments
        return freeze(self.as_of, self.engine, rules, self.world.present)

    def _segment_history(self) -> pa.Table:
        """Who was in which segment on the latest days whose outcomes are closed by now.

        The days are looked back at through the facts known then, with today's thresholds: a run
        of that day need not have happened.
        """
        windows = dict(self.rulebook.segments.windows)
        grace = windows["grace"]
        back = sorted({windows[name] + grace for name in OUTCOMES})
        days = [self.as_of - past for past in back]
        parts = [self._segments_on(day) for day in days if day >= self._since]
        return pa.concat_tables([SEGMENTS_THEN.empty_table(), *parts])

    def _segments_on(self, day: int) -> pa.Table:
        past = self.open(day)
        past.engine.put("score_log", stages.SCORE_LOG.empty_table())
        past.engine.put("stored_transitions", stages.STORED_TRANSITIONS.empty_table())
        stages.make_timeline(day, past.engine, past.present, self.rulebook.stages)
        stages.make_roster(past.engine, past.present, self.rulebook.stages)
        assign(day, past.engine, self.rulebook.segments, self.frozen)
        sql = "SELECT account_id, segment, CAST($day AS INT) AS day FROM segments"
        return past.engine.run(sql, day=day)

    @cached_property
    def windows(self) -> Windows:
        """The days each probability is about."""
        model = self.scored.model
        by_days = model is not None and model.definition.kind != "contractual_term"
        score = model.definition.horizon_days if by_days and model is not None else None
        known = dict(self.rulebook.segments.windows)
        return Windows(score, {name: known[name] for name in ("churn", "expansion", "return")})

    @cached_property
    def learned(self) -> Learned:
        """What our own outcomes say: as of this week's first morning, or learned now."""
        since, reader = self.as_of - LEARN_DAYS + 1, DuckEngine(threads=1)  # no world for a text
        kept = self.snapshots.text(EVIDENCE, since, reader)
        return learn(self, self._known) if kept is None else Learned.from_json(kept[1])

    @cached_property
    def effects(self) -> tuple[PlayEffect, ...]:
        """What each play is believed to do to each segment it is for."""
        plays, learned = self.rulebook.plays, self.learned
        return learned_effects(
            learned.evidence,
            prior_effects(plays),
            {play.id for play in plays if play.without == LOSSES},
            learned.slope,
            self._known.lifted(),
            {play.id: play.goal for play in plays},
        )

    @cached_property
    def priced(self) -> PriceList:
        """Relations `candidates`, `unpriced` and `left_alone`."""
        _ = self.segmented
        book, present = self.rulebook, self.world.present
        return price(
            self.as_of,
            self.engine,
            book.plays,
            book.economics,
            present,
            self.windows,
            self.effects,
            self.returning,
            self._risks,
        )

    @property
    def _risks(self) -> Risks:
        """The chances of harm that the limits of the day allow."""
        terms = self.rulebook.limits.on(self.as_of).risk_of_harm
        return Risks(terms.any, terms.lasting_discount)

    @cached_property
    def returning(self) -> "ReturnScore | None":
        """Relation `return_chances`, and the score behind it; None where there is none."""
        windows = {p.window_days for p in self.rulebook.plays if p.without == RETURN}
        if "subscriptions" not in self.world.present or not windows:
            return None
        return put_return_chances(self.as_of, self.engine, windows)

    def unpriced(self, accounts: "Sequence[str]") -> dict[str, list[tuple[str, str]]]:
        """For each account asked for, the plays that could not be priced and what is missing."""
        asked = pa.table({"account_id": pa.array(sorted(set(accounts)), pa.string())})
        self.engine.put("asked", asked)
        rows = self.engine.run(
            "SELECT u.account_id, u.play, u.missing FROM unpriced AS u "
            "INNER JOIN asked AS q ON q.account_id = u.account_id ORDER BY 1, 2"
        ).to_pylist()
        found: dict[str, list[tuple[str, str]]] = {}
        for row in rows:
            found.setdefault(row["account_id"], []).append((row["play"], row["missing"]))
        return found

    def digest(self, relation: str, order: str) -> str:
        """A hash of every cell of a relation, in a total order.

        Cells are hashed as text: the bytes under a NULL in Arrow are whatever was there before.
        """
        table = self.engine.run(f"SELECT * FROM {relation} ORDER BY {order}")
        sink = pa.BufferOutputStream()
        csv.write_csv(table, sink)
        return hashlib.sha256(sink.getvalue()).hexdigest()


def _new_engine(dataset: "Dataset") -> DuckEngine:
    """An engine of one thread where there is little to read: sharing it out costs more."""
    files = (f for kind in (FACT, USAGE_KIND) for f in dataset.manifest.data_files(kind))
    return DuckEngine(threads=1 if sum(file.rows for file in files) < LITTLE else None)
