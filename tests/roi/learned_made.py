"""Randomised logs of companies whose true effects are known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tools.roi.learned.evidence import Evidence, gather_evidence
from tools.roi.learned.observation import OBSERVATIONS
from tools.warehouse.engine import DuckEngine

DAY = 20_500
Cell = tuple[str, str]


@dataclass(frozen=True)
class Log:
    """How one comparison is made: so many drawn and compared a cell, what they meet, what is done.

    `true_share` maps the recorded chance to the true one; `done` is the share carried out.
    """

    drawn: int = 150
    controls: int = 19
    base: float = 0.08
    score_sd: float = 0.7
    miscalibrated: float = 1.0
    done: float = 0.8
    losses: bool = True
    source: str = "lot"


def logged(truth: dict[Cell, float], seed: int, log: Log = Log(), day: int = DAY) -> pa.Table:
    """One log of all cells; `truth` is the share prevented (or added) in each."""
    rng = np.random.default_rng(seed)
    parts = [_cell(play, segment, true, rng, log, day) for (play, segment), true in truth.items()]
    return pa.concat_tables(parts)


def _cell(
    play: str, segment: str, true: float, rng: "np.random.Generator", log: Log, day: int
) -> pa.Table:
    treated = np.arange(log.drawn * (1 + log.controls)) < log.drawn
    n = treated.size
    risk = np.clip(log.base * np.exp(rng.normal(0, log.score_sd, n) - log.score_sd**2 / 2), 0, 0.9)
    score = np.clip(np.round(risk * 1_000_000), 1, 999_999).astype(np.int64)
    done = treated & (rng.random(n) < log.done)
    change = 1 - true * done if log.losses else 1 + true * done
    event = rng.random(n) < np.clip(risk * log.miscalibrated * change, 0, 1)
    start = day - rng.integers(120, 300, n)
    columns = {
        "source": [log.source] * n,
        "play": [play] * n,
        "segment": [segment] * n,
        "account_id": [f"{play}{segment}{i}" for i in range(n)],
        "treated": treated,
        "done": done,
        "event": event.astype(np.int32),
        "base_ppm": score,
        "propensity": [1_000_000 // (1 + log.controls)] * n,
        "start_day": start,
        "known_day": start + 104,
    }
    return pa.table(
        {field.name: pa.array(columns[field.name], field.type) for field in OBSERVATIONS},
        schema=OBSERVATIONS,
    )


def gathered(rows: pa.Table, as_of: int = DAY, lifted: Any = None) -> Evidence:
    """The evidence of a log."""
    engine = DuckEngine(threads=2)
    engine.put("observations", rows)
    return gather_evidence(as_of, engine, lifted or {})
