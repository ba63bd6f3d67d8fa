"""Companies written by hand for one question each: files as text, and a mapping."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.agent.launcher import Launcher
from tests.cases.conftest import CaseHome

LAPSED = 8
SPACED = {"account_ref": {"from": "account", "space": "account"}}
SUBSCRIPTION = {
    "subscription_ref": "id",
    **SPACED,
    "product": "plan",
    "mrr_minor": {"from": "mrr", "unit": "main"},
    "interval_months": {"value": "1"},
    "started_day": "start",
    "ended_day": "ended",
}


def company(
    folder: Path, launcher: Launcher, files: Mapping[str, str], inputs: list[dict[str, object]]
) -> CaseHome:
    """Write the files and the mapping of a company; `run(day)` runs its morning."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (data / name).write_text(text.strip() + "\n", encoding="utf-8")
    top = {"company": "Pebble", "zone": "UTC", "currency": "USD", "known": "when_occurred"}
    text = yaml.safe_dump({**top, "inputs": inputs}, sort_keys=False)
    (folder / "mapping.yaml").write_text(text, encoding="utf-8")
    return CaseHome(folder / "home", folder, launcher)


def table(kind: str, file: str, occurred: str, /, **columns: object) -> dict[str, object]:
    """One input of a mapping."""
    return {"table": kind, "file": file, "occurred": occurred, "columns": columns}


def subscriptions(**more: object) -> dict[str, object]:
    """The bills of a company, one line a subscription."""
    return table("subscriptions", "subscriptions.csv", "start", **{**SUBSCRIPTION, **more})


def lapsed(accounts: list[str]) -> tuple[str, str]:
    """Accounts that left in June 2025, and others from whom is known what becomes of such."""
    known = [f"L{n:02}" for n in range(1, LAPSED + 1)]
    names = "".join(f"\n{a},Firm {a},{a.lower()}.example,2024-01-10" for a in [*known, *accounts])
    left = "".join(f"\ns{a},{a},pro,5000.00,2024-01-10,2025-01-05" for a in known)
    back = "".join(f"\nb{a},{a},pro,5000.00,2025-04-01," for a in known[:3])
    ours = "".join(f"\ns{a},{a},pro,5000.00,2024-01-10,2025-06-10" for a in accounts)
    return f"id,name,domain,created{names}", f"id,account,plan,mrr,start,ended{left}{back}{ours}"
