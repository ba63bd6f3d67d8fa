"""Numbers as people write them: the same amount however it is written, and no doubt guessed."""

import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.sources.folders import read, told
from tools.sources.batch import SourceBatch

DEALS = """
company: Acme
zone: UTC
currency: XXX
inputs:
  - table: deals
    file: a.tsv
    occurred: unknown
    columns: {{deal_ref: id, state: {{value: open}}, amount_minor: {{{origin}, unit: main}}}}
"""
MIXED = "could be read with a decimal point or a decimal comma; the row is kept without it"


def batch_of(texts: list[str], origin: str = "from: x") -> SourceBatch:
    rows = "id\tx\n" + "".join(f"{n:03}\t{text}\n" for n, text in enumerate(texts))
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), DEALS.format(origin=origin), a_tsv=rows)


def amounts(batch: SourceBatch) -> list[object]:
    rows = sorted(batch.tables["deals"].to_pylist(), key=lambda row: str(row["deal_ref"]))
    return [row["amount_minor"] for row in rows]


def test_an_expression_reads_written_numbers() -> None:
    found = batch_of(["$1,100.00", "1,5", "1,234", "2.5", ""], 'sql: "number(x) * 2"')
    assert amounts(found) == [220_000, 300, None, 500, None]
    assert [r[3] for r in told(found)] == ["x=1,234"]
    comma = batch_of(["1.234", "1,5"], "sql: \"-number(x, 'comma')\"")
    assert amounts(comma) == [-123_400, -150]


def test_refunds_by_the_prefix_of_their_number_are_negative() -> None:
    sql = "sql: \"case when x like 'C%' then -abs(number(substring(x, 2))) else number(x) end\""
    assert amounts(batch_of(["12.50", "C12.50"], sql)) == [1250, -1250]


def test_what_could_be_two_numbers_is_told() -> None:
    found = batch_of(["1,234", "12.50", "12,50", "1.234", "n/a"])
    assert amounts(found) == [None, 1250, 1250, None, None]
    assert [(r[1], r[4]) for r in told(found)] == [
        (2, MIXED),
        (5, MIXED),
        (6, "not an amount; the row is kept without it"),
    ]


def grouped(whole: int, separator: str) -> str:
    return f"{whole:,}".replace(",", separator)


BLANKS = [" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "'", "’", ""]


def written(minor: int, style: str, group: int, sign: int, coin: str) -> str:
    """An amount of minor units in one of the ways people write it."""
    separators = [*BLANKS, "," if style == "point" else "."]
    whole, cents = divmod(abs(minor), 100)
    mark = "." if style == "point" else ","
    body = grouped(whole, separators[group % len(separators)]) + f"{mark}{cents:02}"
    body = coin.format(body)
    if minor >= 0:
        return body
    return [f"-{body}", f"({body})", f"{body}-", f"−{body}"][sign]


COINS = st.sampled_from(["{}", "${}", "US$ {}", "{} EUR", "EUR {}", "{}€", "{} kr"])
AMOUNT = st.tuples(st.integers(-(10**11), 10**11), st.integers(0, 6), st.integers(0, 3), COINS)


@settings(max_examples=examples(40))
@given(st.lists(AMOUNT, min_size=1, max_size=8), st.sampled_from(["point", "comma"]), st.booleans())
def test_an_amount_is_the_same_however_it_is_written(
    made: list[tuple[int, int, int, str]], style: str, said: bool
) -> None:
    texts = [written(minor, style, group, sign, coin) for minor, group, sign, coin in made]
    origin = f"from: x, decimal: {style}" if said else "from: x"
    assert amounts(batch_of(texts, origin)) == [minor for minor, *_ in made]


@settings(max_examples=examples(40))
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6), st.sampled_from("KMB"))
def test_thousands_and_millions(parts: list[int], power: str) -> None:
    scale = {"K": 10**3, "M": 10**6, "B": 10**9}[power]
    texts = [f"${Decimal(n).scaleb(-2):,.2f}{power}" for n in parts]
    assert amounts(batch_of(texts)) == [n * scale for n in parts]


@settings(max_examples=examples(60))
@given(st.lists(st.text(alphabet="0123456789.,-+()$ KM%€", max_size=9), min_size=1, max_size=6))
def test_a_value_is_read_or_told(texts: list[str]) -> None:
    found = batch_of(texts)
    bad = {r.line - 2 for r in found.rejected}
    rows = amounts(found)
    for n, text in enumerate(texts):
        assert (rows[n] is None) == (n in bad or not text.strip())
