"""Edit: other words under a new hash; every earlier yes is void and policy is asked again."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from approvals.canonical import canonical, digest
from approvals.chain_proof import check_proposal
from approvals.envelope import read_values
from policies.words import judge_words, unreadable
from tools.errors import BadInput, Conflict, UnreadableText
from tools.store.gate.records import Revision

if TYPE_CHECKING:
    from approvals.gate_context import GateContext
    from approvals.request import Actor, Result, Wish
    from tools.store.gate.gate import GateTx
    from tools.store.records import Proposal


def edit(
    gate: "GateContext", tx: "GateTx", actor: "Actor", wish: "Wish", proposal: "Proposal"
) -> "Result":
    """Put new words in the place of the old; only subject and text can be edited.

    Raises:
        UnreadableText: when a link in the words cannot be read as an address.
        BadInput: when a rule refuses the words; it names the rule and what is wrong.
    """
    gate.check_seen(tx, proposal, wish)
    text = tx.asked.bytes_of(proposal)
    values = read_values(text, proposal.shown, proposal.id)
    check_proposal(gate, tx, proposal, values)
    what = values["what"]
    written = (wish.subject.replace("\r", ""), wish.body.replace("\r\n", "\n"))
    before = (what["subject"], what["body"])
    first = read_values(proposal.envelope, proposal.sha256, proposal.id)["what"]
    if bad := unreadable((first["subject"], first["body"]), written):
        raise UnreadableText(f"words_links: {bad}")
    hosts = gate.limits(gate.today()).link_hosts
    findings = judge_words((first["subject"], first["body"]), written, hosts)
    if denied := [f"{f.rule_id}: {f.reason}" for f in findings if f.outcome == "deny"]:
        raise BadInput("; ".join(denied))
    values["what"] = what | {"subject": written[0], "body": written[1]}
    said = [f for f in values["findings"] if not f["rule_id"].startswith("words_")]
    values["findings"] = said + [asdict(finding) for finding in findings]
    changed = canonical(values)
    if written == before:
        raise BadInput("nothing was changed")
    sha256, now = digest(changed), gate.clock()
    known = tx.asked.revisions(proposal.id)
    if sha256 not in {proposal.sha256, *(one.sha256 for one in known)}:
        tx.asked.revise(Revision(proposal.id, len(known) + 1, changed, sha256, actor.person, now))
    moved = tx.asked.move(
        proposal, "pending", now, before_day=gate.today(), shown=sha256, editor=actor.person
    )
    if not moved:
        raise Conflict(gate.told(tx, proposal.id))
    return gate.note(tx, actor, wish, proposal, "pending", instead_of=proposal.shown)
