"""Records to put into a store, with as little said as a test needs."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from tools.store.gate.gate import GateTx
from tools.store.records import (
    BadRow,
    Batch,
    DataFile,
    Entered,
    NewProposal,
    Proposal,
    ProposalStatus,
)
from tools.store.store import Store
from tools.store.transitions import KEY, TRANSITIONS

NOW = datetime(2024, 3, 1, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
DAY = 19_783  # 2024-03-01


def batch(name: str = "b1", rows: int = 3) -> Batch:
    return Batch(name, "files", rows, NOW)


def data_file(path: str = "contacts/b1.parquet", table: str = "contacts") -> DataFile:
    return DataFile(table, "fact", path, 3, 10, 12, 11, 13, "ab" * 32, "b1")


def bad_row(line: int = 7, value: str = "abc") -> BadRow:
    return BadRow("b1", "invoices", "invoices.csv", line, "amount", value, "not a number")


def proposal(account: str = "a1", sha: str = "s1", **changed: object) -> NewProposal:
    """A proposal whose id, hash and substance follow from account and `sha`."""
    fields: dict[str, object] = {
        "id": f"{account}-{sha}",
        "account_id": account,
        "contact_id": None,
        "play": "upsell",
        "value_minor": 882_000,
        "currency": "EUR",
        "envelope": f'{{"sha":"{sha}"}}',
        "sha256": sha,
        "substance": sha,
        "expires_day": DAY + 7,
    }
    return NewProposal(**{**fields, **changed})  # type: ignore[arg-type]  # named above


def moves(*rows: tuple[str, str | None, str, int], observed: int = 90) -> pa.Table:
    """Transitions of contacts: (id, from, to, effective day)."""
    return pa.Table.from_pylist(
        [
            {
                "kind": "contact",
                "entity_id": entity,
                "effective_day": day,
                "to_stage": to,
                "from_stage": before,
                "observed_day": observed,
                "because": "paid until day 90",
                "rule_version": "v1",
                "skipped": "SQL,trial",
            }
            for entity, before, to, day in rows
        ],
        TRANSITIONS,
    )


def keys(*rows: tuple[str, str, int]) -> pa.Table:
    """Keys of transitions of contacts: (id, to, effective day)."""
    return pa.Table.from_pylist(
        [
            {"kind": "contact", "entity_id": entity, "effective_day": day, "to_stage": to}
            for entity, to, day in rows
        ],
        KEY,
    )


def enter(store: Store, day: int, *new: NewProposal, **withdrawn: str) -> Entered:
    """Enter a day's proposals as the queue does."""
    return store.gate.write(lambda tx: tx.enter(day, new, NOW, withdrawn))


def move(store: Store, seen: Proposal, to: ProposalStatus, day: int = DAY) -> Proposal | None:
    """Move a proposal as it was seen; None when it is not so any more."""

    def work(tx: GateTx) -> Proposal | None:
        moved = tx.asked.move(seen, to, LATER, before_day=day, decided_day=day)
        return tx.asked.get(seen.id) if moved else None

    return store.gate.write(work)
