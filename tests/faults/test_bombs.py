"""Fault 81: what is small and stands for much, or is one line without end, stops no morning."""

import gzip
import json
import os
import resource
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from agent.rulebook import FILES, read_rulebook
from config.settings_file import SettingsError, read_settings_file
from tests.conftest import CHECKOUT
from tests.effort import WHOLE
from tests.faults.broken import BOMB
from tools.errors import BadInput
from tools.reading import load_yaml, parse_strict
from tools.sources.files import FileSource
from tools.sources.packed import LARGE
from tools.sources.parse import parse_mapping
from tools.sources.strict import load

pytestmark = pytest.mark.fault(81)
MERGES = "a: &a {k: 1}\n" + "".join(
    f"{one}: &{one} {{<<: [{', '.join([f'*{before}'] * 9)}]}}\n"
    for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS = {
    "lists": BOMB.decode(),
    "merged keys": MERGES,
    "one list in itself": "a: &a [*a, *a]\n",
    "nested": "a: " + "[" * 100_000,
    "nested and closed": "a: " + "[" * 5_000 + "]" * 5_000,
    "nested blocks": "".join(f"{' ' * n}a:\n" for n in range(2_000)),
    "nested keys": "? " * 5_000 + "a",
}
READERS: dict[str, Callable[[str], object]] = {
    "policies": load_yaml,
    "plays": lambda text: parse_strict(text, "plays.yaml"),
    "mapping": lambda text: load(text, "company.yaml"),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_of_yaml_refuses_a_bomb_at_once(reader: str, bomb: str) -> None:
    started = time.monotonic()
    with pytest.raises((BadInput, yaml.YAMLError)) as refused:
        READERS[reader](BOMBS[bomb])
    assert time.monotonic() - started < 5
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("name", [*FILES, "economics"])
def test_each_policy_with_a_bomb_is_refused_with_its_name(name: str, tmp_path: Path) -> None:
    for file in FILES:
        text = (CHECKOUT / "policies" / f"{file}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{file}.yaml").write_text(text, encoding="utf-8")
    text = (CHECKOUT / "config" / "economics.yaml").read_text(encoding="utf-8")
    (tmp_path / "economics.yaml").write_text(text, encoding="utf-8")
    (tmp_path / f"{name}.yaml").write_bytes(BOMB)
    with pytest.raises(BadInput, match=rf"(?s){name}.*aliases stand for over"):
        read_rulebook(tmp_path, tmp_path / "economics.yaml")


@pytest.mark.parametrize("bomb", sorted(BOMBS.keys() - {"one list in itself"}))
def test_the_settings_refuse_a_bomb(bomb: str, tmp_path: Path) -> None:
    (tmp_path / "lifecycle.yaml").write_text(BOMBS[bomb])
    with pytest.raises(SettingsError, match=r"lifecycle\.yaml"):
        read_settings_file(tmp_path / "lifecycle.yaml")


def test_aliases_in_measure_are_read_as_ever() -> None:
    assert load_yaml("a: &a [1, 2]\nb: *a\nc: {<<: {x: 1}}") == {
        "a": [1, 2],
        "b": [1, 2],
        "c": {"x": 1},
    }
    assert len(load_yaml("- 1\n" * 100_002)) == 100_002  # long is no bomb


def test_no_yaml_is_read_past_these_readers() -> None:
    """Files of the product itself apart, `yaml.load` stands where bombs are refused."""
    found = {
        path.relative_to(CHECKOUT).as_posix()
        for folder in ("agent", "approvals", "policies", "tools", "config")
        for path in (CHECKOUT / folder).rglob("*.py")
        if "yaml.load(" in path.read_text(encoding="utf-8")
        or "safe_load(" in path.read_text(encoding="utf-8")
    }
    shipped = {"tools/sources/words.py", "tools/reports/audit/catalogue.py"}
    assert found - shipped == {
        "tools/reading.py",
        "tools/sources/strict.py",
        "config/settings_file.py",
    }


CSV = """
company: Acme
zone: UTC
inputs:
  - table: accounts
    file: "{name}"
    columns:
      account_ref: id
      name: name
    occurred: unknown
"""


def read(path: Path, longest: int) -> tuple[int, list[tuple[int, str]]]:
    """How many accounts a file has, and what was set aside, by line and reason."""
    mapping = parse_mapping(CSV.format(name=path.name), "company.yaml")
    batch = FileSource(path.parent, mapping, longest).read(20_000)
    bad = [(one.line, one.reason.partition(";")[0]) for one in batch.rejected]
    return batch.tables["accounts"].num_rows, bad


def _csv(long: str) -> str:
    return f"id,name\n1,Ann\n2,{long}\n3,Bob\n"


def _jsonl(long: str) -> str:
    lines = [{"id": "1", "name": "Ann"}, {"id": "2", "name": long}, {"id": "3", "name": "Bob"}]
    return "".join(json.dumps(one) + "\n" for one in lines)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "form", "line"), [("accounts.csv", _csv, 3), ("accounts.jsonl", _jsonl, 2)]
)
def test_a_line_too_long_is_set_aside_and_the_others_are_read(
    name: str, form: Callable[[str], str], line: int, ends: str, tmp_path: Path
) -> None:
    text = form("x" * 3_000_000).replace("\n", ends)
    for packed in (False, True):
        content = gzip.compress(text.encode()) if packed else text.encode()
        path = tmp_path / (f"{name}.gz" if packed else name)
        path.write_bytes(content)
        assert read(path, 2_000_000) == (2, [(line, "the record is too long")])
        assert read(path, 4_000_000) == (3, [])


