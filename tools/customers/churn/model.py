"""A churn model is data: frozen, JSON, and the same hash for the same facts and seed."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tools.customers.churn.definition import ChurnDefinition
from tools.customers.churn.population import days_to_end
from tools.customers.churn.terms import Term, on_grid, term_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tools.customers.churn.terms import Columns

    Floats = NDArray[np.float64]

Tier = Literal["none", "rule", "logistic", "ebm"]
BANDS = ("low", "medium", "high")
BAND_OUTCOMES = 30  # closed outcomes before a band's rate is called a probability
UNCALIBRATED = "rule, uncalibrated"
THIN = ", thin evidence"


@dataclass(frozen=True)
class Band:
    """Closed outcomes of one band: n accounts at a snapshot, k of them lost."""

    name: str
    k: int
    n: int
    probability: float | None


@dataclass(frozen=True)
class ScoreLink:
    """Log-odds of points: intercept + slope · points, and `term` more before the end of a term."""

    intercept: float
    slope: float
    term: float

    def log_odds(self, points: "Floats", columns: "Columns") -> "Floats":
        """The log-odds of each row."""
        odds = self.intercept + self.slope * points
        if not self.term:
            return odds
        return odds + self.term * ~np.isnan(days_to_end(columns))


@dataclass(frozen=True)
class Scorer:
    """An additive score. `edges` part it into bands; a rule counts points, `link` is their chance.

    A rule made before there was a link has a rate for each band instead.
    """

    tier: Tier
    intercept: float
    terms: tuple[Term, ...]
    edges: tuple[float, float]
    bands: tuple[Band, ...] = ()
    link: ScoreLink | None = None

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The features read, in order of first use."""
        return tuple(dict.fromkeys(name for t in self.terms for name, _ in t.shares()))

    def contributions(self, columns: "Columns") -> dict[str, "Floats"]:
        """What each feature adds, by row; with the intercept they add up exactly."""
        parts: dict[str, Floats] = {}
        for term in self.terms:
            values = term.values(columns)
            for name, share in term.shares():
                parts[name] = parts.get(name, 0.0) + values * share
        return parts

    def raw(self, columns: "Columns") -> "Floats":
        """Log-odds, or points of the rule."""
        rows = len(next(iter(columns.values())))
        return np.full(rows, self.intercept) + sum(self.contributions(columns).values())

    def probability(self, columns: "Columns") -> "Floats":
        """Chance of loss with six decimals; NaN where a band has too few outcomes."""
        raw = self.raw(columns)
        if self.link is not None:
            raw = self.link.log_odds(raw, columns)
        elif self.tier == "rule":
            rates = [np.nan if b.probability is None else b.probability for b in self.bands]
            return np.asarray(rates)[np.searchsorted(self.edges, raw, side="right")]
        if self.tier == "none":
            return np.full(len(raw), np.nan)
        return np.floor(1 / (1 + np.exp(-raw)) * 1e6 + 0.5) / 1e6

    def rescaled(self, slope: float, shift: float) -> "Scorer":
        """The same scorer with log-odds slope · x + shift (Platt); it still adds up exactly."""
        if self.link is not None:
            link = self.link
            moved = (link.intercept * slope + shift, link.slope * slope, link.term * slope)
            return replace(self, link=ScoreLink(*(round(v, 9) for v in moved)))
        return replace(
            self,
            intercept=on_grid(self.intercept * slope + shift),
            terms=tuple(t.scaled(slope) for t in self.terms),
        )

    def record(self) -> dict[str, Any]:
        """The scorer as JSON values."""
        return {
            "tier": self.tier,
            "intercept": self.intercept,
            "edges": [*self.edges],
            "bands": [vars(b) for b in self.bands],
            "terms": [t.record() for t in self.terms],
            **({} if self.link is None else {"link": vars(self.link)}),
        }


def scorer_from(record: "Mapping[str, Any]") -> Scorer:
    """The scorer a record was made from."""
    return Scorer(
        tier=record["tier"],
        intercept=record["intercept"],
        terms=tuple(term_from(t) for t in record["terms"]),
        edges=(record["edges"][0], record["edges"][1]),
        bands=tuple(Band(**b) for b in record["bands"]),
        link=ScoreLink(**record["link"]) if "link" in record else None,
    )


@dataclass(frozen=True)
class TrainingDistribution:
    """The distribution a feature had in training: missing first, then the bins between cuts."""

    name: str
    cuts: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Training:
    """What a model was fitted on: snapshots, and the day up to whose knowledge outcomes count."""

    first_day: int
    last_day: int
    known_day: int
    rows: int
    positives: int

    @property
    def base_rate(self) -> float:
        """Share lost."""
        return self.positives / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class ChurnModel:
    """The tier that earned its place, its definition, and the evidence.

    `metrics` is the walk-forward table, one record a tier; `reasons` say why this tier.
    `rank_only`: calibration broke, so no probability is given and nothing with money rests on it.
    `thin`: too few losses to show that it beats the average; the best guess all the same.
    """

    scorer: Scorer
    definition: ChurnDefinition
    training: Training
    reasons: tuple[str, ...]
    metrics: tuple[dict[str, Any], ...] = ()
    references: tuple[TrainingDistribution, ...] = ()
    platt: tuple[float, float] | None = None
    rank_only: bool = False
    thin: bool = False

    @property
    def tier(self) -> Tier:
        """none, rule, logistic or ebm."""
        return self.scorer.tier

    @property
    def label(self) -> str:
        """What a reader must know before using the probability."""
        if self.tier == "none":
            return "no usable signal"
        if self.rank_only:
            return "rank only: calibration alarm"
        if self.tier == "rule" and self.scorer.link is None:
            known = any(band.probability is not None for band in self.scorer.bands)
            return "rule, band rates" if known else UNCALIBRATED
        return f"{self.tier}{', recalibrated' if self.platt else ''}{THIN if self.thin else ''}"

    def record(self) -> dict[str, Any]:
        """The model as JSON values, without its version."""
        return {
            "scorer": self.scorer.record(),
            "definition": self.definition.record(),
            "training": vars(self.training),
            "reasons": [*self.reasons],
            "metrics": [*self.metrics],
            "references": [vars(r) for r in self.references],
            "platt": None if self.platt is None else [*self.platt],
            "rank_only": self.rank_only,
            **({"thin": True} if self.thin else {}),  # models of before keep their version
        }

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, shortest exact floats, no NaN."""
        return json.dumps(
            self.record(),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        )

    @cached_property
    def version(self) -> str:
        """The first 12 hex digits of the sha256 of the JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]


def model_from_json(text: str) -> ChurnModel:
    """The model a JSON text was made from."""
    record = json.loads(text)
    return ChurnModel(
        scorer=scorer_from(record["scorer"]),
        definition=ChurnDefinition.from_record(record["definition"]),
        training=Training(**record["training"]),
        reasons=tuple(record["reasons"]),
        metrics=tuple(record["metrics"]),
        references=tuple(
            TrainingDistribution(r["name"], tuple(r["cuts"]), tuple(r["shares"]))
            for r in record["references"]
        ),
        platt=None if record["platt"] is None else (record["platt"][0], record["platt"][1]),
        rank_only=record["rank_only"],
        thin=record.get("thin", False),
    )
