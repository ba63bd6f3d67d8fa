"""Every part of the gate's benchmark runs, with so few of everything that it measures nothing."""

from pathlib import Path

import pytest

from tests.bench.gate import PARTS
from tests.bench.gate_office import Sizes
from tests.databases import KINDS
from tests.effort import WHOLE

pytestmark = pytest.mark.long

FEW = Sizes(small=12, large=24, rounds=4, reviewers=2, each=2, turns=1, idle=8, drained=4)


@pytest.mark.parametrize("kind", KINDS if WHOLE else KINDS[:1])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_runs_and_prints_its_ratios(
    part: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    PARTS[part](kind, tmp_path, FEW)
    assert capsys.readouterr().out.startswith(f"{kind}: ")
