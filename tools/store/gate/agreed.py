"""Whose yes to some bytes stands, and whose cannot: an edit or a release voids all before it."""

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable


VOIDS_ALL = ("edit", "release")
VOIDS = (*VOIDS_ALL, "undo")


class VoteLike(Protocol):
    """What a vote is counted by, wherever it is kept."""

    @property
    def kind(self) -> str:
        """approve, edit or undo; any other kind is no vote."""

    @property
    def who(self) -> str:
        """The id of the person."""

    @property
    def sha256(self) -> str:
        """The bytes it is about."""


AnyVote = TypeVar("AnyVote", bound=VoteLike)


def writers(deeds: "Iterable[VoteLike]", sha256: str) -> frozenset[str]:
    """Everybody who ever wrote exactly these bytes: whoever edits back to them is not the only one.

    None of them may agree to them, however many edits lie between.
    """
    return frozenset(d.who for d in deeds if d.kind == "edit" and d.sha256 == sha256)


def standing(deeds: "Iterable[AnyVote]", sha256: str) -> "tuple[AnyVote, ...]":
    """The approvals of these bytes that were not taken back, oldest first, one for each person.

    Whoever takes back the last of two yeses takes back that one: the other person still agrees to
    the very same bytes.
    """
    said: dict[str, AnyVote] = {}
    for deed in deeds:
        if deed.kind in VOIDS_ALL:
            said.clear()
        elif deed.kind == "undo":
            said.pop(deed.who, None)
        elif deed.kind == "approve" and deed.sha256 == sha256:
            said.setdefault(deed.who, deed)
    return tuple(said.values())
