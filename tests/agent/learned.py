"""Evidence of outcomes that a small company has not lived to see."""

from dataclasses import replace

from agent.facts import commit
from agent.learning import Learned
from agent.snapshots import EVIDENCE, PLACES, write_snapshot, write_text
from agent.wiring import Deps
from tests.roi.learned_made import Log, gathered, logged
from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import BY_NAME

GOOD, BAD = ("retention_call", "Declining"), ("upsell_seats", "Expansion-ready")


def plant_places(deps: Deps, day: int, began: int) -> None:
    """A run of `day` that kept whom the lot drew long before: every tenth account."""
    engine = DuckEngine(threads=1)
    facts = [deps.dataset.folder / f.path for f in deps.dataset.files("fact", "accounts")]
    engine.scan("known", facts, BY_NAME["accounts"].arrow)
    query = (
        "SELECT account_ref AS account_id, 'retention_call' AS play, 'Declining' AS segment, "
        "CAST(50000 AS BIGINT) AS base_ppm, TRUE AS by_lot, "
        "ROW_NUMBER() OVER (ORDER BY account_ref) % 10 = 0 AS drawn, "
        "CAST(7000 AS BIGINT) AS chance, CAST(100000 AS BIGINT) AS propensity, "
        f"CAST({began} AS INT) AS day FROM (SELECT DISTINCT account_ref FROM known) AS k"
    )
    file = write_snapshot(day, PLACES, query, deps.dataset, engine)
    assert file is not None
    commit(f"{PLACES}-{day}", "test", [file], deps.dataset, deps.store, deps.clock())


def plant(deps: Deps, day: int) -> None:
    """What a run of that day would have learned: one play does well, another does harm."""
    rows = logged({GOOD: 0.6}, 1, Log(drawn=700, base=0.2), day=day)
    harm = logged({BAD: -0.8}, 2, Log(drawn=700, base=0.3, losses=False), day=day)
    both = [*gathered(rows, day).comparisons, *gathered(harm, day).comparisons]
    evidence = replace(gathered(rows, day), comparisons=tuple(both))
    text = Learned(evidence).to_json()
    file = write_text(day, EVIDENCE, text, deps.dataset, DuckEngine(threads=1))
    assert file is not None
    commit(f"{EVIDENCE}-{day}", "test", [file], deps.dataset, deps.store, deps.clock())
