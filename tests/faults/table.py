"""The fault table, run and printed: `python -m tests.faults.table [--here]`.

Every fault on each database with its result, and exit status 1 when one failed or has no test.
`--here` leaves out the tests of other folders.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from rich.console import Console
from rich.table import Table

from tests.databases import KINDS
from tests.faults.elsewhere import ELSEWHERE, files_of
from tests.faults.findings import FINDINGS

FAULTS = {
    1: "killed while proposing", 2: "killed while approving", 3: "killed before the call",
    4: "killed after the vendor accepted", 5: "killed after the result was written",
    6: "killed in a step of the graph", 7: "killed in migration, vacuum, purge",
    8: "SIGTERM with twenty in flight", 9: "five approve at once",
    10: "approve and reject, revoke, expire", 11: "approve and edit", 12: "double click, one key",
    13: "revoke and claim", 14: "several executors", 15: "worker stopped past its lease",
    16: "one human as two", 17: "bulk with a stale item", 18: "six writers of the chain",
    19: "unsubscribe before sending", 20: "one slot fired by many", 21: "down at the slot",
    22: "clocks change", 23: "clock jumps", 24: "run overlaps the next", 25: "leader dies",
    33: "cut before update, commit, answer", 34: "disk full", 35: "locked, read-only, network",
    36: "failover", 37: "serialisation failure, deadlock", 38: "restored from a backup",
    39: "write burst", 40: "poisoned customers", 41: "ten times as much",
    50: "place tampered with", 51: "purge beside a running thread", 52: "erase a person",
    53: "suppressed contact comes back", 54: "consent is refused meanwhile",
    55: "unsubscribed in the mail system meanwhile", 56: "complained meanwhile",
    57: "bounced hard meanwhile", 58: "deleted in the CRM meanwhile", 59: "erased meanwhile",
    60: "left by our own link meanwhile",
}  # fmt: skip
FAULTS |= {number: finding.fault for number, finding in FINDINGS.items()}
Cell = tuple[int, str]


@dataclass(eq=False)
class Collector:
    """Watches pytest: which test is of which fault and database, and what became of it."""

    faults: dict[str, frozenset[int]] = field(default_factory=dict)
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    here: bool = False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Note what proves a fault, and leave out the rest."""
        of_test = {test: n for n, tests in ELSEWHERE.items() for test in tests}
        for item in items:
            marked = {n for mark in item.iter_markers("fault") for n in mark.args}
            named = of_test.get(name_of(item.nodeid))
            faults = frozenset(marked | ({named} if named else set()))
            if faults:
                self.faults[item.nodeid] = faults
                self.kinds[item.nodeid] = kinds_of(item)
        left_out = [item for item in items if item.nodeid not in self.faults]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.nodeid in self.faults]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note an outcome; a failure in any phase stays."""
        before = self.outcomes.get(report.nodeid, "")
        if before != "FAILED" and (report.when == "call" or not report.passed):
            self.outcomes[report.nodeid] = outcome_of(report)

    def cells(self) -> dict[Cell, list[str]]:
        """The outcomes of every fault on each database."""
        found: dict[Cell, list[str]] = defaultdict(list)
        for test, faults in self.faults.items():
            for number in faults:
                for kind in self.kinds[test]:
                    found[number, kind].append(self.outcomes.get(test, "FAILED"))
        missing = set() if self.here else self._missing()
        for number in missing:
            for kind in KINDS:
                found[number, kind].append("FAILED")
        return found

    def _missing(self) -> set[int]:
        there = {name_of(test) for test in self.faults}
        return {n for n, tests in ELSEWHERE.items() if set(tests) - there}


def name_of(nodeid: str) -> str:
    """The function a test is, without its file and parameters."""
    return nodeid.split("[", maxsplit=1)[0].rpartition("::")[2]


def kinds_of(item: pytest.Item) -> tuple[str, ...]:
    """The databases a test speaks of: that of its parameters, or both."""
    callspec = getattr(item, "callspec", None)
    given = list(callspec.params.values()) if callspec is not None else []
    return tuple(kind for kind in KINDS if kind in given) or KINDS


def outcome_of(report: pytest.TestReport) -> str:
    """`ok`, `FAILED`, `known bug`, or `skipped: why`."""
    if hasattr(report, "wasxfail") and report.skipped:
        return "known bug"
    if report.skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        return f"skipped: {why.removeprefix('Skipped: ')}"
    return "ok" if report.passed else "FAILED"


def words(outcomes: list[str]) -> str:
    """What a cell says of many outcomes: the worst of them, and how many there are."""
    skipped = [one for one in outcomes if one.startswith("skipped")]
    counts = {name: outcomes.count(name) for name in ("FAILED", "known bug", "ok")}
    told = [f"{name} {number}" for name, number in counts.items() if number]
    return ", ".join(told) or (skipped[0] if skipped else "NO TEST")


def bad(cell: str) -> bool:
    """Whether a cell must not be."""
    return "FAILED" in cell or cell == "NO TEST"


def main(arguments: list[str]) -> int:
    """Run, print, and say whether every fault was borne."""
    here = "--here" in arguments
    collector = Collector(here=here)
    files = {file for tests in ELSEWHERE.values() for test in tests for file in files_of(test)}
    where = ["tests/faults", *([] if here else sorted(files))]
    pytest.main([*where, "-n", "0", "--continue-on-collection-errors"], plugins=[collector])
    found = collector.cells()
    table = Table("#", "fault", "before", *KINDS, title="Faults")
    worst = False
    for number, what in FAULTS.items():
        if here and number in ELSEWHERE and not any((number, kind) in found for kind in KINDS):
            continue
        told = [words(found.get((number, kind), [])) for kind in KINDS]
        worst = worst or any(map(bad, told))
        before = FINDINGS[number].before if number in FINDINGS else ""
        table.add_row(str(number), what, before, *told)
    Console(width=160).print(table)
    return int(worst)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
