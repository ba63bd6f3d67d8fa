"""A home for each case, driven by the command line alone, as a user drives it."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.agent.company import copied_policies
from tests.agent.launcher import Launcher
from tests.conftest import CHECKOUT

# As delivered, but for a churn model that looks at one month and outcomes that are looked back at
# over one length of time: no case is about the model, nor about what comes of expansion.
CHEAP = (
    ("churn.yaml", "snapshots: 12", "snapshots: 1"),
    ("segments.yaml", "expansion: 365", "expansion: 90"),
)


@dataclass(frozen=True)
class CaseHome:
    """One home, the folder of its case, and a way to run commands on it."""

    home: Path
    case: Path
    launcher: Launcher

    def call(self, *arguments: str) -> str:
        """What a command prints; it must end well."""
        policies = self.home.parent / "policies"
        if not policies.is_dir():
            copied_policies(policies, CHECKOUT / "policies", *CHEAP)
        rules = {**os.environ, "LIFECYCLE_POLICIES": str(policies)}
        done = self.launcher.run([*arguments, "--home", str(self.home)], rules)
        assert done.code == 0, done.text
        return done.text

    def run(self, day: str, data: str = "data", mapping: str = "mapping.yaml") -> str:
        """A morning on a folder of the case."""
        files = ["--data", str(self.case / data), "--mapping", str(self.case / mapping)]
        return self.call("run", "--as-of", day, *files)

    def json(self, *arguments: str) -> Any:
        """What a command says as JSON."""
        return json.loads(self.call(*arguments, "--json"))

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command says as one JSON object a line."""
        return [json.loads(line) for line in self.call(*arguments, "--json").splitlines() if line]

    def features(self, account: str) -> dict[str, str]:
        """The features of an account as they are shown."""
        shown = self.call("features", account)
        return dict(re.findall(r"^│ (\w+) +│ +(.*?) +│", shown, flags=re.MULTILINE))

    def queued(self) -> set[tuple[str, str]]:
        """Account and play of everything that waits."""
        who = [p["envelope"] for p in self.json("queue")]
        return {(e["who"]["account_id"].split(":")[-1], e["what"]["play"]) for e in who}

    def refused(self, account: str) -> str:
        """Why nothing was proposed for an account, in one line."""
        return " ".join(self.call("why-not", account).split())


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """One process that has everything imported."""
    made = Launcher(tmp_path_factory.mktemp("launcher"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def cases() -> Path:
    """The folder of cases beside the checkout; they may not be copied into it."""
    folder = CHECKOUT.parent / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip("the cases are not beside this checkout (../shared/cases)")
    return folder


@pytest.fixture
def case(
    request: pytest.FixtureRequest, cases: Path, launcher: Launcher, tmp_path: Path
) -> CaseHome:
    """The home of the case that a test names by `@pytest.mark.parametrize("case", …)`."""
    return CaseHome(tmp_path / "home", cases / request.param, launcher)
