"""Whatever column or file name says no, the proposed mapping hears it; and from which day on."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tools.days import day_number
from tools.sources.files import FileSource
from tools.sources.inspect import propose
from tools.sources.parse import parse_mapping

AS_OF = 20_700  # in September 2026
FRONT = "Contact ID,Name,Email,Create Date"

# More columns; the cells of Ann, Bob and Cia; may we mail each of them?
COLUMNS: list[tuple[str, tuple[str, str, str], tuple[bool | None, ...]]] = [
    ("Unsubscribed from all email,Email hard bounce reason",
     ("false,", "true,", "false,UNKNOWN_USER"), (True, False, False)),
    ("Unsubscribed from all email,Email hard bounce reason",
     (",", ",", ",UNKNOWN_USER"), (None, None, False)),
    ("Subscribed,Unsubscribed", ("yes,no", "yes,yes", "no,no"), (True, False, False)),
    ("Email Opt Out", ("Opted Out", "", "no"), (False, None, True)),
    ("Email Opt Out,Do Not Email", ("0,1", "0,0", "1,0"), (False, True, False)),
    ("Unsubscribed At", ("2025-03-01", "", "2025-03-02 10:00:00"), (False, None, False)),
    ("Opted In,Opt Out Date", ("true,2025-03-01", "true,", "false,"), (False, True, False)),
    ("Email Marketing Consent", ("SUBSCRIBED", "NEVER_SUBSCRIBED", "UNSUBSCRIBED"),
     (True, False, False)),
    ("Marketing status", ("subscribed", "pending", "cleaned"), (True, None, False)),
    ("HasOptedOutOfEmail,EmailBouncedReason,IsEmailBounced",
     ("false,,false", "false,550 no such user,true", "false,,true"), (True, False, False)),
    ("Accepts Email Marketing,Marked email as spam", ("yes,false", "yes,true", "yes,TRUE"),
     (True, False, False)),
]  # fmt: skip


def consents(folder: Path) -> "dict[str, tuple[Any, Any]]":
    """The consent and its day by address, as a proposed mapping reads them; nothing refused."""
    batch = FileSource(folder, parse_mapping(propose(folder), "proposal")).read(AS_OF)
    assert batch.rejected == ()
    rows = sorted(batch.tables["contacts"].to_pylist(), key=lambda row: str(row["email"]))
    return {row["email"]: (row["email_consent"], row["email_consent_day"]) for row in rows}


def day_of(text: str) -> int:
    """The number of a day."""
    return day_number(date.fromisoformat(text))


def people(more: str, cells: tuple[str, ...]) -> str:
    """A file of Ann, Bob and Cia with more columns."""
    who = ("Ann", "Bob", "Cia")
    rows = [
        f"{n}01,{name} Ash,{name}@x.example,2025-01-0{n},{cell}"
        for n, (name, cell) in enumerate(zip(who, cells, strict=True), 1)
    ]
    return "\n".join([f"{FRONT},{more}", *rows]) + "\n"


@pytest.mark.parametrize(("more", "cells", "may"), COLUMNS, ids=lambda v: str(v)[:40])
def test_every_column_that_says_no_is_heard(
    tmp_path: Path, more: str, cells: tuple[str, ...], may: tuple[bool | None, ...]
) -> None:
    (tmp_path / "contacts.csv").write_text(people(more, cells), "utf-8")

    assert [yes for yes, _ in consents(tmp_path).values()] == list(may)


def test_a_no_that_comes_later_is_heard_by_the_mapping_of_before(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(people("Marketing status", ("Subscribed", "Subscribed", "")), "utf-8")
    mapping = parse_mapping(propose(tmp_path), "proposal")
    file.write_text(people("Marketing status", ("Unsubscribed", "Opted-Out", "")), "utf-8")

    rows = FileSource(tmp_path, mapping).read(AS_OF).tables["contacts"].to_pylist()

    found = {row["email"]: row["email_consent"] for row in rows}
    assert found == {"ann@x.example": False, "bob@x.example": False, "cia@x.example": None}


def test_a_word_that_nobody_knows_is_told(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(people("Marketing status", ("Subscribed", "Unsubscribed", "")), "utf-8")
    mapping = parse_mapping(propose(tmp_path), "proposal")
    file.write_text(people("Marketing status", ("Rescinded", "Subscribed", "")), "utf-8")

    batch = FileSource(tmp_path, mapping).read(AS_OF)

    assert [(r.column, r.value) for r in batch.rejected] == [("email_consent", "Rescinded")]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("suppressed_profiles.csv", """Email,Suppression Reason,Suppression Timestamp
ann@x.example,User Suppressed,2025-07-10T10:00:00+00:00
"""),
        ("cleaned_members_export.csv", """Email Address,First Name,OPTIN_TIME,CLEAN_TIME
ann@x.example,Ann,2025-01-05 10:00:00,2025-07-10 10:00:00
"""),
        ("unsubscribe_list.csv", "Email,Unsubscribed At\nann@x.example,2025-07-10\n"),
        ("do-not-mail list.csv", "Email Address,Opt out date\nann@x.example,2025-07-10\n"),
    ],
)  # fmt: skip
def test_a_file_of_those_who_left_says_no_from_their_day_on(
    tmp_path: Path, file: str, text: str
) -> None:
    (tmp_path / file).write_text(text, "utf-8")

    assert consents(tmp_path) == {"ann@x.example": (False, day_of("2025-07-10"))}


def test_the_day_of_a_yes_is_not_the_day_of_a_no(tmp_path: Path) -> None:
    more = "Subscribed,Opt In Date,Opt Out Date"
    cells = ("true,2025-02-01,", "false,2025-02-01,2025-03-01", "false,2025-02-01,")
    (tmp_path / "contacts.csv").write_text(people(more, cells), "utf-8")

    found = list(consents(tmp_path).values())

    assert found == [(True, day_of("2025-02-01")), (False, day_of("2025-03-01")), (False, None)]
