"""The ledger beside the database: every effect and every "no", so that no backup forgets one.

After each commit the new entries of the chain go into `ledger.txt`, before anything is called.
A database that was restored, cut or exchanged is then older than its ledger, or does not go on from
where it ends, and nothing leaves before a person has said `lifecycle restored`.
"""

import hmac
import os
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from errno import EACCES
from threading import RLock
from typing import TYPE_CHECKING
from urllib.parse import unquote

import structlog
from sqlalchemy.exc import OperationalError

from approvals.audit import AGENT, head_of, is_head, missing_tail_of, record
from approvals.chain_story import Forged, signed
from approvals.chain_words import HEARD, LEDGER, SHORT, names_role
from approvals.ledger_lines import (
    BEGUN,
    KEPT,
    NOTHING,
    RESTORED,
    LedgerState,
    fork_at,
    lines_of,
)
from tools.store.ledger_file import LedgerFile, LedgerLine, append_line, last_line
from tools.store.patience import OF_A_PERSON, patience, patient
from tools.store.records import Suppression

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from approvals.audit import Key
    from approvals.ledger_lines import HeardNo
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


@dataclass(frozen=True)
class LedgerLook:
    """What stood beside the database at a moment; a database that is read later is no older.

    `strange` is the first line of the ledger that is not ours, `head` the last exported head.
    """

    state: LedgerState
    strange: str
    head: str


