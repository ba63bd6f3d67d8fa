"""Every YAML the product reads refuses every kind of mistake, with the file's name."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.rulebook import parse_churn
from config.settings_file import SettingsError, read_settings_file
from policies.limit_book import parse_limits
from tests.conftest import CHECKOUT
from tools.customers.features import definitions
from tools.customers.features.definitions import parse_features
from tools.customers.segments.parse import parse_segments
from tools.customers.stages import parse_rules
from tools.errors import BadInput
from tools.reports.audit.catalogue import load_checks
from tools.reports.policy import parse_report_policy
from tools.roi.economics import parse_economics
from tools.roi.plays_parse import parse_plays
from tools.sources.parse import parse_mapping
from tools.sources.strict import load
from tools.warehouse.identity import load_rules

FEATURES = {feature.name for feature in definitions()} | {"active"}
READERS: dict[str, Callable[[str, str], object]] = {
    "policies/stages.yaml": parse_rules,
    "policies/segments.yaml": parse_segments,
    "policies/plays.yaml": lambda text, where: parse_plays(text, FEATURES, where=where),
    "policies/limits.yaml": parse_limits,
    "policies/churn.yaml": parse_churn,
    "policies/reports.yaml": parse_report_policy,
    "config/economics.yaml": parse_economics,
    "tools/warehouse/identity/rules.yaml": load_rules,
    "tools/customers/features/features.yaml": parse_features,
    "tools/reports/audit/checks.yaml": load_checks,
    "tools/sources/simulated.yaml": parse_mapping,
    "tools/sources/synonyms.yaml": load,
}
LOOSE = {"tools/sources/synonyms.yaml"}  # our own words: only its YAML is checked
GROUPED = {"tools/customers/features/features.yaml"}  # its first keys are names of its own
NESTED = re.compile(r"^( *(?:- )?)(\w+): [^|>{\n]*[^|>{:\n]$", re.MULTILINE)
VERSIONED = [n for n in READERS if n.startswith(("policies/", "config/"))]
OWNED = ["policies/stages.yaml", "policies/segments.yaml", "policies/limits.yaml",
         "config/economics.yaml"]  # fmt: skip


def text_of(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def refusal(name: str, text: str) -> str:
    """What the reader of a file says of a text, one line about the file."""
    with pytest.raises(BadInput) as refused:
        READERS[name](text, "mine.yaml")
    said = str(refused.value)
    assert said.startswith("mine.yaml"), said
    assert len(said) < 600, said
    return said


@pytest.mark.parametrize("name", READERS)
def test_the_shipped_file_is_read(name: str) -> None:
    READERS[name](text_of(name), "mine.yaml")


@pytest.mark.parametrize("name", READERS)
def test_a_key_written_twice_is_refused(name: str) -> None:
    text = text_of(name)
    first = re.findall(r"^(\w+):", text, re.MULTILINE)[-1]
    assert "twice" in refusal(name, f"{text}\n{first}: 1\n")


@pytest.mark.parametrize("name", READERS)
def test_a_key_written_twice_deep_inside_is_refused(name: str) -> None:
    text = text_of(name)
    inside = re.search(r"\{(\w+): ([^,{}\[\]]+)", text)
    if inside is not None:
        twice = text.replace(inside[0], f"{inside[0]}, {inside[1]}: {inside[2]}", 1)
    else:
        line = next(m for m in NESTED.finditer(text) if m[1])
        indent = " " * len(line[1])
        twice = text.replace(line[0], f"{line[0]}\n{indent}{line[0][len(line[1]) :]}", 1)
    assert "twice" in refusal(name, twice)


@pytest.mark.parametrize("name", sorted(READERS.keys() - LOOSE - GROUPED))
def test_an_unknown_key_is_refused_with_the_nearest(name: str) -> None:
    text = text_of(name)
    key = re.findall(r"^(\w+):", text, re.MULTILINE)[-1]
    said = refusal(name, re.sub(rf"^{key}:", f"{key[:-1]}:", text, count=1, flags=re.MULTILINE))
    assert f"unknown key {key[:-1]!r}; did you mean {key!r}" in said


@pytest.mark.parametrize("wrong", ["yes", "[1]", "{a: 1}", "2026-01-01", "''"])
@pytest.mark.parametrize("name", VERSIONED)
def test_a_version_that_is_none_is_refused(name: str, wrong: str) -> None:
    text = re.sub(r"^version: .*$", f"version: {wrong}", text_of(name), count=1, flags=re.MULTILINE)
    assert "version" in refusal(name, text)


@pytest.mark.parametrize("wrong", ["", "''", "' '", "3", "[a]", "yes"])
@pytest.mark.parametrize("name", OWNED)
def test_an_owner_who_is_nobody_is_refused(name: str, wrong: str) -> None:
    text = re.sub(r"\bowner: [^}\n]*", f"owner: {wrong}", text_of(name), count=1)
    assert "owner" in refusal(name, text)


@pytest.mark.parametrize("wrong", ["soon", "2026", "2026-13-01", "2026-01-01 10:00:00", "yes", ""])
@pytest.mark.parametrize("name", OWNED)
def test_a_day_that_is_none_is_refused(name: str, wrong: str) -> None:
    text = re.sub(r"\bvalid_from: [^,}\n]*", f"valid_from: {wrong}", text_of(name), count=1)
    assert "valid_from" in refusal(name, text) or "month must be in 1..12" in refusal(name, text)


@pytest.mark.parametrize(
    "text",
    [
        "- 1\n- 2\n", "", "3\n", "# nothing\n", "a: [\n", "a: &a [*a, *a]\n",
        "version: !!python/name:os.system x\n", "version: !secret x\n", "? [a]\n: 1\n",
        "a: " + "[" * 500_000 + "]" * 500_000,
    ],
    ids=["list", "empty", "number", "remark", "cut", "itself", "python", "tag", "key", "nested"],
)  # fmt: skip
@pytest.mark.parametrize("name", sorted(READERS.keys() - LOOSE))
def test_what_is_no_file_of_keys_is_refused(name: str, text: str) -> None:
    refusal(name, text)


@pytest.mark.parametrize("text", ["live: false\nlive: true\n", "deliver: {email: a, email: b}\n"])
def test_a_setting_written_twice_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "lifecycle.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"line \d: the key '\w+' is written twice"):
        read_settings_file(tmp_path / "lifecycle.yaml")
