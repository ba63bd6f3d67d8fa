"""Alarms: populations that moved, values that went missing, promises that were not kept."""

from dataclasses import replace

import numpy as np

from tests.customers.churn.companies import users
from tools.customers.churn import (
    ChurnDefinition,
    ChurnModel,
    DriftAlarm,
    calibration_alarm,
    drift,
    score,
)
from tools.customers.churn.drift import references
from tools.customers.churn.model import Scorer, Training
from tools.customers.churn.population import inputs
from tools.customers.churn.terms import StepTerm
from tools.customers.churn.training_data import read_snapshot

SILENT = ChurnDefinition("non_contractual", 28, 0, "usage", 28, term_binds=False)
TERMS = (
    StepTerm("days_since_event", (5.0,), (0.0, -1.0, 1.0)),
    StepTerm("usage_trend", (0.5,), (0.0, 1.0, -1.0)),
)
SCORER = Scorer("logistic", -2.0, TERMS, (-2.0, 0.0))
LOGINS = {f"a{i:03}": [10, 40, 70 + i % 29] for i in range(87)}


def model(logins: dict[str, list[int]] = LOGINS) -> ChurnModel:
    """A model whose training population is that of day 100."""
    seen = read_snapshot(users(logins).open(100), SILENT)
    columns = {each.name: seen.x[:, i] for i, each in enumerate(inputs())}
    training = Training(44, 72, 100, 87, 9)
    return ChurnModel(SCORER, SILENT, training, ("test",), references=references(SCORER, columns))


def alarms(logins: dict[str, list[int]]) -> dict[tuple[str, str], DriftAlarm]:
    world = users(logins).open(100)
    score(world, model())
    return {(a.kind, a.name): a for a in drift(world, model())}


def test_the_training_population_raises_no_alarm() -> None:
    assert alarms(LOGINS) == {}


def test_a_population_that_moved_is_named() -> None:
    found = alarms({a: [10, 40, 73] for a in LOGINS})

    assert found["drift", "days_since_event"].level == "act"
    assert found["drift", "score"].level == "act"
    assert ("drift", "usage_trend") not in found


def test_values_that_went_missing_are_named() -> None:
    """Forty lose their past; the logins of six accounts are too old to be at risk."""
    found = alarms({a: days[2:] if i < 40 else days for i, (a, days) in enumerate(LOGINS.items())})

    assert found["missing", "usage_trend"].value == round(36 / 81, 6)


def test_shares_cover_everybody() -> None:
    for reference in model().references:
        assert abs(sum(reference.shares) - 1) < 1e-4
        assert len(reference.shares) == len(reference.cuts) + 2


def test_promises_are_compared_with_what_closed() -> None:
    """Everybody leaves after day 100, which the model puts at one in twenty or three."""
    company = users(LOGINS)
    later = 100 + SILENT.span_days
    alarm = calibration_alarm(company.open, model(), later)

    assert alarm is not None
    assert (alarm.kind, alarm.level) == ("calibration", "act")
    assert alarm.value > 3
    trained_on_it = replace(model(), training=Training(44, 100, 128, 87, 9))
    assert calibration_alarm(company.open, trained_on_it, later) is None


def test_kept_promises_raise_no_alarm() -> None:
    snapshot = read_snapshot(users(LOGINS).open(100), SILENT)
    p = SCORER.probability({e.name: snapshot.x[:, i] for i, e in enumerate(inputs())})
    leave = set(snapshot.account_ids[np.argsort(-p)[: round(float(p.sum()))]].tolist())
    logins = {a: d if a in leave else [*d, 110] for a, d in LOGINS.items()}

    assert calibration_alarm(users(logins).open, model(), 128) is None
