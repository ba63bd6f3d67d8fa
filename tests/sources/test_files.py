"""Files as companies really send them: encodings, quotes, line ends, formats, and hostile ones."""

import gzip
import re
from pathlib import Path

import duckdb
import pytest

from tests.sources.folders import AS_OF, TICKETS, column, read, told
from tools.errors import BadInput

CSV = TICKETS.format(file="a.csv")
OUT, KEPT = "the row is left out", "the row is kept without it"


def test_a_plain_file(tmp_path: Path) -> None:
    batch = read(tmp_path, CSV, a_csv="id,opened,score\n1,2020-01-02,4\n2,2020-01-03,\n")
    table = batch.tables["tickets"]
    assert column(table, "ticket_ref") == ["acme:1", "acme:2"]
    assert column(table, "opened_day") == [18263, 18264]
    assert column(table, "satisfaction") == [4.0, None]
    assert column(table, "known_day") == [AS_OF, AS_OF]
    assert column(table, "observed_at") == [AS_OF * 86_400_000_000] * 2
    assert batch.rejected == ()
    assert batch.read == {"tickets": 2}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfid,opened,score\n1,2020-01-02,4\n",
        b"id,opened,score\r\n1,2020-01-02,4\r\n",
        b"id,opened,score\r1,2020-01-02,4\r",
        b"id,opened,score\n\n1,2020-01-02,4\r\n\n",
        b' id , opened,score\n" 1 "," 2020-01-02 ", 4',
        b'"id","opened","sc\n\nore","score"\n1,2020-01-02,"a\nb",4\n',
    ],
    ids=["bom", "crlf", "cr", "mixed", "spaces", "quoted newlines"],
)
def test_one_row_however_it_is_written(tmp_path: Path, content: bytes) -> None:
    batch = read(tmp_path, CSV, a_csv=content)
    (row,) = batch.tables["tickets"].to_pylist()
    assert (row["ticket_ref"], row["opened_day"], row["satisfaction"]) == ("acme:1", 18263, 4.0)
    assert batch.rejected == ()


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    mapping = CSV.replace("satisfaction: score", "priority: {value: low}").replace(
        "occurred:", f"encoding: {encoding}\n    occurred:"
    )
    batch = read(tmp_path, mapping, a_csv="id,opened\nzoë,2020-01-02\n".encode(encoding))
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:zoë"]


def test_blanks_of_any_length_between_columns(tmp_path: Path) -> None:
    mapping = CSV.replace("occurred:", "delimiter: whitespace\n    occurred:", 1)
    content = " id  opened   score\r\n 1\t2020-01-02  4 \r\n2 2020-01-0x 3\r\n 3 2020-01-04\r\n"
    batch = read(tmp_path, mapping, a_csv=content)
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:1"]
    assert column(batch.tables["tickets"], "satisfaction") == [4.0]
    assert {line[1] for line in told(batch)} == {3, 4}


def test_tsv_and_headerless(tmp_path: Path) -> None:
    tsv = TICKETS.format(file="a.tsv") + "    header: [id, opened, score]\n"
    batch = read(tmp_path, tsv, a_tsv='1\t"2020-01-02"\t3\n2\t2020-01-0x\t3\n')
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:1"]
    assert told(batch)[0][1] == 2


def test_jsonl_reaches_into_objects_and_reports_bad_lines(tmp_path: Path) -> None:
    mapping = TICKETS.format(file="a.jsonl").replace("score", "meta.score")
    lines = (
        '{"id":7,"opened":"2020-01-02","meta":{"score":4}}\n\n{"id":\n[1]\n{"id":8,"opened":"x"}\n'
    )
    batch = read(tmp_path, mapping, a_jsonl=lines)
    assert column(batch.tables["tickets"], "satisfaction") == [4.0]
    assert told(batch) == [
        ("a.jsonl", 3, "", '{"id":', f"not a JSON object; {OUT}"),
        ("a.jsonl", 4, "", "[1]", f"not a JSON object; {OUT}"),
        ("a.jsonl", 5, "occurred_at", "x", f"not a date of the form iso; {OUT}"),
        ("a.jsonl", 5, "opened_day", "x", f"not a date of the form iso; {OUT}"),
    ]
    assert batch.read == {"tickets": 4}


