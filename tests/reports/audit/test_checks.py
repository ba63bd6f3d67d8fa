"""The worked examples: each check finds what it should and nothing else."""

from importlib.resources import files
from typing import Any

import pytest
import yaml

from tests.warehouse.identity.facts import engine_with
from tools.reports.audit import audit
from tools.reports.audit.catalogue import catalogue

EXAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (files(__package__) / "examples.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e['check']}: {e['title']}")
def test_worked_example(example: dict[str, Any]) -> None:
    report = audit(100, engine_with(example["tables"]))
    code = example["check"]
    found = {f.subject: [f.count, f.total] for f in report.findings if f.code == code}
    assert found == example.get("find", {})
    skipped = {s.code: list(s.missing) for s in report.skipped}
    assert skipped.get(code, []) == example.get("skipped", [])
    assert (code in report.clean) == (not found and code not in skipped)


def test_every_check_with_a_query_is_asked_of_an_empty_company() -> None:
    report = audit(100, engine_with({}))
    assert not report.findings
    assert len(report.missing) == 9
    asked = {*report.clean, *(s.code for s in report.skipped)}
    assert asked == {check.code for check in catalogue().checks}


def test_most_checks_have_an_example() -> None:
    shown = {example["check"] for example in EXAMPLES}
    rest = {check.code for check in catalogue().checks if not check.computed} - shown
    assert rest == {"same_name_contacts", "merged_accounts"}