class EffectLedger:
    """The ledger of an installation, in its home; `clock` dates its first entry."""

    def __init__(self, home: "Path", key: "Key", clock: "Callable[[], datetime]") -> None:
        """Read nothing before somebody asks."""
        self.home, self._key, self._clock = home, key, clock
        self.file = LedgerFile(home / FILE, lambda text: key.mac("ledger", text))
        self._state, self._offset, self._strange = LedgerState(), 0, ""
        self._lock = RLock()

    @property
    def state(self) -> LedgerState:
        """What the lines say up to now; only new ones are read."""
        with self._lock:
            if self.file.size() < self._offset:  # another file lies there now
                self._state, self._offset, self._strange = LedgerState(), 0, ""
            while self.file.size() > self._offset:
                found = self.file.read(self._offset)
                for line in found.lines:
                    self._state.add(line, SHORT)
                self._strange = self._strange or found.strange
                if found.offset == self._offset:
                    break  # half a line, which somebody is writing or a crash has torn
                self._offset = found.offset
            return self._state

    def read_new(self) -> None:
        """Read what others wrote before the gate is locked: of a large file it takes seconds.

        What cannot be read now is refused by whoever needs it inside.
        """
        with suppress(OSError):
            _ = self.state

    def look(self, *, whole: bool = False) -> LedgerLook:
        """What stands beside the database now, to be asked before the database is read.

        Others write meanwhile: read after the database, their lines would tell of entries that
        were not there yet. `whole` is for who compares every line.
        """
        with self._lock:
            state = self.state.copy() if whole else self.state.end
            return LedgerLook(state, self._strange, self.last_head())

    def wait(self) -> None:
        """Wait until the ledger can be written, before anything is claimed.

        Raises:
            OperationalError: as of a locked database, when another process holds it for long.
        """
        with suppress(OSError), self.file.locked():  # what else is wrong with it is said elsewhere
            pass

    def export(self, store: "GateStore", links: "Sequence[Link]") -> None:
        """Write down what a transaction has added to the chain, and what was missed before it.

        What cannot be written is an alarm, and keeps the executor from calling anybody. It raises
        nothing: the transaction stands, and whoever made it must not be told otherwise.
        """
        with self._alarmed():
            if self.file.exists():
                with patient(min(patience(), OF_A_PERSON)):  # what is missed comes with the next
                    self._append(store, links)
            elif not store.read(lambda tx: tx.chain.newest([LEDGER], LEDGER)):
                self._begin(store)

    def hear(self, store: "GateStore", noes: "Iterable[HeardNo]") -> None:
        """Write down every "no" that came with the facts and does not stand here yet.

        Their lines stand by an entry that is made after the facts were committed: a backup without
        the facts is without the entry too, and so is seen to be older. What cannot be written is an
        alarm, and is written at the next look.
        """
        with self._alarmed():
            if not (new := self._unheard(noes)):
                return
            now = self._clock()
            entry = store.write(lambda tx: self._note(tx, now, len(new)))
            with patient(min(patience(), OF_A_PERSON)), self.file.locked():
                if self.state.heads.get(entry.seq) == entry.mac:  # and no line before it is missing
                    self.file.append([one.line(entry, now) for one in new], durable=True)

    def _unheard(self, noes: "Iterable[HeardNo]") -> "list[HeardNo]":
        """Those of which there is no line, or only one of before they were said again."""
        heard = self.state.heard
        newest: dict[tuple[str, str], HeardNo] = {}
        for one in noes:
            line = heard.get(one.key, {}).get(one.entry)
            before = newest.get((one.key, one.entry))
            at = line.at if line else before.since.isoformat() if before and before.since else ""
            if (line is None and before is None) or (one.since and one.since.isoformat() > at):
                newest[one.key, one.entry] = one
        return list(newest.values())

    def _note(self, tx: "GateTx", now: datetime, number: int) -> "Link":
        record(tx, self._key, now, AGENT, HEARD, HEARD, {"number": number})
        (entry,) = tx.chain.newest([HEARD], HEARD)
        return entry

    @contextmanager
    def _alarmed(self) -> "Iterator[None]":
        """Let what cannot be written be an alarm and raise nothing."""
        try:
            yield
        except Forged as error:
            log.error("ledger.forged", why=str(error))  # noqa: TRY400 - it says what
        except OperationalError as error:
            log.error("ledger.locked", why=str(error.orig))  # noqa: TRY400 - it says what
        except Exception as error:
            log.exception(
                "ledger.not_written", file=self.file.path.name, error=type(error).__name__
            )

    def _append(self, store: "GateStore", links: "Sequence[Link]") -> None:
        with self.file.locked() as found:
            line = found or self.state.last or NOTHING
            if links[-1].seq <= line.seq and self._holds(store, line):
                return  # whoever came after us has written ours down with theirs
            new = list(links)
            if new[0].seq > line.seq + 1:
                upto = new[-1].seq
                new = list(store.read(lambda tx: self._between(tx, line.seq, upto)))
            forks = [] if self._follows(new, line) else [fork_at(line)]
            lines = [*forks, *lines_of(new)]
            durable = bool(forks) or any(one.kind in KEPT for one in lines)
            self.file.append(lines, durable=durable)

    def _follows(self, new: "Sequence[Link]", line: LedgerLine) -> bool:
        """Whether entries go on from the one of a line: each is signed with the one before it."""
        before = line.mac if line.seq else ""
        return bool(new) and hmac.compare_digest(self._key.sign(new[0], before), new[0].mac)

    def _between(self, tx: "GateTx", after: int, upto: int) -> "Sequence[Link]":
        return signed(tx, self._key, [x for x in tx.chain.links(after) if x.seq <= upto])

    def _holds(self, store: "GateStore", line: LedgerLine) -> bool:
        """Whether the chain holds the entry of a line, and so all the lines before it tell of."""
        return store.read(lambda tx: tx.chain.macs([line.seq])).get(line.seq) == line.mac

    def _begin(self, store: "GateStore") -> None:
        """Begin with everything the chain holds, and let the chain know of the ledger."""
        name = secrets.token_hex(8)
        first = LedgerLine(0, "-", BEGUN, name)
        if self.file.begin([first, *store.read(lambda tx: lines_of(tx.chain.links()))]):
            store.write(lambda tx: self._tie(tx, name))
            log.info("ledger.begun", ledger=name)

    def tie_again(self, store: "GateStore") -> None:
        """Let the chain know of a ledger whose process was killed right after it had begun it."""
        if self.file.exists() and not store.read(lambda tx: tx.chain.newest([LEDGER], LEDGER)):
            name = self.state.id
            store.write(lambda tx: self._tie(tx, name))

    def _tie(self, tx: "GateTx", name: str) -> None:
        """Write down whose ledger it is, and who was here before people were let in by entries."""
        people = tx.staff.everybody()
        entries = tx.chain.about([one.id for one in people])
        known = {one.subject for one in entries if names_role(one)}
        on, off = (
            {p.id: p.role for p in people if p.id not in known and p.active is active}
            for active in (True, False)
        )
        body = {"id": name, "people": on, "off": off}
        record(tx, self._key, self._clock(), AGENT, LEDGER, LEDGER, body)

    def gap(self, tx: "GateTx") -> str:
        """Whether entries are gone from the middle of the chain, in words, or ''.

        All are counted: it is asked when something is about to leave, not at every look.
        """
        head = tx.chain.head()
        gone = (head.seq if head else 0) - tx.chain.size()
        return f"audit: {gone} entries are gone; {AFTER_A_GAP}" if gone else ""

    def why_not(self, tx: "GateTx", look: LedgerLook | None = None) -> str:
        """Why nothing may leave: what does not fit between database, ledger and heads; or ''.

        Whoever has read in the transaction before gives the `look` from before that.
        """
        try:
            return self.misfit(tx, look)
        except OSError as error:
            return self.unreadable(error)

    def misfit(self, tx: "GateTx", look: LedgerLook | None = None, *, whole: bool = True) -> str:
        """What does not fit between database, ledger and heads, or ''.

        `whole` counts the entries of the chain as well: with nothing to leave it can wait.

        Raises:
            OSError: when that cannot be known now, for the ledger cannot be read or written.
        """
        try:
            look = look or self.look()
            wrong = missing_tail_of(tx, look.head)
            wrong = self._misfit(tx, look) or (f"audit: {wrong}; {WHAT_TO_DO}" if wrong else "")
            return wrong or (self.gap(tx) if whole else "")
        except Forged as error:
            return f"{error}: {WHAT_TO_DO}"

    def unreadable(self, error: OSError) -> str:
        """The words for a ledger that cannot be read or written at this moment."""
        why = error.strerror or type(error).__name__
        return f"{self.file.path}: {why}; what leaves must be written down there, so nothing leaves"

    def _misfit(self, tx: "GateTx", look: LedgerLook) -> str:
        tied = signed(tx, self._key, tx.chain.newest([LEDGER], LEDGER))
        if not self.file.exists():
            return f"{FILE} is gone from {self.home}: put it back; {WHAT_TO_DO}" if tied else ""
        if not os.access(self.file.path, os.W_OK):
            raise PermissionError(EACCES, "it cannot be written", str(self.file.path))
        return self._foreign(tied, look) or self._older(tx, look.state)

    def foreign(self, tx: "GateTx") -> str:
        """Why the file is not the one of this installation, or ''."""
        if not self.file.exists():
            return ""
        look = self.look()
        return self._foreign(signed(tx, self._key, tx.chain.newest([LEDGER], LEDGER)), look)

    def _foreign(self, tied: "Sequence[Link]", look: LedgerLook) -> str:
        name, strange = look.state.id, look.strange
        if name and all(f'"{name}"' in entry.body for entry in tied) and not strange:
            return ""
        about = f"at {strange!r}" if strange else f"it is {name or 'empty'}"
        return (
            f"{self.file.path} was changed or is of another installation ({about}); put "
            "the one of this home back"
        )

    def _older(self, tx: "GateTx", state: LedgerState) -> str:
        last, head = state.last, tx.chain.head()
        found = tx.chain.macs([last.seq]).get(last.seq) if last is not None else None
        at = head.seq if head else 0
        if last is not None and (found is None or state.is_forked):
            return (
                f"the database stands at entry {at} of its chain and {FILE} at {last.seq}: a "
                f"backup was restored, or entries were cut off; {WHAT_TO_DO}"
            )
        if last is not None and found != last.mac:
            return f"entry {last.seq} is another one than the one in {FILE}; {WHAT_TO_DO}"
        signed(tx, self._key, list(tx.chain.links(last.seq if last is not None else at)))
        return ""

    def last_head(self) -> str:
        """The head of the chain that was exported last; '' before the first."""
        return last_line(self.home / HEADS, is_head)

    def export_head(self, tx: "GateTx") -> str:
        """Write the head of the chain down beside the database, unless it stands there already."""
        head = head_of(tx.chain.head())
        if head != self.last_head():
            append_line(self.home / HEADS, head)
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

    def lost(self, tx: "GateTx", keys: "Collection[str] | None" = None) -> tuple[Suppression, ...]:
        """Words of no that came with facts of which this database knows nothing: of keys, or all.

        The others stand in the facts, where a later word may have taken them back.
        """
        heard = self.state.heard
        asked = heard if keys is None else [key for key in keys if key in heard]
        lines = [line for key in asked for line in heard[key].values()]
        macs = tx.chain.macs({line.seq for line in lines})
        return tuple(
            Suppression(line.subject, unquote(line.word), datetime.fromisoformat(line.at))
            for line in lines
            if macs.get(line.seq) != line.mac
        )

    def called(self, action_id: str) -> int:
        """The fence of the last call of an action; 0 when it was never called."""
        return self.state.calls.get(action_id, 0)

    def holds_call(self, action_id: str, fence: int) -> bool:
        """Whether a call is written down, in a ledger that still goes with its database."""
        state = self.state
        return state.calls.get(action_id, 0) >= fence and not state.is_forked

    def was_sent(self, action_id: str) -> str:
        """When an action was sent by the ledger, or ''."""
        return self.state.sent.get(action_id, "")

    def stopped(self, proposal_id: str) -> int:
        """The version in which a proposal was taken back last; 0 when it never was."""
        line = self.state.stopped.get(proposal_id)
        return line.number if line is not None else 0
