"""Fault 79: a link in the data folder leads nowhere outside, and no pattern does."""

from pathlib import Path

import pytest

from tests.channels.deliveries import FINE
from tests.faults.test_bombs import CSV
from tools.channels.contract import NotNow
from tools.channels.tasks import CsvChannel
from tools.errors import BadInput
from tools.sources.files import FileSource
from tools.sources.inspect import propose
from tools.sources.parse import parse_mapping
from tools.sources.profile import profile_folder, unread_files

pytestmark = pytest.mark.fault(79)
OUTSIDE = "id,name\n9,canary\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A company's folder, and beside it what is none of its business."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "accounts.csv").write_text(OUTSIDE)
    made = tmp_path / "data"
    made.mkdir()
    (made / "real.csv").write_text("id,name\n1,Ann\n")
    return made


def read(folder: Path, pattern: str) -> list[str]:
    """The names of the accounts that a pattern finds."""
    mapping = parse_mapping(CSV.format(name=pattern), "company.yaml")
    batch = FileSource(folder, mapping).read(20_000)
    return sorted(str(row["name"]) for row in batch.tables["accounts"].to_pylist())


def _to_file(folder: Path) -> str:
    (folder / "accounts.csv").symlink_to(folder.parent / "outside" / "accounts.csv")
    return "accounts.csv"


def _relative(folder: Path) -> str:
    (folder / "accounts.csv").symlink_to("../outside/accounts.csv")
    return "*.csv"


def _folder(folder: Path) -> str:
    (folder / "sub").symlink_to(folder.parent / "outside")
    return "sub/accounts.csv"


def _chain(folder: Path) -> str:
    (folder / "one.csv").symlink_to(folder / "two.csv")
    (folder / "two.csv").symlink_to(folder / "sub" / "accounts.csv")
    (folder / "sub").symlink_to(folder.parent / "outside")
    return "one.csv"


def _wild(folder: Path) -> str:
    (folder / "sub").symlink_to(folder.parent / "outside")
    return "*/accounts.csv"


WAYS = (_to_file, _relative, _folder, _chain, _wild)


@pytest.mark.parametrize("way", WAYS)
def test_a_link_that_leads_out_is_refused_and_named(way: object, folder: Path) -> None:
    assert callable(way)
    pattern = way(folder)
    with pytest.raises(BadInput, match="a link leads out of") as refused:
        read(folder, pattern)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_outside_is_no_part_of_a_proposed_mapping(way: object, folder: Path) -> None:
    assert callable(way)
    way(folder)
    assert [one.file for one in profile_folder(folder)] == ["real.csv"]
    assert "canary" not in propose(folder)
    assert unread_files(folder) == ()


def test_a_link_inside_the_folder_is_as_good_as_the_file(folder: Path) -> None:
    (folder / "latest.csv").symlink_to("real.csv")
    assert read(folder, "latest.csv") == ["Ann"]
    linked = folder.parent / "linked"
    linked.symlink_to(folder)  # the folder itself may be reached by one
    assert read(linked, "latest.csv") == ["Ann"]


@pytest.mark.parametrize("pattern", [
    "../outside/accounts.csv", "/etc/passwd", "sub/../../outside/accounts.csv", "**x/y.csv",
    ".", "a**.csv",
])  # fmt: skip
def test_a_pattern_that_leads_out_or_is_none_is_refused_at_once(pattern: str) -> None:
    text = CSV.format(name=pattern).replace("occurred", "format: csv\n    occurred")
    with pytest.raises(BadInput, match=r"company\.yaml: inputs\[1\].*file: "):
        parse_mapping(text, "company.yaml")


@pytest.mark.parametrize("there", [False, True])
def test_a_task_is_not_written_through_a_link(tmp_path: Path, there: bool) -> None:
    outside = tmp_path / "outside.csv"
    if there:
        outside.touch()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "tasks-2024-10-04.csv").symlink_to(outside)
    with pytest.raises(NotNow):
        CsvChannel(tmp_path / "out").deliver(FINE)
    assert outside.exists() is there
    assert not there or outside.read_bytes() == b""
