"""A small simulated company on disk, its mapping, and policies under which a day is cheap."""

import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from config.settings import Settings, read_settings
from tests.conftest import CHECKOUT
from tools.days import day_number
from tools.sources.simulated import simulate

ACCOUNTS = 60
MONTHS = 18
SEED = 7
FIRST = date(2026, 11, 2)
SECOND = FIRST + timedelta(days=2)
LATER = FIRST + timedelta(days=30)
MAPPING = Path(str(files("tools.sources"))) / "simulated.yaml"

# A model is trained again on every day, so that a run of any day passes everything a run can do.
CHEAP = (
    ("churn.yaml", "retrain_days: 28", "retrain_days: 1"),
    ("churn.yaml", "snapshots: 12", "snapshots: 3"),
    ("segments.yaml", "expansion: 365", "expansion: 90"),
)
# So that the reports have somebody to leave out.
OUR_OWN = "simulated:A-0000000"
NAMED = (("reports.yaml", "accounts: []", f'accounts: ["{OUR_OWN}"]'),)
# So that a small company meets refusals, and something worth doing is left over.
TIGHT = (
    ("limits.yaml", "consent: phone_consent}", "consent: email_consent}"),
    ("limits.yaml", "{value: 40, valid_from", "{value: 8, valid_from"),
)


@dataclass(frozen=True)
class Company:
    """Exports of one company as of three mornings, and the rules it is run by."""

    folder: Path
    policies: Path

    def export(self, day: date) -> Path:
        """The folder of what was exported on a morning."""
        return self.folder / day.isoformat()

    def settings(self, home: Path, database: str, day: date, **more: object) -> Settings:
        """An installation that reads the export of a morning."""
        given = {
            "home": home,
            "database_url": database,
            "data": self.export(day),
            "mapping": MAPPING,
            "policies": self.policies,
        }
        return read_settings(**(given | more))

    def with_policies(self, folder: Path, *changes: tuple[str, str, str]) -> "Company":
        """The same company under other rules; a change is (file, old text, new text)."""
        return replace(self, policies=copied_policies(folder, self.policies, *changes))


def make_company(folder: Path) -> Company:
    """Simulate the company as of its three mornings."""
    policies = copied_policies(folder / "policies", CHECKOUT / "policies", *CHEAP, *NAMED, *TIGHT)
    company = Company(folder, policies)
    for day in (FIRST, SECOND, LATER):
        simulate(
            company.export(day), seed=SEED, end=FIRST, until=day, accounts=ACCOUNTS, months=MONTHS
        )
    return company


def copied_policies(folder: Path, source: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of a folder of policies, changed; a text that is not there is an error."""
    folder.mkdir(parents=True)
    for file in sorted(source.glob("*.yaml")):
        shutil.copy(file, folder)
    for name, old, new in changes:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def number(day: date) -> int:
    """The day as the agent counts it."""
    return day_number(day)
