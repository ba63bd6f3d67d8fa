"""What a text becomes: worked examples, time zones, known days, joins and expressions."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sources.folders import AS_OF, TICKETS, column, read, told
from tools.days import DAY_US

EXAMPLES = yaml.safe_load((Path(__file__).parent / "casts.yaml").read_text())
COLUMNS = {
    "amount": ("deals", "amount_minor"),
    "whole": ("accounts", "employees"),
    "number": ("tickets", "satisfaction"),
    "flag": ("tickets", "escalated"),
    "email": ("contacts", "email"),
    "day": ("deals", "opened_day"),
    "word": ("deals", "state"),
}
KEYS = {
    "deals": "deal_ref: n, state: {value: open}",
    "accounts": "account_ref: n",
    "tickets": "ticket_ref: n, opened_day: {value: '2020-01-02'}",
    "contacts": "contact_ref: n",
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e['kind']} {e['options']}")
def test_worked_examples(tmp_path: Path, example: dict[str, Any]) -> None:
    table, name = COLUMNS[example["kind"]]
    keys = KEYS[table].replace(", state: {value: open}", "") if name == "state" else KEYS[table]
    mapping = (
        "company: Acme\nzone: UTC\ncurrency: XXX\ninputs:\n"
        f"  - {{table: {table}, file: a.tsv, occurred: unknown, columns: {{{keys}, "
        f"{name}: {{from: x, {example['options']}}}}}}}\n"
    ).replace(", }", "}")
    texts = list(example["cases"])
    batch = read(
        tmp_path, mapping, a_tsv="n\tx\n" + "".join(f"{n}\t{t}\n" for n, t in enumerate(texts))
    )
    found = dict(
        zip(
            (int(r["n"]) for r in _numbered(batch.tables[table])),
            column(batch.tables[table], name),
            strict=True,
        )
    )
    bad = {r.line - 2: r.value for r in batch.rejected}
    for n, (text, expected) in enumerate(example["cases"].items()):
        assert (bad.get(n) == text) == (expected == "bad"), text
        assert found.get(n) == (None if expected == "bad" else expected), text


def _numbered(table: Any) -> list[dict[str, str]]:
    key = table.schema.names[0]
    return [{"n": str(value).split(":")[1]} for value in column(table, key)]


ZONED = """
company: Acme
zone: {zone}
known: {known}
inputs:
  - {{table: events, file: a.csv, occurred: at, columns: {{event_key: id, name: {{value: x}}}}}}
"""


@pytest.mark.parametrize(
    ("zone", "text", "day", "instant"),
    [
        ("Europe/London", "2011-06-01 00:30", 15126, "2011-05-31T23:30Z"),
        ("Europe/London", "2011-05-31T23:30Z", 15126, "2011-05-31T23:30Z"),
        ("America/New_York", "2011-06-01T03:59Z", 15125, "2011-06-01T03:59Z"),
        ("America/New_York", "2011-03-13 02:30", 15046, "2011-03-13T07:30Z"),
        ("America/New_York", "2011-11-06 01:30", 15284, "2011-11-06T06:30Z"),
        ("Asia/Kathmandu", "2011-06-01", 15126, "2011-05-31T18:15Z"),
    ],
    ids=["summer", "with offset", "evening before", "skipped hour", "doubled hour", "odd offset"],
)
def test_local_days(tmp_path: Path, zone: str, text: str, day: int, instant: str) -> None:
    mapping = ZONED.format(zone=zone, known="when_occurred")
    (row,) = read(tmp_path, mapping, a_csv=f"id,at\n1,{text}\n").tables["events"].to_pylist()
    (utc,) = (
        read(tmp_path, ZONED.format(zone="UTC", known="load"), a_csv=f"id,at\n1,{instant}\n")
        .tables["events"]
        .to_pylist()
    )
    assert (row["day"], row["known_day"]) == (day, day + 1)
    assert row["occurred_at"] == row["observed_at"] == utc["occurred_at"]


@pytest.mark.parametrize(
    ("observed", "known_day"),
    [
        ("2020-01-05 12:00", 18267),
        ("2020-01-05 00:00", 18266),
        ("2020-01-05 00:00:00.000001", 18267),
        ("2020-01-01", 18264),
        ("", AS_OF),
        ("rubbish", AS_OF),
    ],
)
def test_known_by_a_column(tmp_path: Path, observed: str, known_day: int) -> None:
    mapping = ZONED.format(zone="UTC", known="load").replace(
        "occurred: at", "occurred: at, known: {from: seen}"
    )
    batch = read(tmp_path, mapping, a_csv=f"id,at,seen\n1,2020-01-02,{observed}\n")
    assert column(batch.tables["events"], "known_day") == [known_day]
    assert [r.column for r in batch.rejected] == ["observed_at"] * (observed == "rubbish")


@pytest.mark.parametrize(
    ("known", "observed", "known_day"),
    [("load", AS_OF * DAY_US, AS_OF), ("when_occurred", 0, 1)],
)
def test_a_time_the_source_does_not_tell_is_day_zero(
    tmp_path: Path, known: str, observed: int, known_day: int
) -> None:
    mapping = ZONED.format(zone="UTC", known=known).replace("occurred: at", "occurred: unknown")
    (row,) = read(tmp_path, mapping, a_csv="id\n1\n").tables["events"].to_pylist()
    assert (row["occurred_at"], row["day"]) == (0, 0)
    assert (row["observed_at"], row["known_day"], row["quantity"]) == (observed, known_day, 1.0)


JOINED = """
company: Acme
zone: UTC
known: when_occurred
inputs:
  - table: events
    file: a.csv
    join:
      - {file: s.csv, match: {sub: id}, take: {account: account,
         since: {from: day, pick: earliest, formats: "%d.%m.%Y"}}}
      - {file: p.csv, match: {account: account}, take: {plan: plan}}
    where: cast(n as bigint) > 0
    occurred: since
    columns:
      event_key: {key: [sub, n]}
      account_ref: account
      name: plan
      quantity: {sql: "cast(n as decimal) / 4 + coalesce(length(replace(plan, 'o', '')), 0)"}
