"""One proposal with everything around it, read at one moment: the bytes, the deeds, the action."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from approvals.decisions.approve import still_needed
from approvals.envelope import read_values
from tools.errors import Absent
from tools.store.gate.agreed import standing
from tools.store.gate.overview import of_account

if TYPE_CHECKING:
    from approvals.service import Gate
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action, Assignment, Attempt, Deed, Revision
    from tools.store.records import Proposal

_PIECE = re.compile(r"\S+[^\S\n]*|\s")


@dataclass(frozen=True)
class Change:
    """Words that stayed (`same`), went (`out`) or came (`in`)."""

    kind: str
    words: str


@dataclass(frozen=True)
class Detail:
    """A proposal as it stands; `values` are those of the bytes shown now, `first` of the first."""

    proposal: "Proposal"
    values: dict[str, Any]
    first: dict[str, Any]
    deeds: "tuple[Deed, ...]"
    revisions: "tuple[Revision, ...]"
    action: "Action | None"
    attempts: "tuple[Attempt, ...]"
    holder: "Assignment | None"
    waits_for: int
    agreed: "tuple[Deed, ...]"
    past: "tuple[Proposal, ...]"
    names: Mapping[str, str]
    late: bool

    @property
    def state(self) -> str:
        """The status, told apart from one whose time has run out."""
        return "expired" if self.late else self.proposal.status

    @property
    def open(self) -> bool:
        """Whether it can be decided now."""
        return self.state == "pending"

    @property
    def blocked(self) -> bool:
        """Whether it was agreed to and then blocked, so that it can be asked for again."""
        action = self.action
        return (
            self.proposal.status == "approved" and action is not None and action.status == "blocked"
        )

    @property
    def needs(self) -> int:
        """How many people must agree, those who have included."""
        return self.waits_for + len(self.agreed)

    @property
    def edited(self) -> bool:
        """Whether the words are not the first ones any more."""
        return self.proposal.shown != self.proposal.sha256

    def name(self, person: str) -> str:
        """Somebody's name; the id of whoever has none."""
        return self.names.get(person) or person


def detail_of(gate: "Gate", proposal_id: str) -> Detail:
    """Everything about one proposal.

    Raises:
        Absent: when there is none of that id.
    """
    return gate.store.read(lambda tx: _read(gate, tx, proposal_id))


def _read(gate: "Gate", tx: "GateTx", proposal_id: str) -> Detail:
    proposal = tx.asked.get(proposal_id)
    values = read_values(tx.asked.bytes_of(proposal), proposal.shown, proposal.id)
    deeds, holder = tx.log.of(proposal_id), tx.log.assignment(proposal_id)
    action = tx.actions.of_proposal(proposal_id)
    late = proposal.status == "pending" and proposal.expires_day <= gate.today()
    waits = still_needed(gate, tx, proposal) if proposal.status == "pending" else 0
    people = {deed.who for deed in deeds} | ({holder.who} if holder else set())
    people |= ({proposal.editor} - {""}) | {deed.note for deed in deeds if deed.kind == "assign"}
    past = of_account(tx.session, proposal.account_id)
    agreed = standing(deeds, proposal.shown)
    return Detail(
        proposal,
        values,
        read_values(proposal.envelope, proposal.sha256, proposal.id),
        deeds,
        tx.asked.revisions(proposal_id),
        action,
        tx.actions.attempts(action.id) if action else (),
        holder if holder and (holder.until is None or holder.until > gate.clock()) else None,
        waits,
        agreed,
        tuple(p for p in past if p.id != proposal.id),
        tx.roles.names(people),
        late,
    )


def words_of(gate: "Gate", proposal_id: str, sha256: str) -> tuple[str, str]:
    """Subject and text of the bytes somebody looked at.

    Raises:
        Absent: when the proposal never had them.
    """
    text = gate.store.read(lambda tx: tx.asked.text_of(proposal_id, sha256))
    if text is None:
        raise Absent("the proposal never had these bytes")
    what = read_values(text, sha256, proposal_id)["what"]
    return str(what["subject"]), str(what["body"])


def changes(before: str, after: str) -> tuple[Change, ...]:
    """What went and what came, word by word."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[Change] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind == "equal":
            found.append(Change("same", _joined(old, a0, a1)))
            continue
        found += [Change("out", _joined(old, a0, a1))] if a1 > a0 else []
        found += [Change("in", _joined(new, b0, b1))] if b1 > b0 else []
    return tuple(found)


def _joined(pieces: Sequence[str], start: int, end: int) -> str:
    return "".join(pieces[start:end])
