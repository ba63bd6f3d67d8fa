"""How much the suite does: quickly for a person, all of it in CI, the long sweeps when asked for.

`make test` is quick: what takes seconds is left out, so is the second database where a test is not
about the database, and laws try fewer examples. `TESTS=all`, as in CI, tries everything;
`TESTS=whole`, or SWEEP=whole as it was called, adds the sweeps. A test that is named always runs.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

WHOLE = os.environ.get("TESTS") == "whole" or os.environ.get("SWEEP") == "whole"
ALL = WHOLE or os.environ.get("TESTS") == "all"
# These are about the database; everywhere else SQLite speaks for both in a quick run.
ON_BOTH = ("tests/store/", "tests/gate/")


def examples(whole: int) -> int:
    """How many examples of a law are tried; all before a change of what the law says."""
    return whole if WHOLE else max(3, whole // (3 if ALL else 6))


def is_long(item: "pytest.Item") -> bool:
    """Whether a test is left out of a quick run of everything."""
    second = "postgresql" in item.name and not item.nodeid.startswith(ON_BOTH)
    return second or item.get_closest_marker("long") is not None