def test_parquet_of_any_type_and_a_glob(tmp_path: Path) -> None:
    for n in (1, 2):
        duckdb.sql(
            f"COPY (SELECT {n}::DOUBLE AS id, TIMESTAMP '2020-01-02 03:04:05' AS opened, "
            f"{n} AS score) TO '{tmp_path}/p{n}.parquet'"
        )
    mapping = TICKETS.format(file='"p*.parquet"').replace(
        "ref: id", "ref: {sql: cast(id as bigint)}"
    )
    batch = read(tmp_path, mapping)
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:1", "acme:2"]
    assert batch.tables["tickets"]["occurred_at"][0].as_py() == 1_577_934_245_000_000


def test_malformed_lines_are_told_with_their_true_line(tmp_path: Path) -> None:
    content = (
        b"id,opened,score\n"
        b'1,2020-01-02,"4"\n'
        b'"2\n\n2",2020-01-02,4\n'
        b"\n"
        b"3,2020-01-02\n"
        b"4,2020-01-02,4,5\n"
        b'5,2020-01-02,"4"x\n'
        b"6,2020-01-02,\xff\n"
        b"7,2020-01-02,4\n"
        b"8,never,bad\n"
    )
    batch = read(tmp_path, CSV, a_csv=content)
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:1", "acme:2\n\n2", "acme:7"]
    assert [(line, name, why.split(";")[0]) for _, line, name, _, why in told(batch)] == [
        (7, "", "too few columns"),
        (8, "", "too many columns"),
        (9, "", "a quote is not closed"),
        (10, "", "not of the encoding"),
        (12, "occurred_at", "not a date of the form iso"),
        (12, "opened_day", "not a date of the form iso"),
        (12, "satisfaction", "not a number"),
    ]
    assert batch.read == {"tickets": 8}


def test_an_unclosed_quote_costs_one_line(tmp_path: Path) -> None:
    good = [f"{n},2020-01-02,{n % 5}" for n in range(2_000)]
    lines = ["id,opened,score", *good[:500], 'x,2020-01-02,"4', *good[500:], 'y,"2020', "z,2020,"]
    batch = read(tmp_path, CSV, a_csv="\n".join(lines) + "\n")
    assert batch.tables["tickets"].num_rows == 2_000
    assert {line for _, line, *_ in told(batch)} == {502, 2_003, 2_004}


def test_line_numbers_in_a_large_file(tmp_path: Path) -> None:
    lines = [f"{n},2020-01-02,{'x' if n % 9_999 == 0 else 1}" for n in range(1, 100_001)]
    batch = read(tmp_path, CSV, a_csv="\n".join(["id,opened,score", *lines]))
    assert [line for _, line, *_ in told(batch)] == [9_999 * n + 1 for n in range(1, 11)]
    assert {why for *_, why in told(batch)} == {f"not a number; {KEPT}"}
    assert batch.tables["tickets"].num_rows == 100_000


def test_a_cell_of_ten_megabytes(tmp_path: Path) -> None:
    big = "y" * 10_000_000
    batch = read(tmp_path, CSV, a_csv=f"id,opened,score\n1,2020-01-02,{big}\n2,2020-01-02,3\n")
    assert batch.tables["tickets"].num_rows == 2
    assert told(batch) == [("a.csv", 2, "satisfaction", "y" * 200, f"not a number; {KEPT}")]


