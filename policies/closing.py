"""Which channels a "no" closes, and which writings of an address are one: limits about people."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from tools.customers.consent import BounceTerms, Mailbox
from tools.customers.consent.words import ANY, WRITTEN
from tools.reading import Node

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


def parse_closes(node: Node) -> NoCloses:
    """Read `value`: for each cause a list of channels, or one by the channel it was said in."""
    table = node.node("value").only(CAUSES)
    return NoCloses(MappingProxyType({cause: _closed(table, cause) for cause in CAUSES}))


def _closed(table: Node, cause: str) -> "Mapping[str, frozenset[str]]":
    if isinstance(table.get(cause), list):
        return MappingProxyType({ANY: _names(table, cause)})
    by_channel = table.node(cause)
    return MappingProxyType({name: _names(by_channel, name) for name in by_channel.values})


def _names(node: Node, key: str) -> frozenset[str]:
    return frozenset() if node.get(key) == [] else frozenset(node.texts(key))


def spoken_channels(own: "tuple[str, ...]") -> tuple[str, ...]:
    """Every channel a word can have been said in."""
    return (ANY, *dict.fromkeys((*WRITTEN, *own)))


def parse_mailbox(node: Node) -> Mailbox:
    """Read `value`: whether +tags and the dots of Gmail make no other mailbox."""
    rules = node.node("value").only(("tags", "gmail_dots"))
    return Mailbox(tags=rules.flag("tags"), gmail_dots=rules.flag("gmail_dots"))


def parse_bounces(node: Node) -> BounceTerms:
    """Read `value`: how many hard bounces, and how many soft ones in so many days."""
    terms = node.node("value").only(("hard", "soft", "days"))
    return BounceTerms(
        terms.whole("hard", 1, 100), terms.whole("soft", 1, 100), terms.whole("days", 1, 3650)
    )
