"""What the store tells the reports of the agent's work, as relations.

`agent/report_facts.py` fills them with what happened strictly before the morning of a day, so that
the report of a week reads the same rows ten weeks later. A status is the one of that morning, from
the audit chain, never the row's of today. Days are the tenant's, money is integer minor units.
"""

from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.warehouse.engine import Engine

# One row for each finished run: pairs of account and play, money of what it chose.
RUNS = pa.schema(
    [
        ("as_of", pa.int32()), ("accounts", pa.int64()), ("unpriced", pa.int64()),
        ("priced", pa.int64()), ("worthwhile", pa.int64()), ("refused", pa.int64()),
        ("chosen", pa.int64()), ("value_minor", pa.int64()), ("currency", pa.string()),
    ]
)  # fmt: skip
# What one more unit of a limit was worth to a run, in thousandths of a minor unit.
PRICES = pa.schema(
    [
        ("as_of", pa.int32()), ("resource", pa.string()), ("thousandths", pa.int64()),
        ("currency", pa.string()),
    ]
)  # fmt: skip
REFUSALS = pa.schema(
    [
        ("as_of", pa.int32()), ("account_id", pa.string()), ("play", pa.string()),
        ("rule_id", pa.string()),
    ]
)  # fmt: skip
# `value_minor` was promised, net; of it `gain_minor` is the believed change of the chance times
# `success_minor`, what one success is worth; both NULL when the envelope does not say.
PROPOSALS = pa.schema(
    [
        ("proposal", pa.string()), ("account_id", pa.string()), ("play", pa.string()),
        ("segment", pa.string()), ("created_day", pa.int32()), ("value_minor", pa.int64()),
        ("currency", pa.string()), ("status", pa.string()), ("status_day", pa.int32()),
        ("success_minor", pa.int64()), ("gain_minor", pa.int64()),
    ]
)  # fmt: skip
# `seq` orders them; `seconds` is how long the person looked, NULL when not known.
DEEDS = pa.schema(
    [
        ("seq", pa.int64()), ("proposal", pa.string()), ("kind", pa.string()),
        ("who", pa.string()), ("day", pa.int32()), ("seconds", pa.int64()),
    ]
)  # fmt: skip
# `gone`: it left the building; in a dry run an action is `sent` and nothing leaves.
ACTIONS = pa.schema(
    [
        ("action", pa.string()), ("proposal", pa.string()), ("account_id", pa.string()),
        ("play", pa.string()), ("channel", pa.string()), ("approved_day", pa.int32()),
        ("status", pa.string()), ("status_day", pa.int32()), ("gone", pa.bool_()),
        ("value_minor", pa.int64()), ("currency", pa.string()),
    ]
)  # fmt: skip
# The lots of those whose clock has started: one for each play and account, for ever.
DRAWS = pa.schema(
    [
        ("play", pa.string()), ("account_id", pa.string()), ("stratum", pa.string()),
        ("held", pa.bool_()), ("share", pa.string()), ("drawn_day", pa.int32()),
    ]
)  # fmt: skip
# What people said of the accounts of the list; `seq` orders it, `value_minor` is what the list said
# the next step was worth.
CARE = pa.schema(
    [
        ("seq", pa.int64()), ("account_id", pa.string()), ("kind", pa.string()),
        ("reason", pa.string()), ("who", pa.string()), ("day", pa.int32()),
        ("value_minor", pa.int64()), ("currency", pa.string()),
    ]
)  # fmt: skip
# Whom people say they reached on their own, from the beginning.
CONTACTS = pa.schema([("account_id", pa.string()), ("play", pa.string()), ("day", pa.int32())])
SCHEMAS: "Mapping[str, pa.Schema]" = MappingProxyType({
    "work_runs": RUNS, "work_prices": PRICES, "work_refusals": REFUSALS,
    "work_proposals": PROPOSALS, "work_deeds": DEEDS, "work_actions": ACTIONS,
    "work_draws": DRAWS, "work_care": CARE,
    "work_contacts": CONTACTS,
})  # fmt: skip


def put_work(engine: "Engine", tables: "Mapping[str, pa.Table]") -> None:
    """Put the relations into an engine; those that are not given are empty."""
    for name, schema in SCHEMAS.items():
        engine.put(name, tables.get(name, schema.empty_table()))
