"""Arrow without pandas: whoever imports this first spares a process half a second and 30 MB.

Where pandas is installed, pyarrow loads it at the first list it is given, to see whether the list
is one of pandas' own. Nothing here is, and pyarrow asks once: it is told that there is none.
"""

import sys
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class _NoPandas:
    """A finder that says of pandas that it is not installed, and nothing of anything else."""

    @staticmethod
    def find_spec(
        fullname: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Raise for pandas; whoever needs it loads it later, as ever."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError("pyarrow does without", name=fullname)
        return None


def _ask_once() -> None:
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(_NoPandas)


if "pandas" not in sys.modules:
    _ask_once()
