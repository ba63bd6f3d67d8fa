"""Ten virtual days with random faults: nothing twice, nothing lost, nothing unapproved.

A seed here; `python -m tests.gate.soak --seeds 200` is the whole proof.
"""

import pytest
import structlog

from tests.databases import KINDS
from tests.gate.soak import soak_many

pytestmark = pytest.mark.long

SEEDS = range(3, 4)


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Log a failure in a line: drawn tracebacks take longer than what they tell of."""
    line = structlog.processors.KeyValueRenderer()
    structlog.configure(processors=[structlog.processors.add_log_level, line])


@pytest.mark.parametrize("kind", KINDS)
def test_ten_days_with_faults_keep_every_promise(kind: str) -> None:
    whole, bad = soak_many(kind, SEEDS)

    assert (bad, whole.wrong) == ([], [])
    assert (whole.duplicates, whole.unapproved, whole.lost) == (0, 0, 0)
    assert whole.counts["kills"] > len(SEEDS)
    assert whole.counts["hands noticed"] == whole.counts["hands"] > 0
    assert {"sent", "blocked"} <= set(whole.statuses)
