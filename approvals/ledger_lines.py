"""Which entries of the chain have a line in the ledger beside the database, and what it says."""

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from approvals.chain_words import HEARD, PAUSE, REFUSALS, is_on
from tools.store.ledger_file import LedgerLine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from tools.store.gate.records import Link

CALL, END, NO, STOP, SWITCH, HEAD, BEGUN, RESTORED = (
    "call", "end", "no", "stop", "switch", "head", "ledger", "restored",
)  # fmt: skip
ON, OFF = "on", "off"
STOPS = frozenset({"rejected", "revoked", "snoozed"})
VOID = frozenset({"undo", "release"})  # every yes of before counts no more
KEPT = frozenset({CALL, NO, STOP, SWITCH, RESTORED})  # of these none may be lost
NOBODY = "-"
NOTHING = LedgerLine(0, "-", HEAD, "-")  # what stands before the first line


def lines_of(links: "Iterable[Link]") -> list[LedgerLine]:
    """The lines of some entries; the last entry has one in any case, so that the head is known."""
    found: list[LedgerLine] = []
    last: Link | None = None
    for link in links:
        last = link
        line = _line(link, json.loads(link.body))
        found += [line] if line is not None else []
    if last is not None and (not found or found[-1].seq != last.seq):
        found.append(LedgerLine(last.seq, last.mac, HEAD, "-"))
    return found


def fork_at(line: LedgerLine) -> LedgerLine:
    """The mark that the chain does not go on from a line, before what it went on with.

    Entries that were cut off are soon replaced by as many new ones; by its length alone such a
    chain fits the ledger again.
    """
    return LedgerLine(line.seq, "-", HEAD, "-")


def _line(link: "Link", body: "dict[str, Any]") -> LedgerLine | None:
    """What an entry says in short, if what it says must outlive the database."""
    at, to = link.at.isoformat(), body.get("to")
    if link.kind in REFUSALS:
        key, since = body.get("key", link.subject), body.get("since", at)
        return LedgerLine(link.seq, link.mac, NO, key, _quoted(body["channel"]), 0, since)
    if link.kind == HEARD:
        return LedgerLine(link.seq, link.mac, HEARD, NOBODY)
    if link.kind == PAUSE:
        scope = quote(link.subject, safe=":")
        return LedgerLine(link.seq, link.mac, SWITCH, scope, ON if is_on(link) else OFF, 0, at)
    if to is None or " " in link.subject or not link.subject:
        return None
    if "version" not in body:  # an action
        kind, number = (CALL, body.get("fence", 0)) if to == "calling" else (END, 0)
        return LedgerLine(link.seq, link.mac, kind, link.subject, to, number, at)
    if to in STOPS or link.kind in VOID:
        return LedgerLine(link.seq, link.mac, STOP, link.subject, to, body["version"], at)
    return None


@dataclass(frozen=True)
class HeardNo:
    """A "no" that came with the facts: the keyed hash it is about, and what it says to our list.

    `since` is None where nobody knows when it was said.
    """

    key: str
    entry: str
    since: "datetime | None"

    def line(self, entry: "Link", now: "datetime") -> LedgerLine:
        """Its line, which stands by the entry that tells of the facts."""
        at = (self.since or now).isoformat()
        return LedgerLine(entry.seq, entry.mac, HEARD, self.key, _quoted(self.entry), 0, at)


def _quoted(channel: str) -> str:
    return quote(channel, safe=":!*")


@dataclass
class LedgerState:
    """What the lines say together.

    `calls` is the fence of the last call of each action, `sent` when it left, `refusals` the
    (channel, instant, key) by the first characters of a key, `stopped` the last line about each
    proposal that was taken back, `switches` whether each was on last; `heads` are the entries
    exported since a backup was restored, `known_calls` the calls of before, which a person was
    told of then; `heard` the last line about each "no" of the facts, by its key and what it says.
    Numbers only grow: where one comes back, an older database went on, and `is_forked` says so.
    """

    id: str = ""
    last: LedgerLine | None = None
    calls: dict[str, int] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, set[tuple[str, str, str]]] = field(default_factory=dict)
    stopped: dict[str, LedgerLine] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)
    heard: dict[str, dict[str, LedgerLine]] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=dict)
    known_calls: dict[str, int] = field(default_factory=dict)
    is_forked: bool = False

    @property
    def end(self) -> "LedgerState":
        """Whose it is and where it ends, and nothing of what lies before."""
        return LedgerState(self.id, self.last, is_forked=self.is_forked)

    def copy(self) -> "LedgerState":
        """The same, in which what others write from now on does not appear."""
        return replace(self, calls=dict(self.calls), heads=dict(self.heads))

    def add(self, line: LedgerLine, short: int) -> None:
        """Go on with the next line."""
        if line.kind == BEGUN:
            self.id = self.id or line.subject
            return
        if line.kind == RESTORED:
            self.heads.clear()
            self.known_calls = dict(self.calls)
            self.last, self.is_forked = None, False
        elif line.kind == CALL:
            before = self.calls.get(line.subject, 0)
            self.calls[line.subject] = max(before, line.number or before + 1)
        elif line.kind == END and line.word == "sent":
            self.sent.setdefault(line.subject, line.at)  # and no doubt of later takes it back
        elif line.kind == STOP:
            self.stopped[line.subject] = line
        elif line.kind == SWITCH:
            self.switches[unquote(line.subject)] = line.word == ON
        elif line.kind == NO:
            said = self.refusals.setdefault(line.subject[:short], set())
            said.add((unquote(line.word), line.at, line.subject))
        elif line.kind == HEARD and line.subject != NOBODY:
            self.heard.setdefault(line.subject, {})[unquote(line.word)] = line
        if self.last is not None and line.seq <= self.last.seq:
            self.is_forked = self.is_forked or self.heads.get(line.seq) != line.mac
            return
        self.heads[line.seq] = line.mac
        self.last = line
