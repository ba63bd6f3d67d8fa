"""A proposed mapping parses, gets the key things right, and says what is doubtful."""

from pathlib import Path

import pytest

from tools.errors import BadInput
from tools.sources.files import FileSource
from tools.sources.inspect import propose
from tools.sources.mapping import CellSource, Input, Mapping
from tools.sources.parse import parse_mapping

pytestmark = pytest.mark.long


def cells(mapping: Mapping, table: str) -> dict[str, CellSource]:
    return {cell.name: cell for cell in an_input(mapping, table).cells}


def an_input(mapping: Mapping, table: str) -> Input:
    return next(each for each in mapping.inputs if each.table == table)


# Company: for each table its file, what says when, and how it is written.
KEY_THINGS = {
    "ravenstack": {
        "accounts": ("ravenstack_accounts.csv", "signup_date", "%d-%m-%Y"),
        "subscriptions": ("ravenstack_subscriptions.csv", "start_date", "%d-%m-%Y"),
        "events": ("ravenstack_feature_usage.csv", "usage_date", "%d-%m-%Y"),
        "tickets": ("ravenstack_support_tickets.csv", "submitted_at", "%d-%m-%Y"),
    },
    "relax_asana_until_2014-03-31": {
        "contacts": ("takehome_users.csv", "creation_time", "%d-%m-%Y %H:%M"),
        "events": ("takehome_user_engagement.csv", "time_stamp", "iso"),
        "accounts": ("takehome_users.csv", "creation_time", "%d-%m-%Y %H:%M"),
    },
    "yammer_until_2022-07-31": {
        "contacts": ("yammer_users.csv", "created_at", "iso"),
        "messages": ("yammer_emails.csv", "occurred_at", "iso"),
        "accounts": ("yammer_users.csv", "created_at", "iso"),
    },
    "maven_crm_sales": {"deals": ("sales_pipeline.csv", "engage_date", "iso")},
    "online_retail": {
        "invoices": ("online_retail_2010-2011_full.parquet", "InvoiceDate", "iso"),
    },
    "fightchurn_crm6": {
        "subscriptions": ("subscription.csv", "start_date", "iso"),
        "events": ("event_daily.parquet", "day", "iso"),
    },
}


@pytest.mark.data
@pytest.mark.parametrize("name", KEY_THINGS)
def test_key_things_of_the_companies(shared_data: Path, name: str) -> None:
    mapping = parse_mapping(propose(shared_data / name), "proposal")
    for table, (file, column, form) in KEY_THINGS[name].items():
        each = an_input(mapping, table)
        assert each.occurred is not None
        assert (each.file, each.occurred.column) == (file, column)
        assert each.occurred.formats == (form,)


@pytest.mark.data
def test_a_proposal_reads_ravenstack_as_it_is(shared_data: Path) -> None:
    text = propose(shared_data / "ravenstack")
    batch = FileSource(shared_data / "ravenstack", parse_mapping(text, "p")).read(20_000)
    rows = {name: table.num_rows for name, table in batch.tables.items()}
    assert rows == {"accounts": 500, "events": 25_000, "subscriptions": 5_000, "tickets": 2_000}
    assert batch.rejected == ()
    assert "# usage_id: 21 rows repeat an id: it counts together with who, when and what" in text
    assert batch.tables["events"]["account_ref"].null_count == 0


@pytest.mark.data
def test_mail_words_and_deal_words(shared_data: Path) -> None:
    yammer = parse_mapping(propose(shared_data / "yammer_until_2022-07-31"), "p")
    assert dict(cells(yammer, "messages")["kind"].values or ()) == {
        "email_clickthrough": "clicked",
        "email_open": "opened",
        "sent_reengagement_email": "sent",
        "sent_weekly_digest": "sent",
    }
    maven = parse_mapping(propose(shared_data / "maven_crm_sales"), "p")
    assert dict(cells(maven, "deals")["state"].values or ())["Engaging"] == "open"


def test_doubts_are_said(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_bytes(
        b"user_id;created_at;full_name;shoe size\n1;01-02-2020;Zo\xeb;\n2;03-04-2020;Ann;41\n"
    )
    (tmp_path / "invoices.csv").write_text(
        "invoice_id,customer_id,invoice_date,total,status\n1,5,2020-01-31,9.5,paid\n"
        "2,5,31/01/2020,9.5,weird\n" + "3,5,2020-02-01,1,refund\n" * 20
    )
    (tmp_path / "broken.parquet").write_bytes(b"rubbish")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "misc.jsonl").write_text('{"x": 1}\n')
    text = propose(tmp_path)
    for doubt in (
        "# question: created_at: day or month first? %d-%m-%Y and %m-%d-%Y both fit;",
        "encoding: cp1252   # not UTF-8",
        'delimiter: ";"',
        "# not mapped: shoe size",
        "# invoice_date: more than one form of date: iso 21 of 22, %d/%m/%Y 1 of 22",
        "# status: no word of ours for weird: add them",
        "# broken.parquet cannot be read: ",
        "# empty.csv cannot be read: empty.csv: the file is empty",
        "# misc.jsonl: fits no table (columns x)",
        "zone: UTC          # not told by the files",
        "currency: XXX      # not told by the files",
    ):
        assert doubt in text, doubt
    batch = FileSource(tmp_path, parse_mapping(text, "p")).read(20_000)
    assert batch.tables["contacts"]["name"].to_pylist().count("Zoë") == 1
    assert {(r.line, r.column) for r in batch.rejected} >= {(3, "status")}


def test_nothing_to_connect(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing here looks like"):
        propose(tmp_path)
    with pytest.raises(BadInput, match="there is no such folder"):
        propose(tmp_path / "none")
    (tmp_path / "colours.csv").write_text("red,green\n1,2\n")
    with pytest.raises(BadInput, match=r"money:\n  colours.csv: fits no table \(columns gre"):
        propose(tmp_path)


NAMES = ["a b", 'say "hi"', "null", "user_id", "it's", "#x", "a: b", "{c}", "ü", "10"]


def test_odd_names_survive(tmp_path: Path) -> None:
    header = ",".join('"' + name.replace('"', '""') + '"' for name in NAMES)
    (tmp_path / "user logins #1.csv").write_text(header + ",time\n" + "1," * 10 + "2020-01-02\n")
    mapping = parse_mapping(propose(tmp_path), "p")
    assert an_input(mapping, "events").file == "user logins #1.csv"
    assert cells(mapping, "events")["event_key"].key == tuple(sorted((*NAMES, "time")))
    assert FileSource(tmp_path, mapping).read(20_000).tables["events"].num_rows == 1
