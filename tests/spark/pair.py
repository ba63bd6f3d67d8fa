"""Two engines in step: every statement runs on both, and every cell of every answer is compared."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from tests.spark.cells import difference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa

    from tools.warehouse.engine import Engine
    from tools.warehouse.sql import Parameter


@dataclass(frozen=True)
class Compared:
    """One answer on both engines; `fault` says what differs and is empty when nothing does."""

    step: str
    relation: str
    sql: str
    trees: tuple[exp.Expr, ...]
    rows: int
    cells: int
    fault: str
    seconds: float


class PairEngine:
    """An engine that is two; the first one's answers go on.

    After a fault the first engine's rows are handed to the second, so that one fault does not
    hide the next.
    """

    def __init__(
        self, first: "Engine", second: "Engine", read: "Callable[[str], pa.Table] | None" = None
    ) -> None:
        """`read` gives a relation the second engine has created, when asking it takes longer."""
        self._first, self._second = first, second
        self._read = read or self._ask
        self.step = ""
        self.log: list[Compared] = []

    def run(self, sql: str, **parameters: "Parameter") -> "pa.Table":
        """Answer a query after asking both."""
        began, answer = time.perf_counter(), self._first.run(sql, **parameters)
        fault = _compared(
            answer, lambda: self._second.run(sql, **parameters), ordered=_ordered(sql)
        )
        self._note("(answer)", sql, parameters, answer, fault, began)
        return answer

    def create(self, name: str, sql: str, **parameters: "Parameter") -> None:
        """Keep a query's answer on both."""
        self._make("create", name, sql, parameters)

    def view(self, name: str, sql: str, **parameters: "Parameter") -> None:
        """Name a query on both."""
        self._make("view", name, sql, parameters)

    def narrow(self, name: str, sql: str) -> None:
        """Put a query over a relation in its place on both."""
        self._make("narrow", name, sql, {})

    def put(self, name: str, table: "pa.Table") -> None:
        """Hand the same rows to both: nothing is computed, so nothing is compared."""
        self._first.put(name, table)
        self._second.put(name, table)

    def scan(self, name: str, paths: "Sequence[Path]", schema: "pa.Schema") -> None:
        """Let both read the same files."""
        self._first.scan(name, paths, schema)
        self._second.scan(name, paths, schema)
        self._check(name, f"scan {name}", {}, self._ask, time.perf_counter())

    def _make(self, how: str, name: str, sql: str, given: "dict[str, Parameter]") -> None:
        began, read = time.perf_counter(), self._read if how == "create" else self._ask
        getattr(self._first, how)(name, sql, **given)

        def made(name: str) -> "pa.Table":
            getattr(self._second, how)(name, sql, **given)
            return read(name)

        self._check(name, sql, given, made, began)

    def _check(
        self,
        name: str,
        sql: str,
        given: "dict[str, Parameter]",
        made: "Callable[[str], pa.Table]",
        began: float,
    ) -> None:
        """Compare a relation; after a fault the second engine gets the first one's rows."""
        answer = self._first.run(f'SELECT * FROM "{name}"')
        fault = _compared(answer, lambda: made(name))
        if fault:
            self._second.put(name, answer)
        self._note(name, sql, given, answer, fault, began)

    def _ask(self, name: str) -> "pa.Table":
        return self._second.run(f'SELECT * FROM "{name}"')

    def _note(
        self,
        name: str,
        sql: str,
        given: "dict[str, Parameter]",
        answer: "pa.Table",
        fault: str,
        began: float,
    ) -> None:
        trees = tuple(value for value in given.values() if isinstance(value, exp.Expr))
        cells = answer.num_rows * answer.num_columns
        spent = time.perf_counter() - began
        self.log.append(Compared(self.step, name, sql, trees, answer.num_rows, cells, fault, spent))


def _compared(answer: "pa.Table", other: "Callable[[], pa.Table]", *, ordered: bool = False) -> str:
    try:
        return difference(answer, other(), ordered=ordered)
    except Exception as error:  # noqa: BLE001 - whatever an engine raises is the finding
        return _words(error)


def _ordered(sql: str) -> bool:
    """Whether the rows of a query come in an order of their own."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    return isinstance(tree, exp.Query) and tree.args.get("order") is not None


def _words(error: Exception) -> str:
    """An engine's error; of Spark's chain of causes the last one says what was wrong."""
    said, cause = str(error), getattr(error, "java_exception", None)
    while cause is not None:
        said, cause = str(cause.toString()), cause.getCause()
    return f"{type(error).__name__}: {said[:800]}"
