"""What a learning step and the lot cost at a million: `python -m tests.bench.learning [ROWS]`."""

import sys
from decimal import Decimal
from time import perf_counter

import numpy as np
import pyarrow as pa

from tools.roi.exploration import Lottery
from tools.roi.learned.effects import learned_effects
from tools.roi.learned.evidence import gather_evidence
from tools.roi.learned.observation import OBSERVATIONS
from tools.roi.play_effects import PlayEffect
from tools.warehouse.engine import DuckEngine

MILLION = 1_000_000
SEGMENTS = ("Declining", "Durable core", "Expansion-ready", "Onboarding", "Quiet")
PLAYS = tuple(f"play {n}" for n in range(10))
DAY = 20_500


def main(rows: int) -> None:
    """Print the seconds of both, on synthetic rows."""
    engine, rng = DuckEngine(), np.random.default_rng(1)
    names = [f"crm:{n}" for n in range(rows)]
    play, segment = rng.integers(0, 10, rows), rng.integers(0, 5, rows)
    columns = {
        "source": ["lot"] * rows,
        "play": [PLAYS[n] for n in play],
        "segment": [SEGMENTS[n] for n in segment],
        "account_id": names,
        "treated": rng.random(rows) < 0.05,
        "done": rng.random(rows) < 0.04,
        "event": (rng.random(rows) < 0.05).astype(int),
        "base_ppm": rng.integers(1_000, 200_000, rows),
        "propensity": [50_000] * rows,
        "start_day": rng.integers(DAY - 500, DAY - 100, rows),
        "known_day": rng.integers(DAY - 400, DAY, rows),
    }
    arrays = {field.name: pa.array(columns[field.name], field.type) for field in OBSERVATIONS}
    engine.put("observations", pa.table(arrays, schema=OBSERVATIONS))
    priors = [
        PlayEffect(
            play=p,
            segment=s,
            mean=Decimal("0.1"),
            sd=Decimal("0.1"),
            n=Decimal(0),
            source="assumption: none",
            version="v",
        )
        for p in PLAYS
        for s in SEGMENTS
    ]
    begun = perf_counter()
    effects = learned_effects(gather_evidence(DAY, engine, {}), priors, PLAYS)
    learned = perf_counter()
    print(f"{rows:,} outcomes become {len(effects)} effects in {learned - begun:.1f} s")

    pairs = 3 * rows
    engine.put(
        "roi_values",
        pa.table(
            {
                "account_id": names * 3,
                "play": [PLAYS[n % 10] for n in range(pairs)],
                "segment": [SEGMENTS[n % 5] for n in range(pairs)],
                "missing": pa.nulls(pairs, pa.string()),
            }
        ),
    )
    begun = perf_counter()
    cells = {(p, s) for p in PLAYS for s in SEGMENTS}
    lottery = Lottery(engine, "seed", cells, names[:40], [(PLAYS[0], names[0])])
    engine.run("SELECT account_id FROM exploration ORDER BY place, account_id LIMIT 300")
    print(
        f"the lot over {lottery.accounts:,} accounts and {pairs:,} pairs: "
        f"{perf_counter() - begun:.1f} s"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MILLION)