"""


def test_joins_filters_and_expressions(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        JOINED,
        a_csv="sub,n\ns1,1\ns1,0\ns2,3\ns9,1\ns1,x\n,1\n",
        s_csv="id,account,day\ns1,A,03.01.2020\ns1,A,02.12.2019\ns2,B,02.01.2020\ns2,C,05.01.2020\n",
        p_csv="account,plan\nA,pro\n",
    )
    (row,) = batch.tables["events"].to_pylist()
    assert (row["account_ref"], row["day"], row["quantity"]) == ("acme:A", 18232, 2.25)
    reasons = {(line, name): (value, why) for _, line, name, value, why in told(batch)}
    assert reasons[4, "account, since"] == ("s2", "several in s.csv")
    assert reasons[5, "account, since"] == ("s9", "not found in s.csv")
    assert reasons[5, "occurred_at"] == ("", "required and empty; the row is left out")
    assert reasons[6, "where"] == ("n=x", "the filter fails; the row is left out")
    assert reasons[7, "name"] == ("", "required and empty; the row is left out")
    assert not any(line in {2, 3} for line, _ in reasons)
    assert batch.read == {"events": 5}


def test_a_failing_expression_costs_only_its_cell(tmp_path: Path) -> None:
    mapping = TICKETS.format(file="a.csv").replace(
        "score", "{sql: cast(score as bigint) + cast(score as decimal)}"
    )
    batch = read(tmp_path, mapping, a_csv="id,opened,score\n1,2020-01-02,x\n2,2020-01-02,2\n")
    assert column(batch.tables["tickets"], "satisfaction") == [None, 4.0]
    assert told(batch) == [
        ("a.csv", 2, "satisfaction", "score=x", "the expression fails; the row is kept without it")
    ]


def test_spaces_of_references_and_nulls(tmp_path: Path) -> None:
    mapping = (
        TICKETS.format(file="a.csv")
        .replace("company: Acme", "company: Acme\nspace: crm")
        .replace("occurred:", "nulls: [NA, '-']\n    occurred:")
        .replace(
            "satisfaction: score",
            "contact_ref: {from: who, space: inline}\n      account_ref: {from: org, space: org}",
        )
    )
    rows = "id,opened,who,org\n1,2020-01-02,user:7,NA\n2,2020-01-02,seven,-\n"
    batch = read(tmp_path, mapping, a_csv=rows)
    assert column(batch.tables["tickets"], "ticket_ref") == ["crm:1", "crm:2"]
    assert column(batch.tables["tickets"], "contact_ref") == ["user:7", None]
    assert column(batch.tables["tickets"], "account_ref") == [None, None]
    assert [(r.line, r.column, r.value) for r in batch.rejected] == [(3, "contact_ref", "seven")]
