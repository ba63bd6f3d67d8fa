"""A mapping is read strictly: a table of what a person may get wrong, and what they are told."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.errors import BadInput
from tools.sources.parse import parse_mapping, read_mapping

TABLE = yaml.safe_load((Path(__file__).parent / "mapping_errors.yaml").read_text())
STATES = """
company: Acme
zone: UTC
inputs:
  - table: deals
    file: a.csv
    occurred: unknown
    columns: {deal_ref: id, state: %s}
"""


def test_the_mapping_of_the_table_is_good() -> None:
    mapping = parse_mapping(TABLE["mapping"], "acme.yaml")
    assert (mapping.company, mapping.source, mapping.space) == ("Acme", "acme", "acme")


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["message"][:50])
def test_what_is_wrong_is_told(case: dict[str, Any]) -> None:
    old, new = case["change"]
    assert old in TABLE["mapping"]
    with pytest.raises(BadInput) as told:
        parse_mapping(TABLE["mapping"].replace(old, new, 1), "acme.yaml")
    assert case["message"] in str(told.value)
    assert str(told.value).startswith("acme.yaml")


@pytest.mark.parametrize("state", ["{value: lost}", "{from: s, values: {a: won}, else: open}"])
def test_words_of_a_closed_vocabulary(state: str) -> None:
    assert parse_mapping(STATES % state, "a").inputs[0].table == "deals"
    wrong = state.replace("lost", "losst").replace("open", "oppen")
    with pytest.raises(BadInput, match="is not known; did you mean"):
        parse_mapping(STATES % wrong, "a")


def test_scalars_are_text_and_keys_are_what_is_written() -> None:
    text = STATES % "{from: s, values: {NO: won, 010: lost, on: open, 'null': open, x: null}}"
    (cell,) = (c for c in parse_mapping(text, "a").inputs[0].cells if c.name == "state")
    assert cell.values == (
        ("NO", "won"),
        ("010", "lost"),
        ("on", "open"),
        ("null", "open"),
        ("x", None),
    )


def test_inputs_of_a_table_agree_on_what_they_keep() -> None:
    other = (
        (STATES % "{value: won}")
        .split("inputs:\n")[1]
        .replace("occurred", "keep: earliest\n    occurred")
    )
    with pytest.raises(BadInput, match=r"inputs\[2\] \(deals\): keep: earliest differs from all"):
        parse_mapping(STATES % "{value: won}" + other, "a")


@pytest.mark.parametrize("text", ["", "[]", "inputs", "company: A\nzone: UTC\ninputs: []"])
def test_nothing_useful_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_mapping(text, "a")


def test_a_missing_mapping_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none.yaml: cannot read the mapping"):
        read_mapping(tmp_path / "none.yaml")
