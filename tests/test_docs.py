"""The README stays true: its folders exist, its commands run, its figures are the demo's."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.faults.broken import every_command

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
COMMANDS = set(re.findall(r"(?:`|^)lifecycle\s([a-z-]+)\b", README, flags=re.MULTILINE))


def _lifecycle(*arguments: str) -> str:
    command = [sys.executable, "-m", "agent.cli", *arguments]
    wide = os.environ | {"COLUMNS": "110"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=CHECKOUT, env=wide
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_folder_of_the_map_exists_and_none_is_missing() -> None:
    shown = set(re.findall(r"^\| `([a-z_/]+)/` \|", README, flags=re.MULTILINE))
    floors = {p.name for p in CHECKOUT.iterdir() if (p / "__init__.py").exists()} - {"tools"}
    inside = {f"tools/{p.parent.name}" for p in (CHECKOUT / "tools").glob("*/__init__.py")}

    assert floors | inside == shown


@pytest.mark.parametrize("target", re.findall(r"^make (\w+) +#", README, flags=re.MULTILINE))
def test_the_two_commands_are_targets(target: str) -> None:
    assert re.search(rf"^{target}:", (CHECKOUT / "Makefile").read_text(), flags=re.MULTILINE)


def test_every_command_named_is_a_command_and_every_command_is_named() -> None:
    shown = _lifecycle("--help")

    known = set(re.findall(r"^│ ([a-z][a-z-]+) ", shown, flags=re.MULTILINE))
    assert COMMANDS | {"demo"} == known


def test_every_option_named_is_an_option_of_its_command() -> None:
    """`lifecycle revenue --months 12` stood here for weeks, and there is no such option."""
    spans = re.findall(r"(?:`|^)lifecycle ([^`#\n]+)", README, flags=re.MULTILINE)
    named = [(span.split(), set(re.findall(r"--[a-z][a-z-]*", span))) for span in spans]
    lacking = [
        (words, option)
        for words, options in named
        for option in options
        if option not in _options(words)
    ]
    assert lacking == []


def _options(words: list[str]) -> set[str]:
    """The options of the command, or of the command in a group, that a span of the README names."""
    known = every_command()
    named = next(key for key in (tuple(words[:2]), tuple(words[:1])) if key in known)
    return {option for param in known[named].params for option in (*param.opts, "--help")}


@pytest.mark.long
@pytest.mark.xdist_group("demo")
def test_the_figures_are_those_of_the_demo(tmp_path: Path) -> None:
    """What the README says of the demo stands in what its commands say."""
    home = ("--home", str(tmp_path))
    shown = " ".join(_lifecycle("demo", "--no-inbox", *home).split())
    proposal = _queued(tmp_path, "Bluefield 458")[0]
    shown += " ".join(_lifecycle("explain", proposal, *home).split())
    shown += " ".join(_lifecycle("report", *home).split())
    shown += _decided(tmp_path)
    journey = README.split("## One customer's journey")[1].split("## Your own data")[0]

    figures = set(re.findall(r"\*\*([^*]+)\*\*", journey))
    assert figures
    assert {figure for figure in figures if figure not in shown} == set()
    (mail,) = (tmp_path / "outbox").glob("*.eml")
    headers = [line.split("…")[0] for line in journey.split("```")[1].strip().splitlines()]
    assert [one for one in headers if one not in mail.read_text(encoding="utf-8")] == []


def _queued(home: Path, account: str) -> tuple[str, str]:
    """The proposal for an account that waits, and the hash of its bytes."""
    queue = json.loads(_lifecycle("queue", "--json", "--home", str(home)))
    (found,) = (one for one in queue if one["envelope"]["who"]["account_name"] == account)
    return found["id"], found["sha256"]


def _decided(home: Path) -> str:
    """Approve the review of the journey, let ten minutes pass, and carry it out."""
    place = ("--home", str(home))
    proposal, sha256 = _queued(home, "Bluefield 458")
    token = _lifecycle("people", "token", "reviewer@demo.example", *place).strip()
    _lifecycle("approve", proposal, "--hash", sha256[:8], "--token", token, *place)
    settings = home / "lifecycle.yaml"
    told = settings.read_text(encoding="utf-8")
    later = re.sub(r"(?<=seconds: )-\d+", lambda shift: str(int(shift[0]) + 600), told)
    settings.write_text(later, encoding="utf-8")
    return _lifecycle("dispatch", *place) + _lifecycle("verify", *place)
