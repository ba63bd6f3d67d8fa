"""`connect` on the exports of twelve systems: right columns, no row refused, spaces apart."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.companies.connect_table import found_columns
from tools.sources.files import FileSource
from tools.sources.inspect import propose
from tools.sources.parse import parse_mapping

pytestmark = pytest.mark.long

EXPORTS: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("vendor_exports.yaml").read_text("utf-8")
)
AS_OF = 20_700  # in September 2026


def written(folder: Path, vendor: str) -> Path:
    """The folder with the files of a vendor."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in EXPORTS[vendor]["files"].items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("vendor", EXPORTS)
def test_every_column_of_an_export_is_right(tmp_path: Path, vendor: str) -> None:
    found = found_columns(propose(written(tmp_path / vendor, vendor)))
    for table, right in EXPORTS[vendor]["right"].items():
        assert found.get(table) == right, table
    derived = set(found) - set(EXPORTS[vendor]["right"])
    assert all(name.startswith("accounts ") for name in derived), derived


@pytest.mark.parametrize("vendor", EXPORTS)
def test_a_proposal_reads_every_row_of_an_export(tmp_path: Path, vendor: str) -> None:
    folder = written(tmp_path / vendor, vendor)
    batch = FileSource(folder, parse_mapping(propose(folder), "p")).read(AS_OF)
    assert batch.rejected == ()
    assert all(table.num_rows for table in batch.tables.values())


def test_all_exports_in_one_folder_stay_apart(tmp_path: Path) -> None:
    for vendor in EXPORTS:
        written(tmp_path / vendor, vendor)
    mapping = parse_mapping(propose(tmp_path), "p")
    spaces: dict[str, set[str]] = {}
    for each in mapping.inputs:
        for cell in each.cells:
            if cell.name == "contact_ref" and each.table == "contacts":
                spaces.setdefault(cell.space, set()).add(each.file.split("/")[0])
    assert all(len(vendors) == 1 for vendors in spaces.values()), spaces
    batch = FileSource(tmp_path, mapping).read(AS_OF)
    assert batch.rejected == ()
    people = {row["contact_ref"] for row in batch.tables["contacts"].to_pylist()}
    assert len(people) == sum(
        len(
            FileSource(tmp_path / v, parse_mapping(propose(tmp_path / v), "p"))
            .read(AS_OF)
            .tables["contacts"]
            .group_by("contact_ref")
            .aggregate([])
        )
        for v in EXPORTS
        if any(t.startswith("contacts ") for t in EXPORTS[v]["right"])
    )
