"""What a day found and did, as counts a person can read and a replay can compare."""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from approvals.envelope import seal
from tools.days import from_number
from tools.roi.price import unpriced_counts
from tools.warehouse.dataset import FACT, USAGE_KIND
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from agent.day import Day

TABLES = frozenset(BY_NAME)


@dataclass(frozen=True)
class Summary:
    """A day in figures; `hashes` fix every cell and byte behind them, money is integer cents."""

    day: str
    accounts: int
    contacts: int
    staged: str
    stages: dict[str, int]
    unstaged: dict[str, int]
    scored: int
    tier: str
    model: str
    signal: str
    missing: list[str]
    segments: dict[str, int]
    priced: int
    worthwhile: int
    unpriced: dict[str, int]
    left_alone: dict[str, int]
    refused: dict[str, int]
    chosen: int
    value_minor: int
    currency: str
    gap: str
    shadow_prices: dict[str, str]
    failed: int
    hashes: dict[str, str]

    def to_json(self) -> str:
        """Canonical JSON."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, indent=1)


def summarise(day: "Day") -> Summary:
    """Count what the day found; the same facts give the same text."""
    morning, planned, drafted = day.morning, day.planned, day.drafted
    kind = "contact" if "contacts" in morning.world.present else "account"
    stages = _counts(day, "stage", f"roster WHERE kind = '{kind}' AND NOT stage IS NULL")
    totals = _one(
        day,
        "SELECT (SELECT COUNT(*) FROM accounts) AS accounts, "
        "(SELECT COUNT(*) FROM contacts) AS contacts, "
        "(SELECT COUNT(*) FROM scores WHERE NOT risk_rank IS NULL) AS scored, "
        "(SELECT COUNT(*) FROM candidates WHERE play <> 'do_nothing') AS priced, "
        "(SELECT COUNT(*) FROM candidates WHERE play <> 'do_nothing' AND nv_minor > 0) AS worth",
    )
    model = morning.scored.model
    refused: dict[str, int] = {}
    for _, verdict in planned.refused:
        refused[verdict.rule_id] = refused.get(verdict.rule_id, 0) + 1
    return Summary(
        day=from_number(day.as_of).isoformat(),
        accounts=totals["accounts"],
        contacts=totals["contacts"],
        staged=kind,
        stages=stages,
        unstaged=_counts(day, "unstaged_reason", f"roster WHERE kind = '{kind}' AND stage IS NULL"),
        scored=totals["scored"],
        tier=model.tier if model else "none",
        model=model.version if model else "",
        signal=model.label if model else morning.scored.missing,
        missing=sorted(TABLES - morning.world.present),
        segments=dict(morning.segmented.assigned.counts),
        priced=totals["priced"],
        worthwhile=totals["worth"],
        unpriced=_unpriced(day),
        left_alone=_counts(day, "outcome", "left_alone"),
        refused=dict(sorted(refused.items())),
        chosen=len(drafted.envelopes),
        value_minor=sum(e.worth.net.minor for e in drafted.envelopes),
        currency=morning.rulebook.economics.currency,
        gap=str(planned.choice.gap),
        shadow_prices={k: str(v) for k, v in sorted(planned.choice.shadow_prices.items())},
        failed=len(drafted.failed),
        hashes=hashes(day),
    )


def hashes(day: "Day") -> dict[str, str]:
    """What must be the same when the day is run again: facts, relations and envelopes."""
    orders = {
        "features": "account_id",
        "scores": "account_id",
        "roster": "kind, id",
        "segments": "account_id",
        "candidates": "account_id, play",
    }
    found = {name: day.morning.digest(name, order) for name, order in orders.items()}
    found["effects"] = day.text_hash(repr(day.morning.effects))
    found["places"] = day.text_hash(repr(day.places))
    found["facts"] = facts_hash(day)
    found["envelopes"] = envelopes_hash(day)
    return found


def facts_hash(day: "Day") -> str:
    """A hash over the files of facts the day may read: nothing may slip in behind a closed day.

    A file is named after its content; what is loaded later is known later, and is not among them.
    """
    dataset = day.morning.dataset
    tables = [(FACT, name) for name in BY_NAME] + [(USAGE_KIND, "usage")]
    files = [f for kind, name in tables for f in dataset.files(kind, name, as_of=day.as_of)]
    return day.text_hash("\n".join(sorted(f"{f.path} {f.rows}" for f in files)))


def envelopes_hash(day: "Day") -> str:
    """One hash over the bytes of all envelopes, in order of value."""
    texts = [seal(envelope).sha256 for envelope in day.drafted.envelopes]
    return day.text_hash("\n".join(texts))


def _unpriced(day: "Day") -> dict[str, int]:
    found: dict[str, int] = {}
    for _, missing, accounts in unpriced_counts(day.morning.engine):
        found[missing] = found.get(missing, 0) + accounts
    return dict(sorted(found.items()))


def _counts(day: "Day", column: str, source: str) -> dict[str, int]:
    rows = day.morning.engine.run(
        f"SELECT {column} AS name, COUNT(*) AS n FROM {source} GROUP BY {column} ORDER BY {column}"
    ).to_pylist()
    return {str(row["name"]): row["n"] for row in rows}


def _one(day: "Day", sql: str) -> dict[str, int]:
    row: dict[str, int] = day.morning.engine.run(sql).to_pylist()[0]
    return row
