"""Everything that is kept about one person, from the same catalogues by which they are erased."""

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from agent.erasing import KINDS, find_person
from agent.report_redaction import reports_naming
from tools.channels.erasing import messages_of, tasks_of
from tools.channels.tasks import COLUMNS
from tools.traces import vars_of
from tools.warehouse.engine import DuckEngine
from tools.warehouse.erasing import Eraser

if TYPE_CHECKING:
    from agent.erasing import ErasureRequest
    from agent.wiring import Deps
    from tools.traces import Traces


def person_of(deps: "Deps", wanted: "ErasureRequest") -> dict[str, Any]:
    """What names them, the facts, the rows of the store, messages, reports and tasks.

    Raises:
        Absent: when there is nobody of that id or address, with the nearest.
    """
    found = find_person(deps, wanted)
    traces, home = found.traces, deps.settings.home
    kept = deps.store.gate.read(lambda tx: tx.erasures.rows.shown(traces))
    actions = frozenset(row["id"] for row in kept.get("action", []))
    tasks = tasks_of(home / "tasks", traces, actions)
    return {
        "contact": found.contact_id,
        "named_by": {k: v for k, v in vars_of(traces).items() if k != "erasure"},
        "facts": _facts(deps, traces),
        "kept": kept,
        "messages": [path.name for path in messages_of(home / "outbox", traces, actions)],
        "reports": list(reports_naming(deps, traces)),
        "tasks": [dict(zip(COLUMNS, task, strict=False)) for task in tasks],
    }


def _facts(deps: "Deps", traces: "Traces") -> dict[str, list[dict[str, Any]]]:
    """The rows of every file that are about them, by table."""
    eraser = Eraser((traces,), deps.key.secret, DuckEngine())
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS:
        for file in deps.dataset.manifest.data_files(kind):
            path = deps.dataset.folder / file.path
            rows = eraser.theirs(path, pq.read_schema(path))
            if rows:
                found.setdefault(file.table, []).extend(rows)
    return found
