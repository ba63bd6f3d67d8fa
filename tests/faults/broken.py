"""Homes that are broken in one way each, and every command there is to try on them."""

import codecs
import importlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from agent.cli import app
from agent.commands.entry import run_app
from agent.commands.index import Commands
from agent.wiring import system_clock
from approvals import staff
from approvals.users.sessions import digest
from approvals.users.tokens import made as token
from tests.faults.homes import open_home
from tools.store.store import open_store

NOBODY = 65_534
# What a command is given for an argument or option it cannot do without, by name.
VALUES = {
    "mailbox": "ann@example.com", "as_of": "2024-03-01", "until": "2024-03-05",
    "role": "reviewer", "to": "admin", "scope": "play:retention_call", "reason": "because",
    "finding": "sent", "name": "Ann", "account": "crm:A", "proposal": "p1", "action": "a1",
}  # fmt: skip
# What makes a command small, and lets none wait for a question or a browser.
MORE = {
    "simulate": ["--accounts", "5", "--months", "2"],
    "demo": ["--accounts", "5", "--mornings", "1", "--no-inbox"],
    "erase": ["--contact", "crm:1", "--yes"],
    "person": ["crm:1"],
    "features": ["crm:A"],
    "decide": ["accept", "--account", "crm:A"],
    "run": ["--as-of", "2024-03-02"],
}


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Made:
    """A home, a proposal that waits in it, and a token that may decide."""

    place: Path
    proposal: str
    token: str


def every_command() -> dict[tuple[str, ...], Any]:
    """Each command by its words, found in the tree itself: a new one is among them."""
    return dict(_walk(typer.main.get_command(app), ()))


def _walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", None)
    if inner is None or (words and getattr(command, "invoke_without_command", False)):
        yield words, command
    for name, one in sorted((inner or {}).items()):
        yield from _walk(one, (*words, name))


def arguments_of(
    words: tuple[str, ...], command: Any, home: Path, scratch: Path, **values: str
) -> list[str]:
    """A call of a command on a home, with every argument it cannot do without."""
    told = list(words)
    for one in command.params:
        if one.name == "home":
            told += ["--home", str(home)]
        elif one.required:
            value = str(scratch) if one.name == "folder" else (VALUES | values).get(one.name, "x")
            told += [value] if one.param_type_name == "argument" else [one.opts[0], value]
    return told + MORE.get(" ".join(words), [])


def call(capsys: Any, *arguments: str) -> Ended:
    """Run a command in this process, as the process of its own would."""
    capsys.readouterr()
    code = run_app(app, arguments)
    said = capsys.readouterr()
    return Ended(code, said.out, said.err)


def make_home(folder: Path) -> Made:
    """An installation with a customer, a proposal and people; its database lies in it."""
    place = folder / "home"
    place.mkdir(parents=True)
    with closing(open_store(f"sqlite:///{place / 'lifecycle.db'}")) as store:
        home = open_home(store, folder)
        proposal, gate = home.propose(), home.deps.gate
        text, kept = token(home.eve.person, "t", ["decide"], system_clock(), timedelta(days=9))
        staff.add_token(gate, staff.OPERATOR, digest(text), kept)
    return Made(place, proposal.id, text)


def _half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _over(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(b"\0" * 100 + content[100:])


def _folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def _other(path: Path) -> None:
    """A database of another program."""
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (id INTEGER)")
        other.commit()


def _settings(content: bytes) -> Callable[[Path], None]:
    return lambda home: _write(home / "lifecycle.yaml", content)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _file(home: Path) -> None:
    shutil.rmtree(home)
    home.write_text("I am a file")


def _database(broken: Callable[[Path], None]) -> Callable[[Path], None]:
    return lambda home: broken(home / "lifecycle.db")


BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n".encode()
    for before, one in zip("abcdefghi", "bcdefghij", strict=True)
)
# How a home is broken, and what the one line has to name.
BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "home is a file": (_file, "home"),
    "database cut in half": (_database(_half), "lifecycle.db"),
    "database's head overwritten": (_database(_over), "lifecycle.db"),
    "database is text": (_database(lambda p: _write(p, b"not a database " * 1000)), "lifecycle.db"),
    "database is empty": (_database(lambda p: _write(p, b"")), "lifecycle.db"),
    "database is gone": (_database(lambda p: p.unlink()), "lifecycle.db"),
    "database is a folder": (_database(_folder), "lifecycle.db"),
    "database of another program": (_database(_other), "lifecycle.db"),
    "settings cut off": (_settings(b"company: 'Acm"), "lifecycle.yaml"),
    "settings cut in a key": (_settings(b"comp"), "lifecycle.yaml"),
    "settings are binary": (_settings(bytes(range(256))), "lifecycle.yaml"),
    "settings are a list": (_settings(b"- live: true\n"), "lifecycle.yaml"),
    "settings are a folder": (lambda home: (home / "lifecycle.yaml").mkdir(), "lifecycle.yaml"),
    "settings nest deeply": (_settings(b"a: " + b"[" * 100_000), "lifecycle.yaml"),
    "settings are a bomb": (_settings(BOMB), "lifecycle.yaml"),
}  # fmt: skip


def preload() -> None:
    """Import every command, and the codecs and the migrations they come to."""
    tuple(Commands().values())
    codecs.lookup("ascii")
    codecs.lookup("idna")
    importlib.import_module("alembic.command")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Live with the rights of a user who owns nothing here, where the tests run as root.

    What a command loads late is loaded before: the interpreter may lie where only root can read.
    """
    preload()
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
