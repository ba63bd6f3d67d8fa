"""Ask the warehouse every question of the audit, and put the answers in order.

The population stays in the engine: each check makes one relation of what it found and only its
counts and a few examples are read.
"""

from typing import TYPE_CHECKING

from tools.customers.consent import Mailbox, make_consent_words
from tools.customers.consent.addresses import email_sql
from tools.days import from_number
from tools.reports.audit.catalogue import Catalogue, Check, catalogue
from tools.reports.audit.freshness import read_freshness, rhythm_findings
from tools.reports.audit.model import (
    AuditFinding,
    AuditReport,
    FileRemark,
    Freshness,
    MatchRate,
    QuarantineCount,
    Skipped,
    masked,
    share_of,
    worst_first,
)
from tools.warehouse.identity import domain_key, resolve, standard_rules
from tools.warehouse.schema import TABLES
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from tools.warehouse.engine import Engine
    from tools.warehouse.identity import IdentityRules

MOST_EXAMPLES = 5
RELATIONS = {
    "audit_contact_state": "contact_states", "audit_account_state": "account_states",
    "audit_contact": "people", "audit_account": "companies", "audit_known": "known",
    "audit_touch": "touches", "audit_served": "served", "audit_mailed": "mailed",
    "audit_word": "words", "audit_day": "days",
}  # fmt: skip


def audit(
    as_of: int,
    engine: "Engine",
    quarantine: "Sequence[QuarantineCount]" = (),
    remarks: "Sequence[FileRemark]" = (),
    *,
    rules: "IdentityRules | None" = None,
    ahead: "pa.Table | None" = None,
) -> AuditReport:
    """Audit the facts of an engine as of a day; identity is resolved first.

    Reads the relations `fact_<table>` of every canonical table and `fact_usage`. A table without
    a single row counts as missing, and the checks that need it are listed as skipped.
    `ahead` holds the rows of that day and later (see `rows_ahead`); without it only those are
    counted that say they were known by then.
    """
    rules = rules or standard_rules()
    resolve(as_of, engine, rules)
    make_consent_words(as_of, engine)
    key, host = email_sql("email", Mailbox()), domain_key(engine)
    for relation, query in RELATIONS.items():
        strict = rules.deletion.strict("contacts" if query == "people" else "accounts")
        text = read_sql(__package__, query)
        engine.create(relation, text, as_of=as_of, email_key=key, any=strict, host=host)
    if ahead is None:
        engine.create("audit_ahead", read_sql(__package__, "ahead"), as_of=as_of)
    else:
        engine.put("audit_ahead", ahead)
    freshness = read_freshness(as_of, engine)
    present = frozenset(row.table for row in freshness)
    totals = _totals(engine)
    book = catalogue()
    found: list[AuditFinding] = []
    rates: list[MatchRate] = []
    for check in (c for c in book.checks if not c.computed):
        hits = () if check.missing(present) else _run(as_of, engine, check, totals)
        found += hits
        rates += _rates(check, hits, totals, present)
    found += rhythm_findings(freshness, book)
    found += _quarantined(quarantine, book, totals)
    found += [_remarked(one, book, totals) for one in remarks]
    return _report(as_of, book, present, freshness, rates, found)


def _totals(engine: "Engine") -> dict[str, int]:
    rows = engine.run(read_sql(__package__, "totals")).to_pylist()
    return {row["name"]: int(row["n"]) for row in rows}


def _run(
    as_of: int, engine: "Engine", check: Check, totals: "Mapping[str, int]"
) -> tuple[AuditFinding, ...]:
    """Run one check: a finding per subject that has anything."""
    query = read_sql(f"{__package__}.checks", check.query)
    engine.create("audit_hit", query, as_of=as_of, **check.given)
    found = engine.run(read_sql(__package__, "found")).to_pylist()
    if not found:
        return ()
    examples: dict[str, list[str]] = {}
    for row in engine.run(read_sql(__package__, "examples"), most=MOST_EXAMPLES).to_pylist():
        examples.setdefault(row["subject"], []).append(masked(row["example"]))
    return tuple(
        _finding(
            check,
            row["subject"],
            row["things"],
            row["n"],
            totals,
            tuple(examples.get(row["subject"], ())),
        )
        for row in found
    )


