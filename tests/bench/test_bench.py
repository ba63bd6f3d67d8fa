"""The benchmark at a size that fits the tests: ratios and growth only, never seconds."""

from pathlib import Path

import pytest

from tests.bench.day import Figures, growth, run_size, table

# The sizes are measured once, by one worker.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("bench")]
SMALL, LARGE, EVENTS = 1_000, 8_000, 60
STEPS = ("bare", "look back", "day", "second day", "report")
STEPS_OF_A_DAY = ("day", "second day", "report")


def _made(root: Path, accounts: int) -> Path:
    folder = root / str(accounts)
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Figures, Figures]:
    """The same steps over a company and over one eight times as large."""
    root: Path = tmp_path_factory.mktemp("bench")
    small, large = (run_size(_made(root, n), n, EVENTS, steps=STEPS) for n in (SMALL, LARGE))
    return small, large


@pytest.mark.parametrize("step", STEPS_OF_A_DAY)
def test_a_day_grows_no_faster_than_the_company(sizes: tuple[Figures, Figures], step: str) -> None:
    assert growth(*sizes, step) < 1.3


@pytest.mark.parametrize("step", STEPS_OF_A_DAY)
def test_memory_grows_no_faster_than_the_company(sizes: tuple[Figures, Figures], step: str) -> None:
    small, large = (one.taken[step].peak_gb for one in sizes)
    assert large < small * LARGE / SMALL


def test_the_second_day_is_no_dearer_than_the_first(sizes: tuple[Figures, Figures]) -> None:
    """Its load included; a third is allowed for noise, since fixed costs rule at this size."""
    assert sizes[1].cpu_ratio("second day", "day") < 1.33


def test_a_day_stays_near_its_baseline(sizes: tuple[Figures, Figures]) -> None:
    """What a day costs beyond its fixed part, against what the bare aggregate does."""
    small, large = sizes
    day, bare = (large.taken[s].cpu - small.taken[s].cpu for s in ("day", "bare"))
    assert day < 15 * max(bare, 0.05)


def test_the_steps_did_the_work(sizes: tuple[Figures, Figures]) -> None:
    for figures in sizes:
        company = figures.company
        assert 0.9 * company.accounts < figures.taken["bare"].rows <= company.accounts
        assert figures.taken["day"].rows > 0
        assert 0.01 <= company.new_events / company.events < 0.05


def test_the_table_shows_every_step_of_every_size(sizes: tuple[Figures, Figures]) -> None:
    shown = table(list(sizes))

    assert all(shown.count(f"{SMALL:,} {step} ") == 1 for step in STEPS)
    assert f"{LARGE:,}" in shown
