"""The small dirty company of `company.yaml`; run as a module, this writes the golden files."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from tests.warehouse.identity.facts import engine_with
from tools.reports.audit import AuditReport, as_json, as_page, audit, quarantine_counts

AS_OF = 60
GOLDEN = Path(__file__).with_name("golden")
COMPANY: dict[str, Any] = yaml.safe_load(
    (files(__package__) / "company.yaml").read_text(encoding="utf-8")
)


def report() -> AuditReport:
    """The audit of the company."""
    engine = engine_with(COMPANY["tables"])
    return audit(AS_OF, engine, quarantine_counts(COMPANY["quarantine"]))


def rendered() -> dict[str, str]:
    """The report in each form that is kept as a golden file."""
    found = report()
    return {"audit.html": as_page(found), "audit.json": as_json(found)}


if __name__ == "__main__":
    for name, text in rendered().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
