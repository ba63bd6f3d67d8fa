"""Make the relation `timeline`: who was in which stage from when to when, and because of what.

A day t of the timeline is judged by the facts of t and before, so a run as of D tells days up to
D-1 and later runs only add to it, unless a fact comes late.
"""

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from tools.customers.stages.trees import because_tree, none_because, skipped_tree, stage_tree
from tools.customers.stages.vocabulary import CUSTOMER_FACTS, WORDS
from tools.warehouse.asof.purchases import TERM_DAYS
from tools.warehouse.sql import Parameter, SqlPiece, read_sql

if TYPE_CHECKING:
    from tools.customers.stages.rules import Book, StageRules
    from tools.warehouse.engine import Engine

NEVER = 4_000_000
TIMELINE = pa.schema(
    [
        ("kind", pa.string()), ("id", pa.string()), ("account_id", pa.string()),
        ("from_stage", pa.string()), ("stage", pa.string()),
        ("from_day", pa.int32()), ("to_day", pa.int32()),
        ("because", pa.string()), ("skipped", pa.string()),
    ]
)  # fmt: skip
OFFSETS = pa.schema([("fact", pa.string()), ("days", pa.int32())])
SCOPE = pa.schema([("kind", pa.string()), ("id", pa.string())])
_QUERIES = {
    "stage_covers": "covers", "stage_stays": "stays", "stage_personal": "personal",
    "stage_own": "own", "stage_mixed": "mixed", "stage_spells": "spells",
    "stage_flags": "flags", "stage_steps": "steps",
    "stage_entities": "entities", "stage_base": "base", "timeline": "timeline",
}  # fmt: skip


def make_timeline(
    as_of: int,
    engine: "Engine",
    present: frozenset[str],
    rules: "StageRules",
    *,
    touched_only: bool = False,
) -> None:
    """Create `timeline` (one row per entity and interval, `to_day` exclusive, NULL for now).

    Reads the as-of relations and `score_log`; with `touched_only` also `touched`, and then tells
    only those entities and whoever shares an account with them.
    """
    book = rules.book(present)
    make_scope(engine, touched_only=touched_only)
    if book is None:
        engine.put("timeline", TIMELINE.empty_table())
        return
    engine.put("stage_offsets", offsets(book))
    given = parameters(as_of, present, rules, book) | scopes(touched_only=touched_only)
    for name, query in _QUERIES.items():
        engine.create(name, read_sql(__package__, query), **given)


def make_scope(engine: "Engine", *, touched_only: bool) -> None:
    """Create `stage_scope`: whom a partial run covers (empty for a full one)."""
    if touched_only:
        engine.create("stage_scope", read_sql(__package__, "scope"))
    else:
        engine.put("stage_scope", SCOPE.empty_table())


def offsets(book: "Book") -> pa.Table:
    """(fact, days): how long after the end of a fact a rule of the book may change its answer."""
    pairs = sorted({(WORDS[name].fact, days) for name, days in book.offsets})
    columns = [[fact for fact, _ in pairs], [days for _, days in pairs]]
    return pa.table(columns, schema=OFFSETS)


def pads(book: "Book") -> dict[str, int]:
    """For each fact of activity in use, the shortest silence that a rule can notice."""
    facts = {WORDS[name].fact for name in book.names} & set(CUSTOMER_FACTS) - {"paid"}
    windows = {f: [d for n, d in book.offsets if WORDS[n].fact == f] for f in facts}
    return {fact: min(days, default=NEVER) for fact, days in windows.items()}


def scopes(*, touched_only: bool) -> dict[str, Parameter]:
    """Conditions that keep the rows of whom this run covers."""
    if not touched_only:
        return dict.fromkeys(("account_scope", "row_scope", "person_scope"), exp.true())
    firm = "account_id IN (SELECT id FROM stage_scope WHERE kind = 'account')"
    person = "contact_id IN (SELECT id FROM stage_scope WHERE kind = 'contact')"
    return {
        "account_scope": SqlPiece(firm),
        "row_scope": SqlPiece(f"({firm} OR {person})"),
        "person_scope": SqlPiece(person),
    }


def parameters(
    as_of: int, present: frozenset[str], rules: "StageRules", book: "Book"
) -> dict[str, Parameter]:
    """Everything the queries need to know of the day, the company and its book."""
    used = {WORDS[name].fact for name in book.names} | {book.customer}
    risk, flagged, pad = rules.risk_flag, "score" in used, pads(book)
    use = {f"use_{fact}": fact in used for fact in (*CUSTOMER_FACTS, "deal", "score")}
    pad_days = {f"{fact}_pad": pad.get(fact, 1) for fact in ("event", "order", "won")}
    return {
        "as_of": as_of,
        "never": NEVER,
        "customer": book.customer,
        **use,
        **pad_days,
        "use_paid": bool(used & {"paid", "trial"}),
        "use_notice": flagged,
        "use_billing": flagged,
        "has_subscriptions": "subscriptions" in present,
        "has_deals": "deals" in present,
        "enter_rank": risk.enter_rank,
        "exit_rank": risk.exit_rank,
        "days_in": risk.days_in,
        "days_out": risk.days_out,
        "overdue_days": risk.overdue_days,
        "billing_days": risk.billing_days,
        "term_days": TERM_DAYS,
        "stage": stage_tree(book),
        "because": because_tree(book, pad),
        "none_because": none_because(),
        "skipped": skipped_tree(book, present),
    }
