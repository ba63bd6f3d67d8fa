"""The ledger beside the database: every effect and every "no", so that no backup forgets one.

After each commit the new entries of the chain go into `ledger.txt`, before anything is called.
A database that was restored, cut or exchanged is then older than its ledger, and nothing leaves
before a person has said `lifecycle restored`.
"""

import os
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from approvals.audit import AGENT, head_of, missing_tail_of, record
from approvals.chain_story import Forged, signed
from approvals.chain_words import LEDGER, ROLE, SHORT
from approvals.ledger_lines import BEGUN, KEPT, RESTORED, LedgerState, lines_of
from tools.store.ledger_file import LedgerFile, LedgerLine
from tools.store.records import Suppression

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from approvals.audit import Key
    from tools.store.gate.gate import GateStore, GateTx
    from tools.store.gate.records import Link

log = structlog.get_logger(__name__)
FILE, HEADS = "ledger.txt", "audit-heads.txt"
WHAT_TO_DO = (
    "nothing leaves; put the newest database back, or say `lifecycle restored` and settle what "
    "nobody knows"
)
AFTER_A_GAP = (
    "nothing leaves; put a database back from before they were gone, then say "
    "`lifecycle restored` and settle what nobody knows"
)


class EffectLedger:
    """The ledger of an installation, in its home; `clock` dates its first entry."""

    def __init__(self, home: "Path", key: "Key", clock: "Callable[[], datetime]") -> None:
        """Read nothing before somebody asks."""
        self.home, self._key, self._clock = home, key, clock
        self.file = LedgerFile(home / FILE, lambda text: key.mac("ledger", text))
        self._state, self._offset, self._strange = LedgerState(), 0, ""

    @property
    def state(self) -> LedgerState:
        """What the lines say up to now; only new ones are read."""
        if self.file.size() < self._offset:  # another file lies there now
            self._state, self._offset, self._strange = LedgerState(), 0, ""
        if self.file.size() > self._offset:
            found = self.file.read(self._offset)
            for line in found.lines:
                self._state.add(line, SHORT)
            self._offset, self._strange = found.offset, self._strange or found.strange
        return self._state

    def export(self, store: "GateStore", links: "Sequence[Link]") -> None:
        """Write down what a transaction has added to the chain, and what was missed before it.

        A file that cannot be written is an alarm, and keeps the executor from calling anybody.
        """
        try:
            if self.file.exists():
                self._append(store, links)
            elif not store.read(lambda tx: tx.chain.newest([LEDGER], LEDGER)):
                self._begin(store)
        except Forged as error:
            log.error("ledger.forged", why=str(error))  # noqa: TRY400 - it says what
        except OSError as error:
            log.error("ledger.not_written", file=str(self.file.path), error=type(error).__name__)  # noqa: TRY400 - the type says it

    def _append(self, store: "GateStore", links: "Sequence[Link]") -> None:
        with self.file.locked() as last:
            new = list(links)
            if new[-1].seq <= last and self._has(new[-1]):
                return
            if new[0].seq > last + 1:
                upto = new[-1].seq
                new = list(store.read(lambda tx: self._between(tx, last, upto)))
            lines = lines_of(new)
            self.file.append(lines, durable=any(line.kind in KEPT for line in lines))

    def _between(self, tx: "GateTx", after: int, upto: int) -> "Sequence[Link]":
        return signed(tx, self._key, [x for x in tx.chain.links(after) if x.seq <= upto])

    def _has(self, link: "Link") -> bool:
        return self.state.heads.get(link.seq) == link.mac or any(
            line.seq == link.seq and line.mac == link.mac for line in self.file.read().lines
        )

    def _begin(self, store: "GateStore") -> None:
        """Begin with everything the chain holds, and let the chain know of the ledger."""
        name = secrets.token_hex(8)
        first = LedgerLine(0, "-", BEGUN, name)
        if self.file.begin([first, *store.read(lambda tx: lines_of(tx.chain.links()))]):
            store.write(lambda tx: self._tie(tx, name))
            log.info("ledger.begun", ledger=name)

    def _tie(self, tx: "GateTx", name: str) -> None:
        """Write down whose ledger it is, and who was here before people were let in by entries."""
        people = {p.id: p.role for p in tx.staff.everybody() if p.active}
        known = {one.subject for one in tx.chain.about(sorted(people)) if one.kind in ROLE}
        uncounted = {person: role for person, role in people.items() if person not in known}
        body = {"id": name, "people": uncounted}
        record(tx, self._key, self._clock(), AGENT, LEDGER, LEDGER, body)

    def why_not(self, tx: "GateTx") -> str:
        """Why nothing may leave: what does not fit between database, ledger and heads; or ''."""
        try:
            return self._misfit(tx) or self._head_misfit(tx)
        except Forged as error:
            return f"{error}: {WHAT_TO_DO}"
        except OSError as error:
            return f"{self.file.path.name} cannot be read ({type(error).__name__}); nothing leaves"

    def _misfit(self, tx: "GateTx") -> str:
        tied = signed(tx, self._key, tx.chain.newest([LEDGER], LEDGER))
        if not self.file.exists():
            return f"{FILE} is gone from {self.home}: put it back; {WHAT_TO_DO}" if tied else ""
        if not os.access(self.file.path, os.W_OK):
            return f"{self.file.path} cannot be written, and what leaves must be written down there"
        return self.foreign(tx) or self._older(tx, self.state)

    def foreign(self, tx: "GateTx") -> str:
        """Why the file is not the one of this installation, or ''."""
        if not self.file.exists():
            return ""
        tied, state = signed(tx, self._key, tx.chain.newest([LEDGER], LEDGER)), self.state
        is_named = all(f'"{state.id}"' in entry.body for entry in tied)
        if state.id and is_named and not self._strange:
            return ""
        about = f"at {self._strange!r}" if self._strange else f"it is {state.id or 'empty'}"
        return (f"{self.file.path} was changed or is of another installation ({about}); put "
                "the one of this home back")  # fmt: skip

    def _older(self, tx: "GateTx", state: LedgerState) -> str:
        last, head = state.last, tx.chain.head()
        found = tx.chain.macs([last.seq]).get(last.seq) if last is not None else None
        at = head.seq if head else 0
        if last is not None and (found is None or state.is_forked):
            return (f"the database stands at entry {at} of its chain and {FILE} at {last.seq}: a "
                    f"backup was restored, or entries were cut off; {WHAT_TO_DO}")  # fmt: skip
        if last is not None and found != last.mac:
            return f"entry {last.seq} is another one than the one in {FILE}; {WHAT_TO_DO}"
        signed(tx, self._key, list(tx.chain.links(last.seq if last is not None else at)))
        if at != tx.chain.size():
            return f"audit: {at - tx.chain.size()} entries are gone; {AFTER_A_GAP}"
        return ""

    def _head_misfit(self, tx: "GateTx") -> str:
        wrong = missing_tail_of(tx, self.last_head())
        return f"audit: {wrong}; {WHAT_TO_DO}" if wrong else ""

    def last_head(self) -> str:
        """The head of the chain that was exported last; '' before the first."""
        path = self.home / HEADS
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return next((line for line in reversed(lines) if line.strip()), "")

    def export_head(self, tx: "GateTx") -> str:
        """Write the head of the chain down beside the database, unless it stands there already."""
        head = head_of(tx.chain.head())
        if head != self.last_head():
            with (self.home / HEADS).open("a", encoding="utf-8") as kept:
                kept.write(head + "\n")
                kept.flush()
                os.fsync(kept.fileno())
        return head

    def go_on(self, store: "GateStore") -> None:
        """After a backup was restored: from here on the ledger goes with this database."""
        if not self.file.exists():
            self._begin(store)
            store.read(self.export_head)
            return
        store.write(lambda tx: self._tie(tx, self.state.id))
        head = store.read(lambda tx: tx.chain.head())
        if head is not None:
            with self.file.locked():
                self.file.append([LedgerLine(head.seq, head.mac, RESTORED, "-")], durable=True)
        store.read(self.export_head)

    def refusals(self, keys: "Collection[str]") -> tuple[Suppression, ...]:
        """The words of no about some addresses."""
        found = [
            Suppression(key, channel, datetime.fromisoformat(at))
            for key in keys
            for channel, at, known in sorted(self.state.refusals.get(key[:SHORT], ()))
            if known in {key, key[:SHORT]}
        ]
        return tuple(found)

    def called(self, action_id: str) -> int:
        """The fence of the last call of an action; 0 when it was never called."""
        return self.state.calls.get(action_id, 0)

    def was_sent(self, action_id: str) -> str:
        """When an action was sent by the ledger, or ''."""
        return self.state.sent.get(action_id, "")

    def stopped(self, proposal_id: str) -> int:
        """The version in which a proposal was taken back last; 0 when it never was."""
        line = self.state.stopped.get(proposal_id)
        return line.number if line is not None else 0
