"""What somebody asks of the gate: who they are, what they saw, what they want."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tools.errors import BadInput, Forbidden, nearest
from tools.store.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

Via = Literal["web", "api", "cli", "bulk"]
PERMISSIONS: "Mapping[str, frozenset[str]]" = {
    "viewer": frozenset({"read"}),
    "auditor": frozenset({"read", "audit"}),
    "reviewer": frozenset({"read", "decide"}),
    "approver-2": frozenset({"read", "decide", "second"}),
    "admin": frozenset({"read", "decide", "second", "audit", "manage"}),
}
REASONS: "Mapping[str, str]" = {
    "wrong_time": "not now",
    "wrong_person": "the wrong person or account",
    "wrong_words": "the words are not right",
    "wrong_play": "another action would be better",
    "wrong_facts": "the facts are wrong or old",
    "known_better": "we know something the data do not",
    "already_done": "somebody has done it already",
    "other": "another reason",
}
LONGEST_NOTE, LONGEST_KEY = 2_000, 200


@dataclass(frozen=True)
class Actor:
    """A person at one of the ways in; `agent` is a program, which never decides."""

    person: str
    role: Role
    via: Via
    agent: bool = False

    def check(self, permission: str) -> None:
        """Refuse whoever may not.

        Raises:
            Forbidden: for nobody in particular, a program, an unknown role, or too low a one.
        """
        if not self.person or not isinstance(self.person, str):
            raise Forbidden("sign in first: it is not known who you are")
        if self.agent and permission != "read":
            raise Forbidden("a program can propose and look; only a person can decide")
        if permission not in PERMISSIONS.get(self.role, frozenset()):
            raise Forbidden(f"the role {self.role!r} may not {permission}; ask an administrator")


@dataclass(frozen=True)
class Seen:
    """The exact proposal a person looked at; `seconds` is how long, None when not known."""

    proposal: str
    version: int
    sha256: str
    seconds: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a version and a hash."""
        if isinstance(self.version, bool) or not isinstance(self.version, int) or self.version < 1:
            raise BadInput(f"version: {self.version!r} is no version")
        if not isinstance(self.sha256, str) or not self.sha256:
            raise BadInput("sha256: say which bytes you looked at")


@dataclass(frozen=True)
class Wish:
    """What is wanted, as far as each kind needs it; everything else stays empty."""

    kind: Literal["approve", "reject", "snooze", "edit", "undo", "revoke", "release"]
    seen: Seen
    reason: str = ""
    note: str = ""
    until_day: int | None = None
    subject: str = ""
    body: str = ""

    def __post_init__(self) -> None:
        """Refuse an unknown reason and endless notes."""
        if self.reason and self.reason not in REASONS:
            raise BadInput(f"reason: {self.reason!r}; {nearest(self.reason, REASONS)}")
        if self.kind == "reject" and not self.reason:
            raise BadInput(f"reason: say why; one of {', '.join(REASONS)}")
        if len(self.note) > LONGEST_NOTE:
            raise BadInput(f"note: at most {LONGEST_NOTE} characters")


@dataclass(frozen=True)
class Result:
    """What became of a wish.

    `status`, `version` and `sha256` are the proposal's now; `waits_for` says how many more people
    must agree; `again` that the same person had done the same before.
    """

    proposal: str
    status: str
    version: int
    sha256: str
    waits_for: int = 0
    action: str | None = None
    again: bool = False
    words: str = field(default="", compare=False)
