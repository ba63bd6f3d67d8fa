"""YAML is read alike by whichever loader there is, and what is wrong is said with its place."""

from decimal import Decimal

import pytest
import yaml

from tools.errors import BadInput
from tools.reading import load_yaml, parse_strict

# What libyaml would take and the loader in Python does not.
TABS = ("a:\tb", "a: b\t# a remark")


@pytest.mark.parametrize("text", TABS)
def test_a_tab_means_the_same_with_and_without_libyaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(text)
    with pytest.raises(yaml.YAMLError):
        load_yaml(text)
    with pytest.raises(BadInput, match=r"x\.yaml: not readable as YAML"):
        parse_strict(text, "x.yaml")


def test_what_is_wrong_is_shown_with_its_line() -> None:
    with pytest.raises(BadInput, match=r"(?s)x.yaml.*line 2.*b: c: d"):
        parse_strict("a: 1\nb: c: d\n", "x.yaml")


def test_decimals_stay_exact_and_a_key_written_twice_is_refused() -> None:
    assert parse_strict("a: 0.10\n", "x.yaml") == {"a": Decimal("0.10")}
    with pytest.raises(BadInput, match="written twice"):
        parse_strict("a: 1\na: 2\n", "x.yaml")
