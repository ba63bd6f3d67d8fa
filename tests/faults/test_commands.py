"""Fault 83: every command with every broken home says on one line what is wrong, and where."""

import io
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path

import pytest
import typer
from sqlalchemy import text

from agent.alone import shared
from agent.commands.console import opened
from agent.commands.entry import run_app
from tests.effort import WHOLE
from tests.faults.broken import (
    BROKEN,
    Ended,
    Made,
    arguments_of,
    as_nobody,
    call,
    every_command,
    make_home,
)
from tools.store.store import open_store

pytestmark = [pytest.mark.long, pytest.mark.fault(83)]
COMMANDS = every_command()
# They use no home at all, or make one where they are told to.
WITHOUT_HOME = {("simulate",), ("connect",), ("policies", "schema")}
# With these every command is tried; with the others, which one place tells apart, a few are.
WALKED = ("home is a file", "database cut in half", "settings cut off")
ENDLESS = {("serve",), ("web",), ("worker",), ("verify",)}
SOME = (("queue",), ("run",), ("people", "add"), ("accounts",), ("demo",), ("serve",), ("verify",))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A home to be copied and broken."""
    return make_home(tmp_path_factory.mktemp("made"))


@pytest.fixture
def home(made: Made, tmp_path: Path) -> Path:
    """A home of one's own."""
    return Path(shutil.copytree(made.place, tmp_path / "home"))


