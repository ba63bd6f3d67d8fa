"""Whose yes to some bytes stands, and whose cannot: an edit or a release voids all before it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.store.gate.records import Deed

VOIDS_ALL = ("edit", "release")
VOIDS = (*VOIDS_ALL, "undo")


def writers(deeds: "Iterable[Deed]", sha256: str) -> frozenset[str]:
    """Everybody who ever wrote exactly these bytes: whoever edits back to them is not the only one.

    None of them may agree to them, however many edits lie between.
    """
    return frozenset(d.who for d in deeds if d.kind == "edit" and d.sha256 == sha256)


def standing(deeds: "Iterable[Deed]", sha256: str) -> "tuple[Deed, ...]":
    """The approvals of these bytes that were not taken back, oldest first, one for each person.

    Whoever takes back the last of two yeses takes back that one: the other person still agrees to
    the very same bytes.
    """
    said: dict[str, Deed] = {}
    for deed in deeds:
        if deed.kind in VOIDS_ALL:
            said.clear()
        elif deed.kind == "undo":
            said.pop(deed.who, None)
        elif deed.kind == "approve" and deed.sha256 == sha256:
            said.setdefault(deed.who, deed)
    return tuple(said.values())
