"""What a quick run leaves out, CI runs: with the same command, and by no list that can go stale."""

import os
import subprocess
import sys
from functools import cache

from tests.conftest import CHECKOUT


@cache
def collected(*named: str, **environment: str) -> frozenset[str]:
    """The names of the tests that would run in a folder of the suite."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", *named]
    options = ("-o", "addopts=-p no:cacheprovider", "-o", "testpaths=tests/writers tests/bench")
    plain = {name: value for name, value in os.environ.items() if name not in {"TESTS", "SWEEP"}}
    listed = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        check=True,
        cwd=CHECKOUT,
        env=plain | environment,
    )
    lines = (line.partition("@")[0] for line in listed.stdout.splitlines())
    return frozenset(line for line in lines if line.startswith("tests/") and "::" in line)


def test_a_quick_run_leaves_out_what_is_long_and_nothing_else() -> None:
    quick, whole = collected(), collected(TESTS="all")

    assert quick < whole
    assert {name.split("::")[0] for name in whole - quick} == {
        "tests/bench/test_bench.py",
        "tests/bench/test_gate.py",
    }


def test_what_is_named_runs() -> None:
    assert collected("tests/bench/test_bench.py") == {
        name for name in collected(TESTS="all") if name.startswith("tests/bench/test_bench.py")
    }


def test_ci_runs_all_by_the_command_that_people_run() -> None:
    script = (CHECKOUT / ".ci/run").read_text(encoding="utf-8")

    assert script.rstrip().endswith("\nTESTS=all make test")
