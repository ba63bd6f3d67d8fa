"""Churn: a definition kept with the score, a ladder of models, drivers that add up exactly."""

from tools.customers.churn.definition import ChurnDefinition, choose_definition
from tools.customers.churn.drift import DriftAlarm, calibration_alarm, drift
from tools.customers.churn.drivers import Drivers, ThemeShare, drivers, peers
from tools.customers.churn.evaluate import walk_forward
from tools.customers.churn.model import ChurnModel, model_from_json
from tools.customers.churn.model_selection import ModelChoice, climb, decide, train
from tools.customers.churn.results import ContenderResult, WalkForward
from tools.customers.churn.scoring import score
from tools.customers.churn.training_data import observe, outcomes, snapshot_days

__all__ = [
    "ChurnDefinition",
    "ChurnModel",
    "ContenderResult",
    "DriftAlarm",
    "Drivers",
    "ModelChoice",
    "ThemeShare",
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
