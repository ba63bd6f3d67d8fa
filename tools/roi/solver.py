"""The two programs behind a choice: exact by branch and bound, relaxed as a linear program.

SciPy's HiGHS is deterministic as long as no clock limits it, so there is a limit on nodes only.
It writes to file descriptor 1 even when told not to, which is therefore led away while it runs.
"""

import math
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads its parts when they are asked for: half a second that few commands need

from tools.errors import LifecycleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scipy.sparse import csr_array

NODES = 200_000
WHOLE = 1 - 1e-6
TIE_BREAK = 0.4
ROUNDING = 0.1


@dataclass(frozen=True)
class ChoiceProblem:
    """Actions with an account, a value and their use of each limit, all whole numbers.

    `fitting` are the positions, among the actions given, of those that fit on their own.
    """

    account: tuple[str, ...]
    value: tuple[int, ...]
    names: tuple[str, ...]
    limits: tuple[int, ...]
    uses: tuple[tuple[int, ...], ...]
    fitting: tuple[int, ...]

    @classmethod
    def of(
        cls,
        account: "Sequence[str]",
        value: "Sequence[int]",
        rows: "Sequence[tuple[str, int, Sequence[int]]]",
    ) -> "ChoiceProblem":
        """Leave out what could never be chosen: it would only loosen the relaxation."""
        kept = [i for i in range(len(value)) if all(use[i] <= limit for _, limit, use in rows)]
        return cls(
            account=tuple(account[i] for i in kept),
            value=tuple(value[i] for i in kept),
            names=tuple(name for name, _, _ in rows),
            limits=tuple(limit for _, limit, _ in rows),
            uses=tuple(tuple(use[i] for _, _, use in rows) for i in kept),
            fitting=tuple(kept),
        )

    @property
    def size(self) -> int:
        """How many actions there are."""
        return len(self.value)

    def fits(self, index: int, left: "Sequence[int]") -> bool:
        """Whether one more action fits in what is left of each limit."""
        return all(use <= rest for use, rest in zip(self.uses[index], left, strict=True))

    def part(self, kept: "Sequence[int]", left: "Sequence[int]") -> "ChoiceProblem":
        """The problem of some actions within what is left; their positions are `fitting`."""
        rows = [
            (name, left[row], [self.uses[i][row] for i in kept])
            for row, name in enumerate(self.names)
        ]
        part = ChoiceProblem.of(
            [self.account[i] for i in kept], [self.value[i] for i in kept], rows
        )
        return replace(part, fitting=tuple(kept[i] for i in part.fitting))

    def use(self, index: int, left: list[int], sign: int) -> None:
        """Take an action's use off what is left, or give it back."""
        for row, amount in enumerate(self.uses[index]):
            left[row] -= sign * amount

    def matrix(self) -> "tuple[csr_array, np.ndarray[tuple[int], np.dtype[np.float64]]]":
        """All rows, one per account that has several actions, then one per limit."""
        seen = {name: place for place, name in enumerate(dict.fromkeys(self.account))}
        entries = [(seen[name], column, 1) for column, name in enumerate(self.account)]
        for column, use in enumerate(self.uses):
            entries += [(len(seen) + row, column, n) for row, n in enumerate(use) if n]
        rows, columns, amounts = zip(*entries, strict=True)
        shape = (len(seen) + len(self.limits), self.size)
        upper = np.array([1.0] * len(seen) + [float(n) for n in self.limits])
        cells = (np.array(amounts, dtype=float), (rows, columns))
        return scipy.sparse.csr_array(cells, shape=shape), upper


@dataclass(frozen=True)
class Relaxed:
    """The linear program's answer: its bound, the whole picks, and prices of the limits."""

    bound: float
    whole: list[int]
    prices: dict[str, float]
    beyond: list[float]


def relax(problem: ChoiceProblem) -> Relaxed:
    """Solve without wholeness; `beyond` is each action's value less what its limits are worth."""
    matrix, upper = problem.matrix()
    value = np.array(problem.value, dtype=float)
    with _quiet():
        found = scipy.optimize.linprog(
            -value, A_ub=matrix, b_ub=upper, bounds=(0, 1), method="highs-ds"
        )
    if found.status != 0:
        raise LifecycleError(f"the linear program was not solved: {found.message}")
    price = -np.asarray(found.ineqlin.marginals, dtype=float)[-len(problem.limits) or len(upper) :]
    use = np.array(problem.uses, dtype=float).reshape(problem.size, len(problem.limits))
    beyond = np.round(value - use @ price, 6)
    whole = [i for i, x in enumerate(found.x) if x > WHOLE]
    prices = dict(zip(problem.names, (float(p) for p in price), strict=True))
    return Relaxed(-float(found.fun), whole, prices, [float(b) for b in beyond])


def solve_exactly(problem: ChoiceProblem, gap: float) -> tuple[list[int], float]:
    """Branch and bound to a relative gap; gives the picks and a bound on any choice's value.

    Of choices of equal value the one with the earlier accounts and plays wins: each place costs a
    fraction so small that all of them together never reach one cent.
    """
    matrix, upper = problem.matrix()
    places = np.arange(problem.size, dtype=float)
    worth = np.array(problem.value, dtype=float)
    weight = TIE_BREAK / max(1.0, float(places.sum()))
    with _quiet():
        found = scipy.optimize.milp(
            -(worth - weight * places),
            integrality=np.ones(problem.size),
            bounds=scipy.optimize.Bounds(0, 1),
            constraints=scipy.optimize.LinearConstraint(matrix, -np.inf, upper),
            options={"mip_rel_gap": gap, "node_limit": NODES, "presolve": True},
        )
    if found.x is None:
        raise LifecycleError(f"the choice was not solved: {found.message}")
    bound = math.floor(-float(found.mip_dual_bound) + TIE_BREAK + ROUNDING)
    return [i for i, x in enumerate(found.x) if x > WHOLE / 2], float(bound)


@contextmanager
def _quiet() -> "Iterator[None]":
    """Lead file descriptor 1 away: the solver's lines would break whoever reads our output."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
