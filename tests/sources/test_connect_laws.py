"""Laws of `connect`: names may be written in any way, systems share no ids, nothing crashes."""

import csv
import io
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.companies.connect_table import found_columns
from tests.effort import examples
from tests.sources.test_vendor_exports import AS_OF, EXPORTS, written
from tools.errors import BadInput
from tools.sources.files import FileSource
from tools.sources.inspect import propose
from tools.sources.parse import parse_mapping
from tools.sources.words import words

pytestmark = pytest.mark.long

TABLES = [v for v, e in EXPORTS.items() if all(name.endswith(".csv") for name in e["files"])]
SPELLINGS = (
    str.upper, str.lower, str.title, lambda name: name.replace(" ", "_"), lambda name: f" {name} "
)  # fmt: skip
WORDS = st.text("abcdefghij -_#:{}\"'", min_size=1, max_size=12)


def rewritten(text: str, seed: int, spell: int | None = None) -> str:
    """A CSV with its columns in another order, and their names in another spelling."""
    rows = list(csv.reader(io.StringIO(text)))
    order = list(range(len(rows[0])))
    random.Random(seed).shuffle(order)
    if spell is not None:
        rows[0] = [SPELLINGS[spell](name) for name in rows[0]]
    out = io.StringIO()
    csv.writer(out).writerows([[row[n] for n in order] for row in rows])
    return out.getvalue()


def said(folder: Path) -> str:
    """The proposal for a folder, or why there is none."""
    try:
        return propose(folder)
    except BadInput as refused:
        return str(refused)


def plain(text: str) -> dict[str, dict[str, str]]:
    """The columns of a proposal under names without spelling."""

    def parts(source: str) -> str:
        return ", ".join(sorted(words(part) for part in source.split(",")))

    return {
        table: {name: parts(source) for name, source in columns.items()}
        for table, columns in found_columns(text).items()
    }


@settings(max_examples=examples(8), deadline=None)
@given(
    vendor=st.sampled_from(TABLES),
    seed=st.integers(0, 99),
    spell=st.integers(0, len(SPELLINGS) - 1),
)
def test_order_and_spelling_of_names_change_nothing(vendor: str, seed: int, spell: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = written(Path(home) / vendor, vendor)
        before = propose(folder)
        for path in folder.iterdir():
            path.write_text(rewritten(path.read_text("utf-8"), seed), "utf-8")
        assert propose(folder) == before
        for path in folder.iterdir():
            path.write_text(rewritten(path.read_text("utf-8"), seed, spell), "utf-8")
        assert plain(propose(folder)) == plain(before)


@settings(max_examples=examples(8), deadline=None)
@given(vendor=st.sampled_from(list(TABLES)), data=st.data())
def test_strange_columns_never_stop_connect(vendor: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = written(Path(home) / vendor, vendor)
        path = data.draw(st.sampled_from(sorted(folder.iterdir())))
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        renamed = data.draw(st.integers(0, len(rows[0]) - 1))
        rows[0][renamed] = data.draw(WORDS)
        rows = [[*row, data.draw(WORDS)] for row in rows]
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        path.write_text(out.getvalue(), "utf-8")
        text = said(folder)
        if "inputs:" not in text:
            assert path.name in text  # refused: the file is named
            return
        assert text == said(folder)
        FileSource(folder, parse_mapping(text, "p")).read(AS_OF)


@settings(max_examples=examples(12), deadline=None)
@given(
    ours=st.sets(st.integers(1, 9), min_size=1),
    theirs=st.sets(st.integers(1, 9), min_size=1),
    names=st.sampled_from(
        [
            ("crm_companies", "billing_customers"),
            ("crm/companies", "erp/clients"),
            ("accounts", "customers"),
        ]
    ),
    billed=st.booleans(),
)
def test_two_systems_never_share_an_id_space(
    ours: set[int], theirs: set[int], names: tuple[str, str], *, billed: bool
) -> None:
    with tempfile.TemporaryDirectory() as home:
        for name, ids, word in zip(names, (ours, theirs), ("Alder", "Birch"), strict=True):
            path = Path(home) / f"{name}.csv"
            path.parent.mkdir(exist_ok=True)
            rows = "".join(f"{n},{word} {n},2025-01-1{n % 9}\n" for n in sorted(ids))
            path.write_text("id,name,created\n" + rows)
        if billed:
            rows = "".join(f"s{n},{n},pro,9.00,2025-02-01\n" for n in sorted(theirs))
            (Path(home) / f"{names[1]}_subscriptions.csv").write_text(
                "id,customer_id,plan,mrr,start_date\n" + rows
            )
        mapping = parse_mapping(propose(Path(home)), "p")
        batch = FileSource(Path(home), mapping).read(AS_OF)
    found = {(row["account_ref"], row["name"]) for row in batch.tables["accounts"].to_pylist()}
    assert len({ref for ref, _ in found}) == len(ours) + len(theirs)


@settings(max_examples=examples(5), deadline=None)
@given(ids=st.sets(st.integers(1, 99), min_size=1, max_size=9))
def test_one_list_in_two_systems_is_one_space_when_names_agree(ids: set[int]) -> None:
    with tempfile.TemporaryDirectory() as home:
        for name in ("crm_companies", "billing_customers"):
            rows = "".join(f"{n},Alder {n},2025-01-11\n" for n in sorted(ids))
            (Path(home) / f"{name}.csv").write_text("id,name,created\n" + rows)
        batch = FileSource(Path(home), parse_mapping(propose(Path(home)), "p")).read(AS_OF)
    assert len(set(batch.tables["accounts"]["account_ref"].to_pylist())) == len(ids)
