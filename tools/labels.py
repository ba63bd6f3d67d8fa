"""What people read instead of an id: `success_review` is `success review`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What is not simply its own words with spaces.
_LABELS = {
    "win_back": "win-back", "winback_email": "win-back email", "winback_offer": "win-back offer",
    "winback_task": "win-back task", "let_progress": "leave alone", "accept_churn": "let go",
    "mql": "MQL", "sql": "SQL", "in_app": "in-app message", "csm": "CSM",
}  # fmt: skip


def label_of_id(key: str, names: "Mapping[str, str] | None" = None) -> str:
    """The words for an id: those it was given in `names`, those customary, or its own."""
    if names is not None and key in names:
        return names[key]
    return _LABELS.get(key) or key.replace("_", " ")
