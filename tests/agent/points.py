"""Every crash point of a run, read from its code, so that a new one is swept without asking.

What is not part of a run, reports and erasures, has its points swept beside its own tests.
"""

import ast
import importlib
from itertools import chain
from typing import TYPE_CHECKING

from agent.graph import STEPS
from tests.conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def crash_points(*folders: str) -> tuple[str, ...]:
    """All names at which `crash` is called in folders of `agent/`, families written out."""
    found: dict[str, None] = {}
    places = [
        path for name in folders or ("",) for path in (CHECKOUT / "agent" / name).glob("*.py")
    ]
    for path in sorted(places):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in _calls(tree, "crash"):
            found |= dict.fromkeys(_names(call, tree, path))
    return tuple(found)


def _calls(tree: ast.AST, name: str) -> "Iterator[ast.Call]":
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) == name:
            yield node


def _called(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else None


def _names(call: ast.Call, tree: ast.AST, path: "Path") -> "list[str]":
    """The names one call may have; a family nobody has explained is an error."""
    point = call.args[0]
    if isinstance(point, ast.Constant):
        return [str(point.value)]
    assert isinstance(point, ast.JoinedStr), f"{path}: a crash point must be a text"
    first = point.values[0]
    prefix = str(first.value) if isinstance(first, ast.Constant) else ""
    families = {"after.": list(STEPS), "keep.": _kept(tree, path)}
    assert prefix in families, f"{path}: tell the sweep what f'{prefix}…' may be"
    return [prefix + name for name in families[prefix]]


def _kept(tree: ast.AST, path: "Path") -> "list[str]":
    """The snapshots a module keeps, by the constants it names them with."""
    module = importlib.import_module(".".join(path.relative_to(CHECKOUT).with_suffix("").parts))
    names = chain.from_iterable(call.args[:1] for call in _calls(tree, "_keep"))
    return [getattr(module, name.id) for name in names if isinstance(name, ast.Name)]
