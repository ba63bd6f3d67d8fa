"""Runs the command line in processes of its own that need not import everything anew.

One process imports the agent, and what a day imports when it comes to it. It opens nothing: no
database, no DuckDB, so it has no state a child could inherit by halves. For each order it forks a
child that runs one command, and reports how the child ended. What a child does, and how it dies,
is what a fresh process does. The queries a child compiled are compiled for all that follow.
"""

import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import CHECKOUT

# What the agent imports only when it needs it; it would cost every child seconds.
LATE = (
    "interpret.glassbox", "langgraph.graph", "langgraph.checkpoint.postgres",
    "langgraph.checkpoint.sqlite", "psycopg_pool", "scipy.optimize", "scipy.special", "scipy.stats",
    "sklearn.tree", "sqlalchemy.dialects.postgresql.psycopg",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a process ended: by a code, or by a signal; and all it printed."""

    code: int | None
    signal: int | None
    text: str


class Launcher:
    """Starts commands, one after the other."""

    def __init__(self, folder: Path) -> None:
        self._output = folder / "output.txt"
        quiet = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.agent.launcher"],
            cwd=CHECKOUT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **quiet},
        )

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Ended:
        """Run one command to its end, whatever end that is."""
        order = {"arguments": list(arguments), "environment": dict(environment)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({**order, "output": str(self._output)}), file=self._process.stdin)
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        return Ended(code, died, self._output.read_text(encoding="utf-8", errors="replace"))

    def close(self) -> None:
        """Let the launcher end."""
        self._process.communicate()


def serve() -> None:
    """Fork a child for every order on stdin and answer with its exit status."""
    from agent import cli  # noqa: PLC0415 - in this process only: the tests' own stays small
    from agent.commands.index import INDEX  # noqa: PLC0415 - as the line before

    for late in (*LATE, *(f"agent.commands.{module}" for _, module, _ in INDEX)):
        importlib.import_module(late)
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        learn, teach = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(learn)
            _obey(cli, order, teach)
        os.close(teach)
        learned = _lessons(learn, child)
        _, status = os.waitpid(child, 0)
        _compile(learned)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _lessons(learn: int, child: int) -> str:
    """What a child has compiled, once it ends; nobody goes on when who gives the orders is gone."""
    told, wait = b"", select.poll()
    wait.register(learn, select.POLLIN)
    wait.register(sys.stdin, 0)  # only its end is told
    while True:
        for handle, _ in wait.poll():
            if handle != learn:
                os.kill(child, signal.SIGKILL)
                os._exit(1)
            if not (part := os.read(learn, 1 << 16)):
                os.close(learn)
                return told.decode()
            told += part


def _obey(cli: Any, order: dict[str, Any], teach: int) -> None:
    """In the child: become the command."""
    target = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.environ.update(order["environment"])
    sys.argv = ["lifecycle", *order["arguments"]]
    code, known = 1, set(_compiled())
    try:
        cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        with os.fdopen(teach, "w", encoding="utf-8") as pipe:
            json.dump(sorted(set(_compiled()) - known), pipe)
        os._exit(code)


def _compiled() -> list[str]:
    """The queries this process has compiled, from the memory of the function that compiles."""
    from tools.warehouse import sql  # noqa: PLC0415 - only in the child

    memories = [m for m in gc.get_referents(sql._template) if isinstance(m, dict)]
    keys = [key for memory in memories for key in memory if isinstance(key, list | tuple)]
    return sorted(str(key[0]) for key in keys if len(key) > 1 and key[1] == "duckdb")


def _compile(learned: str) -> None:
    from tools.warehouse import sql  # noqa: PLC0415 - pure text work, nothing is opened

    for text in json.loads(learned or "[]"):
        sql._template(text, "duckdb")


KILLED = signal.SIGKILL

if __name__ == "__main__":
    serve()
