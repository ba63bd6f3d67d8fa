"""Cases about what was recorded, when, how often, and which reading of a date is right."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases.conftest import CaseHome

pytestmark = [pytest.mark.long, pytest.mark.data, pytest.mark.xdist_group("cases")]
of = pytest.mark.parametrize


@of("case", ["events_begin_later"], indirect=True)
def test_nothing_is_counted_before_it_was_recorded(case: CaseHome) -> None:
    case.run("2025-09-01", "", "company.yaml")

    cells = case.json("retention", "--entity", "account", "--buckets", "1,4")["cells"]
    eligible = {c["cohort"][:7]: 0 for c in cells}
    for c in cells:
        eligible[c["cohort"][:7]] += c["eligible"]
    assert eligible.get("2025-01", 0) == eligible.get("2025-02", 0) == 0
    july = [(c["retained"], c["eligible"]) for c in cells if c["cohort"].startswith("2025-07")]
    assert july
    assert set(july) == {(2, 2)}


@of("case", ["quantity_ignored"], indirect=True)
def test_quantity_means_something(case: CaseHome) -> None:
    case.run("2025-09-01", "", "company.yaml")

    found = case.features("a:A1")
    assert (found["events_28"], found["events_prior_28"]) == ("7", "700")
    assert found["usage_trend"] == "0.01"


@of("case", ["future_dates"], indirect=True)
def test_days_after_the_run_are_told(case: CaseHome) -> None:
    case.run("2025-09-02", "", "company.yaml")

    found = {f["code"]: f for f in case.json("audit")["findings"]}
    assert found["future_day"]["rows"] == 5


@of("case", ["mangled_dates"], indirect=True)
def test_two_forms_of_date_are_told(case: CaseHome) -> None:
    case.run("2025-09-02", "", "company.yaml")

    shown = case.call("audit")
    assert "two forms" in shown or "form" in shown, shown


@of("case", ["23-insert-id-not-unique"], indirect=True)
def test_a_repeated_key_with_other_content_is_not_lost(case: CaseHome) -> None:
    assert "in quarantine: 0" not in case.run("2025-09-02")


@of("case", ["level_shift"], indirect=True)
def test_an_alarm_holds_while_the_level_stays_shifted(case: CaseHome, tmp_path: Path) -> None:
    folder = tmp_path / "level"
    shutil.copytree(case.case, folder)
    subprocess.run([sys.executable, "expand.py"], cwd=folder, check=True)
    case = CaseHome(case.home, folder, case.launcher)
    case.run("2025-09-08", "", "company.yaml")

    for period in ("2025-W33", "2025-W34", "2025-W35", "2025-08"):
        told = case.call("report", period).lower()
        assert "nothing stands out" not in told, period
        assert "click" in told, period