@pytest.mark.parametrize("name", ["accounts.csv", "accounts.jsonl"])
@pytest.mark.parametrize("text", ["", "x", "id,name\n", "\n\n\n", "\r\r\r"])
def test_short_files_are_left_as_they_are(name: str, text: str, tmp_path: Path) -> None:
    from tools.sources.long_lines import without_long_lines  # noqa: PLC0415 - its own test
    from tools.sources.mapping import Reader  # noqa: PLC0415 - its own test

    path = tmp_path / name
    path.write_text(text)
    reader = Reader(format="csv", delimiter=",", encoding="utf-8", header=None, nulls=())
    assert without_long_lines(path, name, reader, tmp_path / "copy", 5)[0] in {
        path,
        tmp_path / "copy",
    }
    assert without_long_lines(path, name, reader, tmp_path / "copy", 50) == (path, ())


@pytest.mark.skipif(not WHOLE, reason="writes 2 GB; TESTS=whole does")
@pytest.mark.parametrize(
    ("name", "begin"),
    [("accounts.csv", b"id,name\n1,Ann\n"), ("accounts.jsonl", b'{"id": "1", "name": "Ann"}\n')],
)
def test_a_line_of_two_gigabytes_is_set_aside_in_bounded_memory(
    name: str, begin: bytes, tmp_path: Path
) -> None:
    with (tmp_path / name).open("wb") as out:
        out.write(begin)
        out.seek(2_000_000_000, os.SEEK_CUR)
        out.write(b"\n" + begin.splitlines(keepends=True)[-1].replace(b"1", b"9"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows, bad = read(tmp_path / name, 16_000_000)
    assert (rows, [why for _, why in bad]) == (2, ["the record is too long"])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


def test_json_nested_without_end_is_set_aside(tmp_path: Path) -> None:
    deep = '{"id": "2", "name": ' + "[" * 300_000 + "]" * 300_000 + "}"
    half = '{"id": "2", "name": ' + '{"a":' * 300_000
    lines = ['{"id": "1", "name": "Ann"}', deep, half, '{"id": "3", "name": "Bob"}']
    path = tmp_path / "accounts.jsonl"
    path.write_text("\n".join(lines) + "\n")
    done: list[tuple[int, list[tuple[int, str]]]] = []
    thread = threading.Thread(target=lambda: done.append(read(path, 16_000_000)))
    thread.start()
    thread.join(60)
    assert done
    rows, bad = done[0]
    assert rows in {2, 3}
    assert (3, "not a JSON object") in bad


def test_what_swells_when_unpacked_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "accounts.csv.gz", "wb", compresslevel=9) as out:
        for _ in range(LARGE // 10_000_000 + 2):
            out.write(b"\0" * 10_000_000)
    with pytest.raises(BadInput, match=r"accounts\.csv\.gz: cannot be unpacked: it swells"):
        read(tmp_path / "accounts.csv.gz", 16_000_000)
