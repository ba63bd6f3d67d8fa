"""Every crash point of the gate, read from its code, so that a new one is swept without asking."""

import re

from tests.conftest import CHECKOUT

CRASH = re.compile(r'crash\("([a-z_.]+)"\)')
# Which row of the fault table a point belongs to; of an unknown one the family decides.
NUMBERS = {"executor.claimed": 3, "executor.called": 4, "executor.ended": 5}
FAMILIES = {"gate": 2, "approve": 2, "executor": 4}


def crash_points() -> tuple[str, ...]:
    """The names at which `crash` is called below `approvals/`."""
    found: dict[str, None] = {}
    for path in sorted((CHECKOUT / "approvals").rglob("*.py")):
        found |= dict.fromkeys(CRASH.findall(path.read_text(encoding="utf-8")))
    return tuple(found)


def family(point: str) -> str:
    """What is going on at a point; one nobody has explained is an error."""
    name = point.split(".", maxsplit=1)[0]
    assert name in FAMILIES, f"tell the sweep how to reach {point!r}"
    return name


def number(point: str) -> int:
    """The row of the fault table."""
    return NUMBERS.get(point, FAMILIES[family(point)])