def _finding(
    check: Check,
    subject: str,
    things: int,
    rows: int,
    totals: "Mapping[str, int]",
    examples: tuple[str, ...],
) -> AuditFinding:
    count = rows if check.count == "rows" else things
    subject = from_number(int(subject)).isoformat() if check.dated else subject
    total = None if check.of is None else totals.get(check.of.format(subject=subject))
    share = share_of(count, total)
    says = check.says.format(subject=subject) if check.dated else check.says
    return AuditFinding(
        check.section,
        check.code,
        check.severity_at(share),
        subject,
        says,
        count,
        rows,
        total,
        share,
        examples,
        check.do,
    )


def _rates(
    check: Check,
    hits: "Sequence[AuditFinding]",
    totals: "Mapping[str, int]",
    present: frozenset[str],
) -> list[MatchRate]:
    """The shares that are fine: of one total, or of each total the check's template fits."""
    if check.rate is None or check.of is None:
        return []
    if missing := check.missing(present):
        return [MatchRate(check.rate, 0, 0, None, missing)]
    prefix = check.of.removesuffix("{subject}")
    names = [check.of] if prefix == check.of else sorted(n for n in totals if n.startswith(prefix))
    wrong = {hit.subject: hit.count for hit in hits}
    return [
        _rate(check.rate, name.removeprefix(prefix), totals[name], wrong)
        for name in names
        if name.removeprefix(prefix) != "contacts.account_ref"
    ]


def _rate(title: str, subject: str, total: int, wrong: "Mapping[str, int]") -> MatchRate:
    matched = total - (wrong.get(subject, 0) if subject else sum(wrong.values()))
    return MatchRate(title.format(subject=subject), matched, total, share_of(matched, total))


def _quarantined(
    counts: "Sequence[QuarantineCount]", book: Catalogue, totals: "Mapping[str, int]"
) -> list[AuditFinding]:
    """A finding per table, column and reason; the total counts loaded and set-aside rows."""
    check = book.check("quarantined")
    aside: dict[str, int] = {}
    for row in counts:
        aside[row.table] = aside.get(row.table, 0) + row.rows
    found = []
    for row in counts:
        total = totals.get(f"rows {row.table}", 0) + aside[row.table]
        share = share_of(row.rows, total)
        subject = f"{row.table}.{row.column}" if row.column else row.table
        found.append(
            AuditFinding(
                check.section,
                check.code,
                check.severity_at(share),
                subject,
                f"{check.says}: {masked(row.reason)}",
                row.rows,
                row.rows,
                total,
                share,
                (),
                check.do,
            )
        )
    return found


def _remarked(one: "FileRemark", book: Catalogue, totals: "Mapping[str, int]") -> AuditFinding:
    """A finding per remark of a source on a file that it took."""
    check = book.check(one.code)
    total = totals.get(f"rows {one.table}", 0) + (one.rows if one.code == "folded" else 0)
    share = share_of(one.rows, total)
    return AuditFinding(
        check.section,
        check.code,
        check.severity_at(share),
        f"{one.table}.{one.column}" if one.column else one.table,
        f"{check.says} ({one.file}): {masked(one.says)}"
        if one.column
        else f"{check.says} {masked(one.says)}",
        one.rows,
        one.rows,
        total,
        share,
        (),
        check.do,
    )


def _report(
    as_of: int,
    book: Catalogue,
    present: frozenset[str],
    freshness: "Sequence[Freshness]",
    rates: "Sequence[MatchRate]",
    found: "Sequence[AuditFinding]",
) -> AuditReport:
    skipped = tuple(
        Skipped(check.code, missing) for check in book.checks if (missing := check.missing(present))
    )
    seen = {finding.code for finding in found} | {check.code for check in skipped}
    return AuditReport(
        as_of=as_of,
        missing=tuple(table.name for table in TABLES if table.name not in present),
        freshness=tuple(freshness),
        matches=tuple(rates),
        findings=worst_first(found, tuple(book.sections)),
        clean=tuple(check.code for check in book.checks if check.code not in seen),
        skipped=skipped,
    )
