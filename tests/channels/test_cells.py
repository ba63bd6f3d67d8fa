"""No cell is a formula, in whatever way a spreadsheet cuts the file up."""

import csv
import io
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.channels.cells import row, safe_number, safe_text

TABLE = [
    ("", ""),
    ("plain, words; and - one dash", "plain, words; and - one dash"),
    ("a-b", "a-b"),
    ("sam@acme.example", "sam@acme.example"),
    ("=1+1", "'=1+1"),
    ("+1", "'+1"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("＝1", "'＝1"),
    ("＋1", "'＋1"),
    ("－1", "'－1"),
    ("＠x", "'＠x"),
    ("  =1", "'  =1"),
    ("\ufeff\u200b=1", "'\ufeff\u200b=1"),
    ("\u3164=1", "'\u3164=1"),
    ("\u202e=1", "'\u202e=1"),
    ("\tx", "'\tx"),
    ("\rx", "'\rx"),
    ("\nx", "'\nx"),
    ("\t=1", "'\t'=1"),
    ("a;=1", "a;'=1"),
    ("a; =1", "a;' =1"),
    ("a,=1", "a,'=1"),
    ('a"=1', "a\"'=1"),
    ("a\n-1", "a\n'-1"),
    ("a\r\n=1", "a\r\n'=1"),
    ("a|@b", "a|'@b"),
    ("a\t\u200b+b", "a\t'\u200b+b"),
]
DANGER = re.compile("[=+\\-@＝＋－＠]")
texts = st.text(alphabet="=+-@＝＠,;|\"'\t\r\n \u200b\ufeff\u3164ab1", max_size=30)


@pytest.mark.parametrize(("given_text", "cell"), TABLE)
def test_table(given_text: str, cell: str) -> None:
    assert safe_text(given_text) == cell


@pytest.mark.parametrize("number", ["0", "12", "-120.50", "99999999999999999999.01"])
def test_a_plain_number_stays_a_number(number: str) -> None:
    assert safe_number(number) == number


@pytest.mark.parametrize(
    "number", ["-1+1", "-", "-1e5", "--1", "-１", "-1\n", "=1", "-1;=2", "-.5"]
)
def test_what_only_starts_like_a_number_is_text(number: str) -> None:
    assert safe_number(number).startswith("'")


@given(texts)
def test_no_piece_of_a_cell_starts_a_formula(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(("\t", "\r", "\n"))
    for piece in re.split('[,;|"\t\r\n]', safe):
        seen = piece.lstrip(" \u200b\ufeff\u3164")
        assert not DANGER.match(seen)


@given(texts)
def test_only_quotes_are_added(text: str) -> None:
    assert safe_text(text).replace("'", "") == text.replace("'", "")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1))
def test_a_row_reads_back(cells: list[str]) -> None:
    text = row(cells).decode()
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [cells]


@given(texts)
def test_a_spreadsheet_set_to_semicolons_finds_no_formula(text: str) -> None:
    line = row(["first", safe_text(text), "last"]).decode()
    for piece in re.split("[;\r\n]", line):
        assert not DANGER.match(piece.strip(' "\t\u200b\ufeff\u3164'))


def test_a_megabyte_of_tabs_takes_one_pass() -> None:
    started = time.process_time()
    assert len(safe_text("\t" * 1_000_000)) == 1_000_001
    assert len(safe_text("\u200b" * 1_000_000)) == 1_000_000
    assert time.process_time() - started < 5
