"""What the chain says of an action, a proposal or a person: signed entries, read by an index.

A row can be changed by a hand in the database; an entry cannot be made without the key. So what
decides is compared with its entries, each checked by its own signature and the one before.
"""

import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tools.errors import Conflict
from tools.store.gate.actions import EDGES as ACTION_EDGES
from tools.store.gate.proposals import EDGES as PROPOSAL_EDGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from approvals.audit import Key
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Link

VOTES = frozenset({"approve", "edit", "undo", "release"})


class Forged(Conflict):
    """A row that decides is not what the chain says; the message names the row and the entry."""


@dataclass(frozen=True)
class Vote:
    """A yes, an edit or a vote taken back, as the chain has it; `role` is '' in old entries."""

    kind: str
    who: str
    sha256: str
    role: str = ""


@dataclass
class Story:
    """How a subject stands by its entries.

    `entries` counts them, `calls` those that began a call since it was last set off, `fence` is
    the one of the last call, `due` the instant it was put to, `needed` how many had to agree,
    `roles` which role of each of them counted when the last one agreed.
    """

    status: str = ""
    sha256: str = ""
    entries: int = 0
    calls: int = 0
    fence: int = 0
    due: str = ""
    needed: int = 1
    held: bool | None = None
    roles: dict[str, str] = field(default_factory=dict)
    votes: list[Vote] = field(default_factory=list)
    illegal: list[str] = field(default_factory=list)

    def add(self, link: "Link") -> None:
        """Go on with the next entry about the subject."""
        body = json.loads(link.body)
        self.entries += 1
        if link.kind in VOTES:
            vote = Vote(link.kind, link.who, body.get("sha256", ""), body.get("role", ""))
            self.votes.append(vote)
        if "to" in body:
            self._step(link, body)
        if body.get("instead_of", self.sha256) != self.sha256:
            self.illegal.append(f"{link.subject}: entry {link.seq} edits words it never showed")
        self.sha256 = body.get("sha256", self.sha256)
        self.needed = body.get("needed", self.needed)
        self.held = body.get("held", self.held)
        self.roles = body.get("roles", self.roles)

    def _step(self, link: "Link", body: dict[str, Any]) -> None:
        edges = ACTION_EDGES if link.subject.startswith("a") else PROPOSAL_EDGES
        before, to = body["from"], body["to"]
        fits = before == self.status or (self.status == "revoked" and before == "")
        if not fits or (before and (before, to) not in edges):
            told = f"{link.subject}: from {self.status or 'nothing'} to {to} in entry {link.seq}"
            self.illegal.append(told)
        if to == "calling":
            self.calls += 1
            self.fence += 1
        elif before == "" and self.status == "revoked":
            self.calls, self.fence = 0, self.fence + 1
        self.fence = body.get("fence", self.fence)
        self.due = body.get("due", "") if to == "scheduled" else ""
        self.status = to


def story_of(links: "Iterable[Link]") -> Story:
    """How a subject stands by its entries, oldest first."""
    story = Story()
    for link in links:
        story.add(link)
    return story


def stories_of(links: "Iterable[Link]") -> dict[str, Story]:
    """How every subject stands by a whole chain."""
    found: dict[str, Story] = {}
    for link in links:
        found.setdefault(link.subject, Story()).add(link)
    return found


def signed(tx: "GateTx", key: "Key", links: "Sequence[Link]") -> "Sequence[Link]":
    """The same entries, after checking each signature with the one before it.

    Raises:
        Forged: when one was changed, or the one before it is gone.
    """
    before = tx.chain.macs(link.seq - 1 for link in links if link.seq > 1)
    for link in links:
        known = "" if link.seq == 1 else before.get(link.seq - 1)
        if known is None:
            raise Forged(f"audit: entry {link.seq - 1} is gone, which {link.seq} was signed after")
        if not hmac.compare_digest(key.sign(link, known), link.mac):
            raise Forged(f"audit: entry {link.seq} ({link.kind} of {link.subject}) was changed")
    return links


def entries_about(tx: "GateTx", key: "Key", *subjects: str) -> "dict[str, list[Link]]":
    """The signed entries about some subjects, oldest first."""
    found: dict[str, list[Link]] = {subject: [] for subject in subjects}
    for link in signed(tx, key, tx.chain.about(subjects)):
        found[link.subject].append(link)
    return found


def instant(text: str) -> datetime:
    """An instant as an entry holds it."""
    return datetime.fromisoformat(text)