@pytest.fixture
def read_only(made: Made) -> Iterator[Path]:
    """A home that belongs to another user, where everybody may look and nobody may write."""
    with tempfile.TemporaryDirectory(prefix="lifecycle-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(shutil.copytree(made.place, Path(folder) / "home"))


@pytest.fixture(autouse=True)
def bare(made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own settings but a token, and a folder of one's own to stand in."""
    for name in [name for name in os.environ if name.startswith("LIFECYCLE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LIFECYCLE_TOKEN", made.token)
    monkeypatch.chdir(tmp_path)


def test_the_walk_finds_groups_and_their_commands() -> None:
    assert {("why-not",), ("people", "add"), ("accounts",), ("accounts", "claim")} <= set(COMMANDS)
    assert len(COMMANDS) > 40


@pytest.mark.parametrize("kind", BROKEN)
def test_every_command_says_what_is_broken(
    kind: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_, named = BROKEN[kind]
    break_(home)
    for words in COMMANDS if WHOLE or kind in WALKED else SOME:
        arguments = arguments_of(words, COMMANDS[words], home, tmp_path / "company")
        ended = call(capsys, *arguments)
        if words in WITHOUT_HOME:
            assert "Traceback" not in ended.err + ended.out
            continue
        assert_told(ended, named)
        assert ended.out == "", (arguments, ended)


def assert_told(ended: Ended, named: str = "") -> None:
    """It ended with one line that says what is wrong, where, and what to do."""
    assert ended.code in {1, 2}, ended
    assert ended.err.startswith("lifecycle: "), ended
    assert ended.err.count("\n") == 1, ended
    assert named in ended.err, ended
    assert "not expected" not in ended.err, ended
    assert "; " in ended.err, ended
    assert "Traceback" not in ended.err + ended.out, ended


SERVERS = {
    "no server": "postgresql://someone:canary@127.0.0.1:1/lifecycle",
    "no such database": "{url}_of_nobody",
    "a table is gone": "{url}",
}


@pytest.mark.parametrize("kind", SERVERS)
def test_every_command_says_what_the_server_lacks(
    kind: str,
    home: Path,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite has no server")
    if kind == "a table is gone":
        with closing(open_store(database_url)) as store, store.database.write() as session:
            for name in ("person", "run", "token"):
                session.connection().execute(text(f"DROP TABLE {name} CASCADE"))
    url, _, rest = database_url.partition("?")
    given = SERVERS[kind].format(url=url) + (f"?{rest}" if rest and "{" in SERVERS[kind] else "")
    monkeypatch.setenv("LIFECYCLE_DATABASE_URL", given)
    for words in COMMANDS if WHOLE and kind == "no server" else SOME:
        if words in {*WITHOUT_HOME, ("demo",)} or (kind == "a table is gone" and words in ENDLESS):
            continue
        ended = call(capsys, *arguments_of(words, COMMANDS[words], home, Path("/nowhere")))
        assert_told(ended, "database postgresql")
        assert "canary" not in ended.err


# These compute a morning, which takes seconds; TESTS=whole tries them on a read-only home too.
COMPUTED = {
    ("roster",), ("churn",), ("segments",), ("features",), ("audit",), ("retention",), ("decide",),
    ("revenue",), ("accounts", "claim"), ("accounts", "done"), ("accounts", "snooze"),
    ("accounts", "open"), ("accounts", "not-useful"),
}  # fmt: skip
# What only looks, and finds something in a home whose day was not run yet.
LOOKING = (
    ("queue",), ("explain",), ("verify",), ("runs",), ("reports",), ("people", "list"),
    ("quarantine",), ("audit",), ("person",), ("jobs",), ("accounts",), ("roster",), ("churn",),
    ("segments",), ("features",), ("decide",), ("effects",),
)  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="takes another user's rights, which root may")
def test_on_a_read_only_home_one_can_look_and_every_other_command_says_why_not(
    made: Made, read_only: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _content(read_only)
    for words in COMMANDS if WHOLE else COMMANDS.keys() - COMPUTED:
        command = COMMANDS[words]
        told = arguments_of(words, command, read_only, Path("/nowhere"), proposal=made.proposal)
        with as_nobody():
            ended = call(capsys, *told)
            with shared(read_only):  # as what reads the archive of reports
                pass
        if words in LOOKING:
            assert (ended.code, ended.err) == (0, ""), (words, ended)
        elif words != ("dispatch",):  # nothing is due
            assert ended.code in {1, 2}, (words, ended)
            assert ended.err.count("\n") == 1, (words, ended)
            assert "not expected" not in ended.err, (words, ended)
        if words in {("pause",), ("people", "add"), ("reject",), ("run",), ("serve",)}:
            assert_told(ended, "written")
    assert _content(read_only) == before


def _content(home: Path) -> dict[str, bytes]:
    return {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}


@pytest.mark.skipif(os.geteuid() != 0, reason="takes another user's rights, which root may")
def test_what_was_committed_and_not_yet_filed_is_read_on_a_read_only_disk(
    read_only: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A process was killed: its log stays beside the database, without the index."""
    file = read_only / "lifecycle.db"
    with closing(sqlite3.connect(file)) as alive:
        alive.execute("UPDATE person SET name = 'Ann of the log'")
        alive.commit()
        copies = {end: Path(f"{file}{end}").read_bytes() for end in ("", "-wal")}
    for end, content in copies.items():
        Path(f"{file}{end}").write_bytes(content)
    with as_nobody():
        ended = call(capsys, "people", "list", "--home", str(read_only))
    assert "Ann of the log" in ended.out
    assert not Path(f"{file}-shm").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="takes another user's rights, which root may")
def test_without_any_right_every_command_says_so(
    read_only: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_only.chmod(0o700)
    for words, command in COMMANDS.items():
        if words in WITHOUT_HOME:
            continue
        with as_nobody():
            ended = call(capsys, *arguments_of(words, command, read_only, Path("/nowhere")))
        assert_told(ended, "Permission denied")


@contextmanager
def full(limit: int) -> Iterator[None]:
    """No file may grow past a size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("limit", [1_000, 33_000])
def test_on_a_full_disk_a_command_says_so_and_changes_nothing(
    limit: int, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once there is no room for SQLite's index, once its log is full after some commands."""
    before, number, ended = _people(home), 0, Ended(0, "", "")
    with full(limit):
        while not ended.code and number < 40:
            number += 1
            told = ["--name", f"Person {'x' * number}", "--role", "viewer", "--home", str(home)]
            ended = call(capsys, "people", "add", f"person{'x' * number}@example.com", *told)

    assert_told(ended, "lifecycle.db")
    assert "make room" in ended.err
    assert _people(home) == before + number - 1
    assert call(capsys, "verify", "--home", str(home)).code == 0


def _people(home: Path) -> int:
    with closing(sqlite3.connect(home / "lifecycle.db")) as database:
        return int(database.execute("SELECT count(*) FROM person").fetchone()[0])


def test_ctrl_c_and_a_closed_or_full_output_are_told_on_one_line(home: Path) -> None:
    """In processes of their own: what a shell does to one cannot be done in this."""
    told = [sys.executable, "-m", "agent.cli", "people", "list", "--home", str(home)]
    closed = "import os, sys; os.close(1); os.execv(sys.argv[1], sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", closed, *told], check=False, stderr=subprocess.PIPE
    )
    assert (done.returncode, done.stderr) == (0, b"")
    with Path("/dev/full").open("wb") as full_output:
        done = subprocess.run(told, check=False, stdout=full_output, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"No space left" in done.stderr
    if not WHOLE:
        return
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(told, check=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert b"Traceback" not in done.stderr
    done = subprocess.run(
        told,
        check=True,
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    assert b"ann@example.com" in done.stdout


class Full(io.StringIO):
    """An output that takes everything and fails when it must let go of it."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    def flush(self) -> None:
        """Fail."""
        raise self._error


@pytest.mark.parametrize(("error", "code", "words"), [
    (OSError(28, "No space left on device"), 1, "No space left"),
    (KeyboardInterrupt(), 130, "stopped"),
])  # fmt: skip
def test_what_fails_after_the_last_word_is_told_too(
    error: BaseException, code: int, words: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is still in a buffer is lost otherwise, and the shell hears that all was done."""
    made = typer.Typer()

    @made.command("say")
    def say_nothing(home: Path) -> None:
        sys.stdout.write(home.name)

    with redirect_stdout(Full(error)):
        assert run_app(made, [str(home)]) == code
    assert words in capsys.readouterr().err


def failing(error: BaseException) -> typer.Typer:
    """A command line whose one command opens a home and fails."""
    made = typer.Typer(pretty_exceptions_enable=False)

    @made.callback()
    def start(debug: bool = False) -> None:
        del debug

    @made.command("fail")
    def fail(home: Path) -> None:
        with opened(home):
            raise error

    return made


def test_ctrl_c_ends_with_130_and_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(failing(KeyboardInterrupt()), ["fail", str(home)]) == 130
    assert capsys.readouterr() == ("", "lifecycle: stopped\n")


def test_what_was_not_expected_is_in_the_log_and_one_line_says_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    defect = failing(KeyError("ann@example.com"))
    code, said = run_app(defect, ["fail", str(home)]), capsys.readouterr().err
    log = home / "logs" / "lifecycle.log"
    assert (code, said.count("\n")) == (1, 1)
    assert f"(KeyError); the details are in {log}" in said
    assert "command.failed" in log.read_text()
    assert "ann@example.com" not in said + log.read_text()
    with pytest.raises(KeyError):
        run_app(defect, ["--debug", "fail", str(home)])
