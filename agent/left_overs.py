"""What killed runs left on the disk: copies of files and databases, and halves of reports."""

from typing import TYPE_CHECKING

import structlog

from tools.scratch import KINDS, remove_abandoned, scratch_folder

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)
DRAFT, PART = ".", ".part"


def remove_left_overs(home: "Path", temporary: "Path | None" = None) -> int:
    """Remove them, but for those whose process is alive; how many folders went."""
    scratch = scratch_folder(temporary)
    removed = sum(remove_abandoned(scratch, prefix) for prefix in KINDS)
    removed += remove_abandoned(home / "reports", DRAFT, PART)
    if removed:
        log.info("left_overs.removed", folders=removed)
    return removed
