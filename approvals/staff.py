"""People and what they sign in with: each change with its audit entry, by one check of who may.

Administrators see to others, everybody to themselves. Nobody takes their own role away or switches
themselves off, so that there is always an administrator left. The entries hold ids, roles and
scopes; never a name, an address, a password, a code or a token.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from approvals.audit import record
from approvals.chain_words import check_role
from approvals.request import Actor
from tools.errors import BadInput, Forbidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from approvals.gate_context import GateContext
    from tools.store.gate.gate import GateTx
    from tools.store.person import Person, Role, Token

OPERATOR = Actor("operator", "admin", "cli")  # whoever has the machine, at its own terminal
DOORS = frozenset({"let_in", "link"})
APART = timedelta(days=1)


def add(gate: "GateContext", actor: Actor, mailbox: str, name: str, role: "Role") -> "Person":
    """Let somebody in, without a password yet.

    Raises:
        BadInput: when the role is unknown, or the human is here already under any spelling.
    """

    def work(tx: "GateTx") -> "Person":
        check_manager(gate, tx, actor)
        if not name.strip():
            raise BadInput("name: say what to call them")
        person = tx.staff.add(mailbox, name.strip(), role, gate.clock())
        _note(gate, tx, actor, "let_in", person.id, role=role)
        return person

    return gate.store.write(work)


def set_role(gate: "GateContext", actor: Actor, person: str, role: "Role") -> None:
    """Give somebody else another role; their sessions and tokens end."""

    def work(tx: "GateTx", before: "Person") -> None:
        tx.staff.set_role(person, role, gate.clock())
        _note(gate, tx, actor, "role", person, role=role, was=before.role)

    _of_another(gate, actor, person, work)


def set_active(gate: "GateContext", actor: Actor, person: str, *, active: bool) -> None:
    """Switch somebody else off or on again; sessions and tokens end either way."""

    def work(tx: "GateTx", before: "Person") -> None:
        del before
        tx.staff.set_active(person, active=active, now=gate.clock())
        _note(gate, tx, actor, "switch_on" if active else "switch_off", person)

    _of_another(gate, actor, person, work)


def reset(gate: "GateContext", actor: Actor, person: str) -> None:
    """Forget password and app of somebody who lost them; they come in again by a link."""

    def work(tx: "GateTx", before: "Person") -> None:
        del before
        tx.staff.reset(person, gate.clock())
        _note(gate, tx, actor, "reset", person)

    _of_another(gate, actor, person, work)


def allow_link(gate: "GateContext", actor: Actor, person: str) -> None:
    """Write down that somebody is given a link that signs in once; only then it may be made.

    Raises:
        BadInput: for somebody who is switched off.
    """

    def work(tx: "GateTx", before: "Person") -> None:
        if not before.active:
            raise BadInput("link: they are switched off; switch them on first")
        _note(gate, tx, actor, "link", person)

    _of_another(gate, actor, person, work)


def set_password(gate: "GateContext", actor: Actor, person: str, hashed: str) -> None:
    """Keep the hash of one's own new password; sessions and tokens of before end.

    Whoever changes a password may do it because another knows it, and that one may have made
    tokens meanwhile.
    """

    def work(tx: "GateTx") -> None:
        _check_oneself(gate, tx, actor, person)
        tx.staff.set_password(person, hashed, gate.clock())
        _note(gate, tx, actor, "password", person)

    gate.store.write(work)


def set_totp(gate: "GateContext", actor: Actor, sealed: str, step: int) -> None:
    """Keep the sealed secret of one's own app, in the place of any before."""

    def work(tx: "GateTx") -> None:
        _check_oneself(gate, tx, actor, actor.person)
        tx.staff.set_totp(actor.person, sealed, step)
        _note(gate, tx, actor, "totp", actor.person)

    gate.store.write(work)


def add_token(gate: "GateContext", actor: Actor, sha256: str, token: "Token") -> None:
    """Keep a token of one's own, under the hash of its secret."""

    def work(tx: "GateTx") -> None:
        _check_oneself(gate, tx, actor, token.person)
        tx.staff.add_token(sha256, token)
        _note(
            gate,
            tx,
            actor,
            "token",
            token.person,
            prefix=token.prefix,
            scopes=list(token.scopes),
            agent=token.agent,
        )

    gate.store.write(work)


def revoke_token(gate: "GateContext", actor: Actor, prefix: str) -> None:
    """End a token of one's own; an administrator ends anybody's.

    Raises:
        BadInput: when there is none of that prefix that still holds.
    """

    def work(tx: "GateTx") -> None:
        token = tx.staff.token(prefix)
        if token is None or token.person != actor.person:
            check_manager(gate, tx, actor)
        else:
            _check_oneself(gate, tx, actor, token.person)
        if token is None or not tx.staff.revoke_token(prefix, gate.clock()):
            raise BadInput("token: there is none of that name that still holds")
        _note(gate, tx, actor, "token_end", token.person, prefix=prefix)

    gate.store.write(work)


def check_manager(gate: "GateContext", tx: "GateTx", actor: Actor) -> None:
    """Refuse whoever is no administrator in this very transaction, by the row and the chain."""
    actor.check("manage")
    check_still(gate, tx, actor)


def opened_for(tx: "GateTx", person: str, gate: "GateContext") -> frozenset[str]:
    """Who let somebody in within the last day, by adding them or by a link, and so could be them.

    Two yeses must come from two humans; whoever holds a fresh key to another's account is not
    believed to be another. After a day the other has long noticed, and the chain names the key.
    """
    since = gate.clock() - APART
    entries = tx.chain.about([person])
    return frozenset(one.who for one in entries if one.kind in DOORS and one.at > since)


def _of_another(
    gate: "GateContext", actor: Actor, person: str, work: "Callable[[GateTx, Person], None]"
) -> None:
    """Do something with somebody else, as an administrator."""

    def checked(tx: "GateTx") -> None:
        check_manager(gate, tx, actor)
        if person == actor.person:
            raise Forbidden("not to yourself; another administrator does that")
        work(tx, tx.staff.get(person))

    gate.store.write(checked)


def _check_oneself(gate: "GateContext", tx: "GateTx", actor: Actor, person: str) -> None:
    """Refuse whoever is not the person themselves, a program, and who may not come in any more."""
    if actor is OPERATOR:
        return
    actor.check("read")
    if actor.agent or person != actor.person:
        raise Forbidden("only the person themselves changes what they sign in with")
    check_still(gate, tx, actor)


def check_still(gate: "GateContext", tx: "GateTx", actor: Actor) -> None:
    """Refuse whoever has not, in this very transaction, the role they came with by row and chain.

    Raises:
        Forbidden: when it was changed or taken since.
        Forged: when a hand gave it in the database.
    """
    if actor is OPERATOR:
        return
    if tx.roles.of([actor.person]).get(actor.person) != actor.role:
        raise Forbidden("your role has changed or ended; sign in again")
    check_role(tx, gate.key, actor.person, actor.role)


def _note(
    gate: "GateContext", tx: "GateTx", actor: Actor, kind: str, subject: str, **body: object
) -> None:
    body = {"via": actor.via, **body}
    record(tx, gate.key, gate.clock(), actor.person, kind, subject, body)
