"""Ten virtual days with random faults: nothing twice, nothing lost, nothing unapproved.

Two seeds here; `python -m tests.gate.soak --seeds 200` is the whole proof.
"""

import pytest

from tests.databases import KINDS
from tests.gate.soak import soak_many

SEEDS = range(2)


@pytest.mark.parametrize("kind", KINDS)
def test_ten_days_with_faults_keep_every_promise(kind: str) -> None:
    whole, bad = soak_many(kind, SEEDS)

    assert (bad, whole.wrong) == ([], [])
    assert (whole.duplicates, whole.unapproved, whole.lost) == (0, 0, 0)
    assert whole.kills > len(SEEDS)
    assert {"sent", "blocked"} <= set(whole.statuses)
