"""A store of transitions in memory: it keeps what the diff says and never updates in place."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tools.customers.stages import STORED_TRANSITIONS

if TYPE_CHECKING:
    from tools.warehouse.engine import DuckEngine

Key = tuple[Any, ...]
_SAME = ("kind", "entity_id", "from_stage", "to_stage", "effective_day", "observed_day")


@dataclass
class Store:
    """Rows by identity; `gone` holds the day a row was superseded."""

    kept: dict[Key, dict[str, Any]] = field(default_factory=dict)
    gone: dict[Key, int] = field(default_factory=dict)

    def lend(self, engine: "DuckEngine") -> None:
        """Put the current rows where the diff reads them."""
        current = [row for key, row in self.kept.items() if key not in self.gone]
        engine.put("stored_transitions", pa.Table.from_pylist(current, STORED_TRANSITIONS))

    def apply(self, engine: "DuckEngine") -> tuple[int, int]:
        """Write the diff; how many rows were inserted and superseded."""
        inserts = engine.run("SELECT * FROM transition_inserts").to_pylist()
        supersedes = engine.run("SELECT * FROM transition_supersedes").to_pylist()
        for row in supersedes:
            key = tuple(row[name] for name in _SAME)
            assert key in self.kept, "only what was stored is superseded"
            assert key not in self.gone, "nothing is superseded twice"
            self.gone[key] = row["superseded_day"]
        for row in inserts:
            key = tuple(row[name] for name in _SAME)
            assert key not in self.kept, "nothing is inserted twice"
            self.kept[key] = {name: row[name] for name in STORED_TRANSITIONS.names}
        return len(inserts), len(supersedes)

    def known_on(self, day: int) -> set[Key]:
        """(kind, id, from, to, effective) as a run of that day told them."""
        return {
            key[:5]
            for key, row in self.kept.items()
            if row["observed_day"] <= day and self.gone.get(key, day + 1) > day
        }
