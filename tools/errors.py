"""The errors a caller can act on.

LifecycleError
├── BadInput        what a person gave is wrong: where, what, and what to do
│   ├── BadRule     a rule in YAML names or does something it may not
│   ├── Absent      there is nothing of that name
│   └── UnreadableText  a part of a text, such as a link, is malformed
├── Forbidden       this person may not do this
├── NotComputable   an input is missing: which one
├── Conflict        somebody else got there first
│   ├── FactsUnreadable   what must be known cannot be read now; try again
│   └── PolicyRefusal     a rule or a person's word forbids it by now
└── Unavailable     it cannot be known or done at this moment; try again
"""

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class LifecycleError(Exception):
    """Everything this project raises on purpose."""


class BadInput(LifecycleError):  # noqa: N818 - named for the event, as httpx does
    """Something a person gave is wrong; the message says what, where, and what to do."""


class BadRule(BadInput):
    """A rule in YAML cannot be used."""


class Absent(BadInput):
    """Something was asked for by a name that nothing has."""


class UnreadableText(BadInput):
    """A part of a text, such as a link, is malformed; the message says which."""


class Forbidden(LifecycleError):  # noqa: N818
    """This person may not do this; the message says what would be needed."""


class NotComputable(LifecycleError):  # noqa: N818
    """A figure cannot be given because an input is missing."""

    def __init__(self, *missing: str) -> None:
        """Keep the names of what is missing, in order."""
        self.missing = missing
        super().__init__("not computable: missing " + ", ".join(missing))


class Conflict(LifecycleError):  # noqa: N818
    """Somebody else changed this first; the message says who, when and what."""


class FactsUnreadable(Conflict):
    """What must be known first cannot be read at this moment; nothing was decided, try again."""


class PolicyRefusal(Conflict):
    """A rule of policy or a person's word forbids this by now; the message says which."""


class Unavailable(LifecycleError):  # noqa: N818
    """It cannot be known or done at this moment; nothing was decided, so try again."""


def nearest(name: str, known: "Iterable[str]") -> str:
    """End a message with the nearest known name, or with all of them when few."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"known: {shown}" if names else "none is known"


def nearest_id(name: str, known: "Iterable[str]") -> str:
    """End a message with the nearest id of somebody; no address of anybody else is told."""
    names = sorted(one for one in known if "@" not in one)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else "see how the source writes it"
