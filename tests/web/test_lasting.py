"""Days at one inbox leave nothing behind in the process: a short life of `tests.web.lasting`.

Memory and seconds need an hour to be told from chance; files, threads and objects do not. A
connection that is left open on PostgreSQL is one on SQLite too; TESTS=whole lives on both.
"""

from pathlib import Path

import pytest

from tests.databases import KINDS, Fresh
from tests.effort import WHOLE
from tests.web.lasting import growth, lasting, living

pytestmark = pytest.mark.long

DAYS = 8
LIVED = KINDS if WHOLE else KINDS[:1]
# A thread that waits, or a connection of the pool, may come and go.
SLACK = {"files": 1.25, "threads": 1.25, "objects": 1.01}


@pytest.mark.parametrize("kind", LIVED)
def test_days_at_an_inbox_leave_nothing_behind(kind: str, tmp_path: Path) -> None:
    fresh = Fresh(kind, tmp_path)
    with living(fresh.store(), tmp_path) as life:
        grown = growth(lasting(life, lambda days: days < DAYS))

        assert {name: grown[name] for name in SLACK if grown[name] > SLACK[name]} == {}
        assert life.sent > DAYS
        assert life.office.wrong() == ()
    fresh.close()
