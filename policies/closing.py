"""Which channels a "no" closes, and which writings of an address are one: limits about people."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from tools.customers.consent.words import ANY, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Mapping

CAUSES = ("unsubscribed", "complained", "bounced", "deleted")


@dataclass(frozen=True)
class NoCloses:
    """The channels each cause closes, by the channel the word was said in (`*`: any other one)."""

    channels: "Mapping[str, Mapping[str, frozenset[str]]]"

    def closes(self, cause: str, said_in: str, channel: str) -> bool:
        """Whether a "no" closes a channel; always the one it was said in, and all in doubt."""
        if said_in in {ANY, channel} or cause not in self.channels:
            return True
        listed = self.channels[cause]
        closed = listed.get(said_in, listed.get(ANY, frozenset()))
        return ANY in closed or channel in closed


def _ways(**listed: tuple[str, ...]) -> "Mapping[str, frozenset[str]]":
    return MappingProxyType({said_in: frozenset(names) for said_in, names in listed.items()})


# An invitation to a meeting is a mail.
MAIL = _ways(email=("meeting",), meeting=("email",))
EVERY = MappingProxyType({ANY: frozenset({ANY})})
STANDARD = NoCloses(
    MappingProxyType({"unsubscribed": MAIL, "complained": EVERY, "bounced": MAIL, "deleted": EVERY})
)


def spoken_channels(own: "tuple[str, ...]") -> tuple[str, ...]:
    """Every channel a word can have been said in."""
    return (ANY, *dict.fromkeys((*WRITTEN, *own)))
