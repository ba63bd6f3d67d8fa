"""Bitemporal transitions: what the store must add and supersede so that it tells the timeline.

Four stamps: `effective_day` (when it happened), `observed_day` (the run that could first know),
the moment of writing, and `superseded_day`. Nothing is updated in place.
"""

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.customers.stages.timeline import SCOPE, make_scope, offsets, parameters
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.customers.stages.rules import StageRules
    from tools.warehouse.engine import Engine

SCORE_LOG = pa.schema(
    [
        ("account_id", pa.string()),
        ("day", pa.int32()),
        ("risk_rank", pa.float64()),
        ("usable", pa.bool_()),
    ]
)
CHANGED = pa.schema([("account_id", pa.string()), ("contact_id", pa.string())])
TOUCHED = SCOPE
NOT_KNOWN = -1_000_000
STORED_TRANSITIONS = pa.schema(
    [
        ("kind", pa.string()), ("entity_id", pa.string()),
        ("from_stage", pa.string()), ("to_stage", pa.string()),
        ("effective_day", pa.int32()), ("observed_day", pa.int32()),
        ("because", pa.string()), ("rule_version", pa.string()), ("skipped", pa.string()),
    ]
)  # fmt: skip


def make_touched(
    as_of: int,
    engine: "Engine",
    present: frozenset[str],
    rules: "StageRules",
    last_run: int,
    *,
    bills_before: int = NOT_KNOWN,
) -> None:
    """Create `touched` (kind, id): whose stage may differ from what the run of `last_run` stored.

    Reads `changed` (account_id, contact_id): who has facts that became known after `last_run`,
    whatever their day; of a person who moved, the old account and the new one. After an edit of
    the rules everybody is touched, so run in full then. `bills_before` is the end of the bills on
    record (`tools.warehouse.billing.bills_end`) as `last_run` saw it: where that is not known, all
    accounts with a line that ended are looked at.
    """
    book = rules.book(present)
    if book is None:
        engine.put("touched", TOUCHED.empty_table())
        return
    engine.put("stage_offsets", offsets(book))
    given = parameters(as_of, present, rules, book) | {
        "last_run": last_run,
        "bills_before": bills_before,
    }
    engine.create("touched", read_sql(__package__, "touched"), **given)


def transition_diff(
    as_of: int,
    engine: "Engine",
    rules: "StageRules",
    *,
    last_run: int | None = None,
    touched_only: bool = False,
) -> None:
    """Create `transition_inserts` and `transition_supersedes` from `timeline` and the store.

    `stored_transitions` holds the current rows, those not superseded. `fresh` says whether an
    insert is young enough to start something; `restated`, that it corrects a day already told.
    """
    make_scope(engine, touched_only=touched_only)
    limits = rules.transitions
    inserts, supersedes = (read_sql(__package__, n) for n in ("inserts", "supersedes"))
    engine.create(
        "transition_inserts",
        inserts,
        as_of=as_of,
        rule_version=rules.version,
        last_run=as_of if last_run is None else last_run,
        lateness_days=limits.lateness_days,
        max_staleness_days=limits.max_staleness_days,
    )
    engine.create("transition_supersedes", supersedes, as_of=as_of, everyone=not touched_only)


def trigger_key(
    entity_id: str, from_stage: str | None, to_stage: str, effective_day: int, rule_version: str
) -> str:
    """The key under which a transition may start something, once for ever."""
    parts = (entity_id, from_stage or "", to_stage, str(effective_day), rule_version)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()
