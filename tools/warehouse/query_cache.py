"""Compiled queries kept on disk by their content, so that a process does not translate them again.

They lie in `__pycache__` beside the code, as compiled Python does, and are as much to be trusted.
What cannot be read or written is translated again: the cache decides nothing.
"""

import json
import os
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "__pycache__" / "queries"


@dataclass(frozen=True)
class QueryCache:
    """Query templates by text and dialect; `version` names the translator that made them."""

    version: str
    folder: Path = FOLDER
    write: bool = True

    def get(self, text: str, dialect: str) -> tuple[str, frozenset[str]] | None:
        """The template of a query and the names of its parameters, None when it is not kept."""
        try:
            template, names = json.loads(self._path(text, dialect).read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError):
            return None
        return str(template), frozenset(map(str, names))

    def put(self, text: str, dialect: str, template: str, names: frozenset[str]) -> None:
        """Keep a template for later processes, where this may be written."""
        if not self.write:
            return
        path = self._path(text, dialect)
        half = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(json.dumps([template, sorted(names)]), encoding="utf-8")
            half.replace(path)
        except OSError:
            return

    def _path(self, text: str, dialect: str) -> Path:
        digest = sha256(f"{self.version}\0{dialect}\0{text}".encode()).hexdigest()
        return self.folder / f"{digest[:32]}.json"


def kept_beside_code(version: str) -> QueryCache:
    """A cache for later processes; Python may be told to write no compiled code."""
    return QueryCache(version, write=not sys.dont_write_bytecode)
