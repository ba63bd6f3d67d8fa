"""Evidence of outcomes that a small company has not lived to see."""

from dataclasses import replace

from agent.facts import commit
from agent.learning import Learned
from agent.snapshots import EVIDENCE, write_text
from agent.wiring import Deps
from tests.roi.learned_made import Log, gathered, logged
from tools.warehouse.engine import DuckEngine

GOOD, BAD = ("retention_call", "Declining"), ("upsell_seats", "Expansion-ready")


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
