"""The lifecycle stage of every account and contact: a pure function of the log and the day."""

from tools.customers.stages.history import (
    CHANGED,
    SCORE_LOG,
    STORED_TRANSITIONS,
    TOUCHED,
    make_touched,
    transition_diff,
    trigger_key,
)
from tools.customers.stages.roster import describe_because, make_roster
from tools.customers.stages.rules import Book, StageRules, parse_rules, read_rules
from tools.customers.stages.timeline import make_timeline

__all__ = [
    "CHANGED",
    "SCORE_LOG",
    "STORED_TRANSITIONS",
    "TOUCHED",
    "Book",
    "StageRules",
    "describe_because",
    "make_roster",
    "make_timeline",
    "make_touched",
    "parse_rules",
    "read_rules",
    "transition_diff",
    "trigger_key",
]
