"""Hand-made relations of the agent's work, by short rows."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from agent.rulebook import Rulebook, read_rulebook
from tests.reports.relations import engine
from tools.reports.agent_activity.relations import SCHEMAS, put_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tools.warehouse.engine import DuckEngine

ROOT = Path(__file__).parents[2]
DAY = 20_000  # 2024-10-04
EMPTY: "dict[str, Any]" = {
    "currency": "USD", "channel": "call", "segment": "Declining", "gone": True, "share": "0.2",
    "drawn_day": 0, "accounts": 0, "unpriced": 0,
}  # fmt: skip


@cache
def rulebook() -> Rulebook:
    """The delivered policies and economics."""
    return read_rulebook(ROOT / "policies", ROOT / "config" / "economics.yaml")


def rows_of(name: str, rows: "Iterable[Mapping[str, Any]]") -> pa.Table:
    """Rows as a relation of work; what a row leaves out has a plain value, or is NULL."""
    schema = SCHEMAS[name]
    return pa.Table.from_pylist(
        [{n: row.get(n, EMPTY.get(n)) for n in schema.names} for row in rows], schema=schema
    )


def worked(relations: "Mapping[str, Iterable[Mapping[str, Any]]]", **facts: Any) -> "DuckEngine":
    """An engine with the given facts and the given work; what is not given is empty."""
    made = engine(**facts)
    put_work(made, {name: rows_of(name, rows) for name, rows in relations.items()})
    return made


def approved(
    account: str,
    play: str = "retention_call",
    *,
    held: bool = False,
    day: int = DAY,
    status: str = "",
    stratum: str = "s",
    proposal: str = "",
    **more: Any,
) -> "dict[str, dict[str, Any]]":
    """One approval: its proposal, its action, and the lot of the account."""
    one = proposal or f"p-{play}-{account}"
    state = status or ("held_out" if held else "sent")
    shared = {"account_id": account, "play": play, "proposal": one}
    price = {"value_minor": 1_000, "gain_minor": 1_500, "success_minor": 75_000, **more}
    return {
        "work_proposals": {
            **shared,
            **price,
            "created_day": day - 1,
            "status": "approved",
            "status_day": day,
        },
        "work_actions": {
            **shared,
            **price,
            "action": "a" + one[1:],
            "approved_day": day,
            "status": state,
            "status_day": day,
            "gone": state == "sent",
        },
        "work_draws": {**shared, "stratum": stratum, "held": held, "drawn_day": day - 1},
    }


def together(
    *approvals: "Mapping[str, Mapping[str, Any]]",
) -> "dict[str, list[Mapping[str, Any]]]":
    """Several approvals as relations."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in approvals:
        for name, row in one.items():
            found.setdefault(name, []).append(row)
    return found


def busy(accounts: "Sequence[str]", as_of: int) -> "dict[str, pa.Table]":
    """Work with these accounts: a call each 60 days ago, every fourth left out, and a full week."""
    plays = ("retention_call", "winback_email", "upsell_seats")
    work = together(
        *(
            approved(
                a,
                plays[n % 3],
                day=as_of - 120 + n % 5,
                held=n % 4 == 0,
                stratum=f"s{n % 2}",
                status="revoked" if n % 17 == 3 else "",
            )
            for n, a in enumerate(accounts)
        )
    )
    week = [as_of - 7 + n for n in range(7)]
    work["work_runs"] = [
        {"as_of": d, "priced": 9, "unpriced": 1, "worthwhile": 3, "currency": "USD"} for d in week
    ]
    work["work_prices"] = [
        {"as_of": d, "resource": "hours csm", "thousandths": 1_234, "currency": "USD"} for d in week
    ]
    work["work_refusals"] = [
        {"as_of": d, "account_id": a, "play": plays[0], "rule_id": "consent"}
        for d in week
        for a in accounts[:20]
    ]
    work["work_deeds"] = [
        {
            "seq": n * 2 + k,
            "proposal": f"p-{plays[n % 3]}-{a}",
            "who": ("ann", "bob")[k],
            "kind": ("approve", "reject", "undo")[(n + k) % 3],
            "day": as_of - 3,
            "seconds": n,
        }
        for n, a in enumerate(accounts[:40])
        for k in (0, 1)
    ]
    work["work_care"] = [
        {
            "seq": n,
            "account_id": a,
            "kind": ("claim", "done", "not_useful", "open")[n % 4],
            "reason": "too_small" if n % 4 == 2 else "",
            "who": "ann",
            "day": as_of - 3,
            "value_minor": 100 * n,
        }
        for n, a in enumerate(accounts[:40])
    ]
    return {name: rows_of(name, rows) for name, rows in work.items()}
