"""Churn: a definition kept with the score, a ladder of models, drivers that add up exactly."""

from tools.customers.churn.definition import ChurnDefinition, choose_definition
from tools.customers.churn.drift import Alarm, calibration_alarm, drift
from tools.customers.churn.drivers import Driver, Drivers, drivers, peers
from tools.customers.churn.evaluate import walk_forward
from tools.customers.churn.ladder import Decision, climb, decide, train
from tools.customers.churn.model import ChurnModel, model_from_json
from tools.customers.churn.observe import observe, outcomes, snapshot_days
from tools.customers.churn.results import Result, WalkForward
from tools.customers.churn.scoring import score

__all__ = [
    "Alarm",
    "ChurnDefinition",
    "ChurnModel",
    "Decision",
    "Driver",
    "Drivers",
    "Result",
    "WalkForward",
    "calibration_alarm",
    "choose_definition",
    "climb",
    "decide",
    "drift",
    "drivers",
    "model_from_json",
    "observe",
    "outcomes",
    "peers",
    "score",
    "snapshot_days",
    "train",
    "walk_forward",
]