def test_a_nul_is_no_usable_id(tmp_path: Path) -> None:
    batch = read(tmp_path, CSV, a_csv="id,opened,score\na\0b,2020-01-02,3\nc,2020-01-02,3\n")
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:c"]
    assert told(batch) == [("a.csv", 2, "ticket_ref", "a\0b", f"not a usable id; {OUT}")]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    batch = read(tmp_path, CSV, a_csv="id,opened,score\n")
    assert batch.tables["tickets"].num_rows == 0
    assert batch.read == {"tickets": 0}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a_csv", b"", "a.csv: the file is empty"),
        ("a_csv", b"\n\n", "a.csv: line 1 is empty"),
        ("a_csv", bytes(range(256)) * 9, "a.csv: cannot be read as csv"),
        ("a_csv", b"PK\0\0,\0\n1\n", "a.csv: cannot be read as csv: the header line is no text"),
        ("a_csv", b"id,opend,score\n", "has no column 'opened'; did you mean 'opend'?"),
        ("a_csv", b"id,opened,score,id\n", "a.csv has 2 columns named 'id'"),
        ("b_csv", b"id,opened,score\n", "there is no 'a.csv'"),
    ],
)
def test_a_file_that_cannot_be_read_stops(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(BadInput, match=re.escape(message)):
        read(tmp_path, CSV, **{name: content})


def test_the_nearest_file_and_the_key_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"acme.yaml: inputs\[1\] \(tickets\): file.*'b.csv'"):
        read(tmp_path, CSV, b_csv="id,opened,score\n")
    with pytest.raises(BadInput, match=r"columns.satisfaction: a.csv has no column 'score'"):
        read(tmp_path, CSV, a_csv="id,opened\n")


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_binary_rubbish_stops(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(BadInput, match=f"a.{suffix}: cannot be read as {suffix}"):
        read(tmp_path, TICKETS.format(file=f"a.{suffix}"), **{f"a_{suffix}": b"rubbish\x00\xff\n"})


def test_wrong_encoding_stops(tmp_path: Path) -> None:
    mapping = CSV.replace("occurred:", "encoding: ascii\n    occurred:")
    with pytest.raises(BadInput, match=r"a\.csv: cannot be read"):
        read(tmp_path, mapping, a_csv="id,opened,score\nzoë,2020-01-02,1\n")


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_packed_parts_are_one_input(tmp_path: Path, kind: str) -> None:
    texts = ["id,opened,score\n1,2020-01-02,4\n", "id,opened,score\n2,2020-01-02,x\n"]
    if kind == "jsonl":
        texts = [
            '{"id":"1","opened":"2020-01-02","score":4}\n',
            '{"id":"2","opened":"2020-01-02","score":"x"}\n',
        ]
    for n, text in enumerate(texts):
        (tmp_path / f"part_{n}.{kind}.gz").write_bytes(gzip.compress(text.encode()))
    batch = read(tmp_path, TICKETS.format(file=f'"part_*.{kind}.gz"'))
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:1", "acme:2"]
    bad = (f"part_1.{kind}.gz", 1 + (kind == "csv"), "satisfaction", "x", f"not a number; {KEPT}")
    assert told(batch) == [bad]


def test_a_torn_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id,opened,score\n" * 999)[:40])
    with pytest.raises(BadInput, match=r"a\.csv\.gz: cannot be unpacked"):
        read(tmp_path, TICKETS.format(file="a.csv.gz"))


def test_utf16_that_says_so_is_read_without_being_told(tmp_path: Path) -> None:
    batch = read(tmp_path, CSV, a_csv="id,opened,score\nzoë,2020-01-02,4\n".encode("utf-16"))
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:zoë"]
    line = '{"id":"zoë","opened":"2020-01-02","score":4}\n'
    batch = read(tmp_path, TICKETS.format(file="a.jsonl"), a_jsonl=line.encode("utf-16"))
    assert column(batch.tables["tickets"], "ticket_ref") == ["acme:zoë"]


def test_a_line_that_is_too_long_is_left_out_and_named(tmp_path: Path) -> None:
    long = '{"id":1,"opened":"2020-01-02","score":"' + "9" * 70_000_000 + '"}\n'
    batch = read(tmp_path, TICKETS.format(file="a.jsonl"), a_jsonl=long + long[:39] + '3"}\n')
    assert batch.tables["tickets"].num_rows == 1
    assert [(line, why) for _, line, _, _, why in told(batch)] == [
        (1, f"the record is too long; {OUT}")
    ]
