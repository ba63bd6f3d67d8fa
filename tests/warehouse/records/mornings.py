"""A company whose files are read morning after morning, as a run reads them."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.facts import MemoryManifest, rows_of
from tools.days import day_number, start_of
from tools.sources.files import FileSource
from tools.sources.parse import parse_mapping
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import Dataset
from tools.warehouse.engine import DuckEngine
from tools.warehouse.load import Loaded, load

if TYPE_CHECKING:
    from pathlib import Path

    from tools.warehouse.identity import IdentityRules

Row = dict[str, object]
HEAD = "company: Pebble\nzone: UTC\ncurrency: USD\nknown: when_occurred\ninputs:\n"
CRM = """
  - table: contacts
    file: crm.csv
    occurred: created
    columns: {contact_ref: {from: id, space: crm}, name: name, email: email, phone: phone,
      email_consent: consent, deleted: deleted, owner: owner,
      account_ref: {from: account, space: account}}
"""
MAIL = """
  - table: contacts
    file: mail.csv
    occurred: created
    columns: {contact_ref: {from: id, space: mail}, email: email}
"""


def day_of(text: str) -> int:
    """The number of a day written as 2025-03-01."""
    return day_number(date.fromisoformat(text))


@dataclass
class Mornings:
    """The folder, its mapping, and the days that were closed."""

    folder: "Path"
    mapping: str
    closed: int | None = None

    def __post_init__(self) -> None:
        """Make the folders and an empty dataset."""
        self.dataset = Dataset(self.folder / "home", MemoryManifest())
        (self.folder / "data").mkdir()

    def run(self, day: str, *, closes: bool = True, **files: str) -> Loaded:
        """Write files (`crm` becomes crm.csv), read all, and close the day."""
        for name, text in files.items():
            (self.folder / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
        as_of = day_of(day)
        mapping = parse_mapping(self.mapping, "pebble.yaml")
        batch = FileSource(self.folder / "data", mapping).read(as_of)
        loaded = load(
            as_of,
            batch.tables,
            self.dataset,
            DuckEngine(threads=1),
            closed_day=self.closed,
            full=batch.full,
            load_instant=start_of(as_of, ZoneInfo("UTC")),
        )
        assert isinstance(self.dataset.manifest, MemoryManifest)
        self.dataset.manifest.committed += loaded.files
        self.closed = as_of if closes else self.closed
        return loaded

    def world(self, day: str, rules: "IdentityRules | None" = None) -> World:
        """What was known on the morning of a day."""
        return open_world(day_of(day), DuckEngine(threads=1), self.dataset, rules=rules)

    def rows(
        self, day: str, relation: str = "contacts", rules: "IdentityRules | None" = None
    ) -> list[Row]:
        """The rows of a relation on the morning of a day."""
        return rows_of(self.world(day, rules), relation)
