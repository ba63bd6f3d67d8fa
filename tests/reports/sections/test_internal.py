"""Our own and test accounts are in no section: each is as if they had never been there."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tests.reports.work_made import busy, rulebook
from tools.reports.agent_activity.relations import put_work
from tools.reports.attribution.section import make_attribution
from tools.reports.changes.section import make_changes
from tools.reports.context import ReportContext
from tools.reports.incrementality.measure import OutcomeWindows
from tools.reports.internal import NOBODY, Internal, leave_out
from tools.reports.stages.section import make_stages
from tools.reports.trials.section import make_trials
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reports.sections.conftest import Simulated
    from tools.reports.context import SectionResult
    from tools.warehouse.engine import Engine

Copied = dict[str, pa.Table]


def attribution(given: ReportContext) -> "SectionResult":
    book = rulebook()
    return make_attribution(given, book.plays, book.economics, OutcomeWindows())


MAKERS: "tuple[Callable[[ReportContext], SectionResult], ...]" = (
    make_trials, make_stages, make_changes, attribution,
)  # fmt: skip


@pytest.fixture(scope="module")
def copied(simulated: "Simulated") -> Copied:
    """Every relation of the simulated morning, with a busy week of the agent's."""
    engine = simulated.given.engine
    put_work(engine, busy(_ids(engine, "accounts", "account_id")[:120], simulated.given.as_of))
    rows = engine.run("SELECT table_name AS name FROM information_schema.tables").to_pylist()
    names = {row["name"] for row in rows if not row["name"].startswith("fact_")}
    return {name: engine.run(f'SELECT * FROM "{name}"') for name in names}


def _ids(engine: "Engine", table: str, column: str) -> list[str]:
    sql = f"SELECT DISTINCT {column} AS id FROM {table} ORDER BY 1"
    found: list[str] = engine.run(sql)["id"].to_pylist()
    return found


def opened(simulated: "Simulated", tables: Copied) -> ReportContext:
    engine = DuckEngine(threads=1)
    for name, table in tables.items():
        engine.put(name, table)
    return ReportContext(
        simulated.given.as_of, simulated.given.first_day, engine, simulated.given.present
    )


def without(tables: Copied, accounts: set[str]) -> Copied:
    """The same rows by another route: looked at one by one."""
    people = {
        row["contact_id"] for row in tables["contacts"].to_pylist() if row["account_id"] in accounts
    }

    def stays(row: "dict[str, object]") -> bool:
        if "kind" in row and "id" in row:
            return row["id"] not in (accounts if row["kind"] == "account" else people)
        return row.get("account_id") not in accounts and row.get("contact_id") not in people

    def kept(name: str, table: pa.Table) -> pa.Table:
        if name.startswith("work_") and name != "work_draws":
            return table
        return pa.Table.from_pylist([r for r in table.to_pylist() if stays(r)], table.schema)

    return {name: kept(name, table) for name, table in tables.items()}


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_section_is_as_if_they_were_not_there(
    make: "Callable[[ReportContext], SectionResult]", simulated: "Simulated", copied: Copied
) -> None:
    every = sorted(set(copied["subscriptions"]["account_id"].to_pylist()))
    own = every[::3]
    narrowed = opened(simulated, copied)
    leave_out(narrowed.engine, Internal(accounts=tuple(own)))
    never = opened(simulated, without(copied, set(own)))

    assert make(narrowed).section == make(never).section
    assert make(narrowed).section != make(opened(simulated, copied)).section


def test_where_nobody_is_named_nothing_is_touched(simulated: "Simulated", copied: Copied) -> None:
    given = opened(simulated, copied)
    leave_out(given.engine, NOBODY)

    rows = given.engine.run("SELECT table_name AS name FROM information_schema.tables")
    assert not [name for name in rows["name"].to_pylist() if name.endswith("_whole")]


def test_a_domain_takes_its_account_and_whoever_writes_from_it(
    simulated: "Simulated", copied: Copied
) -> None:
    given = opened(simulated, copied)
    (row,) = given.engine.run(
        "SELECT domain AS domain, account_id AS account_id FROM accounts "
        "WHERE NOT domain IS NULL ORDER BY account_id LIMIT 1"
    ).to_pylist()
    leave_out(given.engine, Internal(domains=(row["domain"],)))

    assert row["account_id"] not in _ids(given.engine, "accounts", "account_id")
    mails = given.engine.run("SELECT email AS email FROM contacts WHERE NOT email IS NULL")
    assert not [one for one in mails["email"].to_pylist() if one.endswith(f"@{row['domain']}")]
