"""A small log of facts by hand, and the as-of relations it makes on a day."""

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.bills import put_bill
from tools.customers.stages import (
    SCORE_LOG,
    STORED_TRANSITIONS,
    StageRules,
    make_timeline,
    read_rules,
)
from tools.warehouse.asof.purchases import make_purchases
from tools.warehouse.engine import DuckEngine

POLICY = Path(__file__).resolve().parents[3] / "policies" / "stages.yaml"
RULES = read_rules(POLICY)
CONTRACTUAL = frozenset({"contacts", "accounts", "subscriptions", "deals", "invoices"})
USAGE_ONLY = frozenset({"contacts", "accounts", "events", "deals"})
END = 300


@dataclass(frozen=True)
class Account:
    account_id: str
    created_day: int | None = None


@dataclass(frozen=True)
class Contact:
    contact_id: str
    account_id: str | None = None
    created_day: int | None = None
    qualified_day: int | None = None


@dataclass(frozen=True)
class Subscription:
    subscription_id: str
    account_id: str
    started_day: int
    ended_day: int | None = None
    cancelled_day: int | None = None
    trial: bool = False
    mrr_minor: int = 100
    known_day: int = 0


@dataclass(frozen=True)
class Deal:
    deal_id: str
    account_id: str | None
    opened_day: int
    closed_day: int | None = None
    state: str = "open"
    contact_id: str | None = None
    known_day: int = 0


@dataclass(frozen=True)
class Invoice:
    invoice_id: str
    account_id: str | None
    issued_day: int
    due_day: int | None = None
    paid_day: int | None = None
    status: str = "open"
    amount_minor: int = 100
    contact_id: str | None = None
    currency: str | None = None
    known_day: int = 0


@dataclass(frozen=True)
class Use:
    account_id: str | None
    contact_id: str | None
    day: int
    known_day: int = 0


@dataclass(frozen=True)
class Move:
    """A contact belongs to another account from a day on."""

    contact_id: str
    account_id: str
    from_day: int
    known_day: int = 0


@dataclass(frozen=True)
class Score:
    account_id: str
    day: int
    risk_rank: float | None
    usable: bool = True


