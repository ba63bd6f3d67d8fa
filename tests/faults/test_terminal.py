"""Fault 80: what stands in data never moves a terminal, nor passes for words of ours."""

import ast
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from agent.commands.console import table
from agent.commands.terminal import (
    SafeConsole,
    echo,
    echo_json,
    one_line,
    plain,
    safe_json,
    visible,
)
from tests.conftest import CHECKOUT
from tools.reports.accounts.text import mrkdwn

pytestmark = pytest.mark.fault(80)
ATTACKS = (
    "\x1b[2J\x1b[1;1Hqueued: 0",  # wipes the screen
    "\x1b]8;;https://evil.example\x07Acme\x1b]8;;\x07",  # a link with other words
    "\x1b]0;owned\x07", "\x1bP1$r\x1b\\", "\x1b[6n",  # title, device control, an answer typed back
    "\x9b31mred", "\x9d8;;x\x9c",  # the same in one byte
    "Acme\rEvil", "Acme\b\b\b\bEvil", "Acme\x7f", "a\x07b", "a\x0bb\x0cc",
    "\u202eexe.gnp", "\u2066a\u2069", "\u200fx", "a\u2028b", "\ufeffa", "\U000e0041", "\ud800",
    "[bold red]approved[/]", "[/]", "[link=https://evil.example]x[/link]", ":warning:",
    "[@click=x]",
)  # fmt: skip
OBEYED = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))} - {"\n", "\t"}
TURNED = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\ufeff")


def shown(*things: object, style: str = "") -> str:
    """What a terminal without colours of ours is sent."""
    out = io.StringIO()
    SafeConsole(file=out, width=200, color_system=None).print(*things, style=style or None)
    return out.getvalue()


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_way_to_print_shows_what_it_is_and_obeys_nothing(attack: str) -> None:
    ways = [
        shown(f"account {attack}"),
        shown(table("T", ("a",), [(attack,)])),
        shown(table(attack, (attack,), [])),
        shown(Text(attack)),
        shown(Group(Text(attack))),
        shown(Panel(attack)),
        shown(Panel("x", title=Text(attack))),
        shown(plain(attack)),
        visible(attack),
        one_line(attack),
    ]
    for way in ways:
        assert not OBEYED & set(way), way
        assert not TURNED & set(way), way
    if attack.startswith(("[", ":")):
        assert attack in ways[0]
        assert attack in ways[1]
    marked = io.StringIO()
    made = SafeConsole(file=marked, width=200, color_system=None)
    made.print(f"[b]{plain(attack)}[/]", markup=True)
    assert marked.getvalue() == shown(one_line(attack))  # markup of ours makes nothing of it


def test_what_is_named_is_measured_and_so_broken_into_lines_that_fit() -> None:
    lines = shown("\u202e " * 60).splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= 200


@pytest.mark.parametrize("between", ["\n", "\r\n", "\x0b", "\x85", "\u2028"])
def test_no_name_writes_a_line_of_its_own(between: str) -> None:
    assert one_line(f"Acme{between}approved") == "Acme approved"


@given(st.text())
def test_whatever_the_text_nothing_in_it_is_obeyed(text: str) -> None:
    said = shown(text) + shown(table("", ("x",), [(text,)])) + one_line(text)
    assert not (OBEYED | TURNED) & set(said)
    assert "\n" not in one_line(text)


@given(st.text())
def test_json_reads_the_same_and_holds_nothing_a_terminal_obeys(text: str) -> None:
    said = safe_json(json.dumps({"name": text}, ensure_ascii=False))
    assert json.loads(said) == {"name": text}
    assert not (OBEYED | TURNED) & set(said)


def test_what_is_for_programs_is_as_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    for attack in ATTACKS:
        echo(f'"{attack}","1"\r\n'.encode("utf-8", "replace").decode())
        echo_json({"name": attack})
    out = capsys.readouterr().out.replace("\r\n", "\n")
    assert not (OBEYED | TURNED) & set(out)


@pytest.mark.parametrize(
    "attack", ["<!channel>", "<https://evil|Acme>", "*x*", "a\x1b[2Jb", "\u202ex"]
)
def test_a_name_in_slack_is_text(attack: str) -> None:
    said = visible(mrkdwn(attack))
    assert "<" not in said
    assert not (OBEYED | TURNED) & set(said)


def test_nothing_is_printed_by_another_way() -> None:
    """`print`, `typer.echo` and rich's own console stand in one module."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in sorted((CHECKOUT / "agent").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _prints(node.func) and path.name != "terminal.py"
    ]
    assert found == []


def _prints(function: ast.expr) -> bool:
    words = ast.unparse(function)
    return words in {
        "print",
        "typer.echo",
        "typer.secho",
        "Console",
        "sys.stdout.write",
        "sys.stderr.write",
        "sys.stdout.buffer.write",
        "Text.from_markup",
    }


def test_a_narrow_terminal_shows_every_letter_of_a_name() -> None:
    """Two plays that begin alike must not look the same, and an address is there to be typed."""
    names = ("retention_email", "retention_call", "reviewer@demo.example")
    shown = io.StringIO()
    columns = ("id", "play", "other", "mailbox", "stage", "segment")
    rows = [("pfc258f6d87a698f1", *names, "at_risk since 2026-10-31", "Declining")]

    SafeConsole(file=shown, width=80).print(table("People", columns, rows))

    cells = [line.split("│")[1:-1] for line in shown.getvalue().splitlines() if "│" in line]
    whole = ["".join(cell.strip() for cell in column) for column in zip(*cells, strict=True)]
    assert [name for name in names if name not in whole] == []
    assert "…" not in shown.getvalue()
