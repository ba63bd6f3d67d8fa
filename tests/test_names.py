"""Names: a class is called by a name of its own, a module by a noun a newcomer would search for."""

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Participles, pronouns and pictures, in whose place there is a word of the trade.
STOP = frozenset({
    "asked", "constant", "fixed", "found", "given", "head", "kept", "ladder", "made", "observe",
    "one", "paper", "plain", "portraits", "printed", "promises", "said", "seeds", "seen", "sheets",
    "shown", "surprise", "symbols", "told", "tracks", "work", "written",
})  # fmt: skip
# The models of the API bear the names that its schema has published.
PUBLISHED = CHECKOUT / "approvals" / "web" / "api"


def modules() -> "Iterator[Path]":
    for top in ("agent", "approvals", "config", "policies", "tools"):
        yield from sorted((CHECKOUT / top).rglob("*.py"))


def test_no_two_classes_have_the_same_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules():
        if PUBLISHED not in path.parents:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
                places[node.name].append(f"{path.relative_to(CHECKOUT)}:{node.lineno}")

    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_module_is_called_by_a_participle_or_a_picture() -> None:
    assert [str(path.relative_to(CHECKOUT)) for path in modules() if path.stem in STOP] == []