@dataclass(frozen=True)
class Log:
    """Everything that ever happened, whenever it became known."""

    accounts: tuple[Account, ...] = ()
    contacts: tuple[Contact, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    deals: tuple[Deal, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    usage: tuple[Use, ...] = ()
    scores: tuple[Score, ...] = ()
    moves: tuple[Move, ...] = ()
    present: frozenset[str] = field(default=CONTRACTUAL)


def as_of(log: Log, day: int) -> Log:
    """What a run of that day sees: earlier facts that are known, later milestones masked."""
    return replace(
        log,
        accounts=tuple(a for a in log.accounts if _before(a.created_day, day)),
        contacts=tuple(
            replace(c, qualified_day=_mask(c.qualified_day, day))
            for c in log.contacts
            if _before(c.created_day, day)
        ),
        subscriptions=tuple(
            replace(s, ended_day=_mask(s.ended_day, day), cancelled_day=_mask(s.cancelled_day, day))
            for s in log.subscriptions
            if s.started_day < day and s.known_day <= day
        ),
        deals=tuple(_deal(d, day) for d in log.deals if d.opened_day < day and d.known_day <= day),
        invoices=tuple(
            _invoice(i, day) for i in log.invoices if i.issued_day < day and i.known_day <= day
        ),
        usage=tuple(u for u in log.usage if u.day < day and u.known_day <= day),
        scores=tuple(s for s in log.scores if s.day < day),
        moves=tuple(m for m in log.moves if m.from_day < day and m.known_day <= day),
    )


def stays(log: Log, contact: Contact) -> list[tuple[int, int, str | None]]:
    """(from, to, account) of a contact, oldest first; the first account reaches back."""
    own = {m.from_day: m.account_id for m in log.moves if m.contact_id == contact.contact_id}
    begun: list[tuple[int, str | None]] = [(0, contact.account_id), *sorted(own.items())]
    ends = [*(day for day, _ in begun[1:]), 4_000_000]
    return [(day, end, home) for (day, home), end in zip(begun, ends, strict=True)]


def _before(created: int | None, day: int) -> bool:
    return created is None or created < day


def _mask(milestone: int | None, day: int) -> int | None:
    return milestone if milestone is not None and milestone < day else None


def _deal(deal: Deal, day: int) -> Deal:
    closed = _mask(deal.closed_day, day)
    later = deal.closed_day is not None and closed is None
    return replace(deal, closed_day=closed, state="open" if later else deal.state)


def _invoice(invoice: Invoice, day: int) -> Invoice:
    paid = _mask(invoice.paid_day, day)
    later = invoice.paid_day is not None and paid is None
    return replace(invoice, paid_day=paid, status="open" if later else invoice.status)


TYPES: dict[str, pa.DataType] = {
    "int | None": pa.int32(), "int": pa.int32(), "str": pa.string(), "str | None": pa.string(),
    "bool": pa.bool_(), "float | None": pa.float64(),
}  # fmt: skip


def relation(kind: type, rows: tuple[Any, ...]) -> pa.Table:
    """Facts of one kind as Arrow, without the day they became known."""
    columns = [f for f in fields(kind) if f.name != "known_day"]
    schema = pa.schema([(f.name, _type(f.name, f.type)) for f in columns])
    arrays = [
        pa.array([getattr(r, c.name) for r in rows], schema.field(c.name).type) for c in columns
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _type(name: str, annotation: Any) -> pa.DataType:
    if name.endswith("_minor"):
        return pa.int64()
    return TYPES[annotation if isinstance(annotation, str) else _text(annotation)]


def _text(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def world(engine: DuckEngine, log: Log, day: int) -> None:
    """The as-of relations of a day, and no stored transition."""
    seen = as_of(log, day)
    engine.put("accounts", relation(Account, seen.accounts))
    homes = {c: stays(seen, c) for c in seen.contacts}
    today = tuple(replace(c, account_id=own[-1][2]) for c, own in homes.items())
    engine.put("contacts", relation(Contact, today))
    engine.put("contact_moves", moves(homes))
    engine.put("subscriptions", relation(Subscription, seen.subscriptions))
    put_bill(engine)
    engine.put("deals", relation(Deal, seen.deals))
    engine.put("invoices", relation(Invoice, seen.invoices))
    make_purchases(day, engine)
    engine.put("usage", relation(Use, seen.usage))
    engine.put("score_log", relation(Score, seen.scores).cast(SCORE_LOG))
    engine.put("stored_transitions", STORED_TRANSITIONS.empty_table())


def moves(homes: dict[Contact, list[tuple[int, int, str | None]]]) -> pa.Table:
    """Relation `contact_moves`: of those who moved, every stay."""
    rows_ = [
        {"contact_ref": c.contact_id, "account_id": home, "from_day": start, "to_day": end}
        for c, own in homes.items()
        for start, end, home in own
        if len(own) > 1
    ]
    types = {
        "contact_ref": pa.string(),
        "account_id": pa.string(),
        "from_day": pa.int32(),
        "to_day": pa.int32(),
    }
    return pa.Table.from_pylist(rows_, schema=pa.schema(list(types.items())))


Row = tuple[Any, ...]


def rows(engine: DuckEngine, sql: str) -> list[Row]:
    """A query's answer as tuples."""
    table = engine.run(sql)
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def timeline(engine: DuckEngine, log: Log, day: int = END, rules: StageRules = RULES) -> list[Row]:
    """(kind, id, from_stage, stage, from_day, to_day, because, skipped) as of a day, sorted."""
    world(engine, log, day)
    make_timeline(day, engine, log.present, rules)
    return told(engine)


def told(engine: DuckEngine) -> list[Row]:
    return rows(
        engine,
        "SELECT kind, id, from_stage, stage, from_day, to_day, because, skipped "
        "FROM timeline ORDER BY kind, id, from_day",
    )


def daily(told_rows: list[Row], until: int) -> dict[tuple[str, str, int], str]:
    """The stage of every entity on every day from its start."""
    return {
        (kind, id_, day): stage
        for kind, id_, _, stage, start, end, *_ in told_rows
        for day in range(start, until if end is None else end)
    }
