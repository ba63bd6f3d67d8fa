"""People who may sign in, their sessions and their API tokens.

One row for each human: mailboxes are compared without tags and aliases, so that nobody can be two.
Sessions and tokens are kept under the hash of their secret; the secrets are stored nowhere. Losing
a role or being switched off ends both in the same transaction. What changes people is in `staff`,
since the gate does it in the transaction of its audit entry.
"""

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tools.errors import BadInput
from tools.store.person import (
    Credentials,
    Login,
    Person,
    Role,
    Token,
    one_mailbox,
    person_of,
    token_of,
)
from tools.store.rows import record_of
from tools.store.staff import Staff
from tools.store.tables import LoginRow, PersonRow, TokenRow

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement

    from tools.store.engine import Database

__all__ = ["Credentials", "Login", "Logins", "People", "Person", "Role", "Token", "Tokens",
           "one_mailbox"]  # fmt: skip


class People:
    """Who may sign in; `logins` and `tokens` hold what they signed in with."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self.logins = Logins(database)
        self.tokens = Tokens(database)

    def add(self, mailbox: str, name: str, role: Role, now: "datetime") -> Person:
        """Let somebody in; see `Staff.add`."""
        with self._database.write() as session:
            return Staff(session).add(mailbox, name, role, now)

    def by_mailbox(self, mailbox: str) -> Person | None:
        """The human behind any spelling of a mailbox."""
        try:
            plain = one_mailbox(mailbox)
        except BadInput:
            return None
        return self._one(col(PersonRow.mailbox) == plain)

    def by_id(self, person: str) -> Person | None:
        """The human with an id."""
        return self._one(col(PersonRow.id) == person)

    def by_subject(self, subject: str) -> Person | None:
        """The human linked with an account of the sign-in provider."""
        return self._one(col(PersonRow.subject) == subject)

    def everybody(self) -> tuple[Person, ...]:
        """All people, by mailbox, those switched off too."""
        with self._database.read() as session:
            rows = session.scalars(select(PersonRow).order_by(col(PersonRow.mailbox)))
            return tuple(person_of(row) for row in rows)

    def link(self, person: str, subject: str) -> bool:
        """Tie somebody to an account of the provider; False when they are tied to any already."""
        free = col(PersonRow.subject).is_(None)
        try:
            return self._update(person, free, subject=subject)
        except IntegrityError as error:
            raise BadInput("subject: this account is linked with somebody else") from error

    def set_role(self, person: str, role: Role, now: "datetime") -> None:
        """Give another role; sessions and tokens of the old one end."""
        with self._database.write() as session:
            Staff(session).set_role(person, role, now)

    def set_active(self, person: str, *, active: bool, now: "datetime") -> None:
        """Switch somebody off or on again; sessions and tokens end either way."""
        with self._database.write() as session:
            Staff(session).set_active(person, active=active, now=now)

    def credentials(self, person: str) -> Credentials | None:
        """What a sign-in of this person is checked against."""
        with self._database.read() as session:
            row = session.get(PersonRow, person)
            return None if row is None else Credentials(row.password, row.totp)

    def set_password(self, person: str, hashed: str, now: "datetime") -> None:
        """Keep the hash of a new password; sessions and tokens of before end."""
        with self._database.write() as session:
            Staff(session).set_password(person, hashed, now)

    def rehash(self, person: str, old: str, new: str) -> bool:
        """Replace the hash of the same password; False when it was changed meanwhile."""
        return self._update(person, col(PersonRow.password) == old, password=new)

    def set_totp(self, person: str, sealed: str, step: int) -> None:
        """Keep a sealed secret for codes; the code of `step` enrolled it and is used up."""
        with self._database.write() as session:
            Staff(session).set_totp(person, sealed, step)

    def use_step(self, person: str, step: int) -> bool:
        """Use up the code of a step; False when it or a later one was used before."""
        return self._update(person, col(PersonRow.totp_step) < step, totp_step=step)

    def _one(self, condition: "ColumnElement[bool]") -> Person | None:
        with self._database.read() as session:
            row = session.scalars(select(PersonRow).where(condition)).one_or_none()
            return None if row is None else person_of(row)

    def _update(self, person: str, condition: "ColumnElement[bool]", **values: object) -> bool:
        changed = update(PersonRow).where(col(PersonRow.id) == person, condition).values(**values)
        with self._database.write() as session:
            return session.connection().execute(changed).rowcount == 1


class Logins:
    """Sessions; every look at one asks again whether the person is active."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def start(self, login: Login) -> None:
        """Keep a new session."""
        with self._database.write() as session:
            session.add(LoginRow(**vars(login)))

    def find(self, sha256: str, now: "datetime", idle: "timedelta") -> tuple[Login, Person] | None:
        """The session under a hash and whose it is, unless it ended or lay idle."""
        query = (
            select(LoginRow, PersonRow)
            .join(PersonRow, col(PersonRow.id) == col(LoginRow.person))
            .where(
                col(LoginRow.sha256) == sha256,
                col(LoginRow.ends_at) > now,
                col(LoginRow.seen_at) > now - idle,
                col(PersonRow.active),
            )
        )
        with self._database.read() as session:
            found = session.execute(query).one_or_none()
            return None if found is None else (record_of(Login, found[0]), person_of(found[1]))

    def touch(self, sha256: str, now: "datetime") -> None:
        """Note that a session was used; one that ended meanwhile stays ended."""
        with self._database.write() as session:
            found = col(LoginRow.sha256) == sha256
            session.execute(update(LoginRow).where(found).values(seen_at=now))

    def end(self, sha256: str) -> bool:
        """Delete a session; False when there is none."""
        return self._delete(col(LoginRow.sha256) == sha256) == 1

    def end_all(self, person: str) -> int:
        """Delete all sessions of a person and say how many."""
        return self._delete(col(LoginRow.person) == person)

    def purge(self, now: "datetime", idle: "timedelta") -> int:
        """Delete the sessions nobody can use any more and say how many."""
        over, unused = col(LoginRow.ends_at) <= now, col(LoginRow.seen_at) <= now - idle
        return self._delete(or_(over, unused))

    def _delete(self, condition: "ColumnElement[bool]") -> int:
        with self._database.write() as session:
            return session.connection().execute(delete(LoginRow).where(condition)).rowcount


class Tokens:
    """API tokens; every look at one asks again whether the person is active."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def add(self, sha256: str, token: Token) -> None:
        """Keep a new token under the hash of its secret."""
        with self._database.write() as session:
            Staff(session).add_token(sha256, token)

    def find(self, sha256: str, now: "datetime") -> tuple[Token, Person] | None:
        """The token under a hash and whose it is, unless it ended or was revoked."""
        query = (
            select(TokenRow, PersonRow)
            .join(PersonRow, col(PersonRow.id) == col(TokenRow.person))
            .where(
                col(TokenRow.sha256) == sha256,
                col(TokenRow.ends_at) > now,
                col(TokenRow.revoked_at).is_(None),
                col(PersonRow.active),
            )
        )
        with self._database.read() as session:
            found = session.execute(query).one_or_none()
            return None if found is None else (token_of(found[0]), person_of(found[1]))

    def mark_used(self, sha256: str, now: "datetime") -> None:
        """Note when a token was used last."""
        with self._database.write() as session:
            found = col(TokenRow.sha256) == sha256
            session.execute(update(TokenRow).where(found).values(used_at=now))

    def revoke(self, prefix: str, now: "datetime") -> bool:
        """End the token with a prefix; False when there is none that still holds."""
        with self._database.write() as session:
            return Staff(session).revoke_token(prefix, now)

    def list_all(self, person: str | None = None) -> tuple[Token, ...]:
        """The tokens of a person or of everybody, oldest first, ended ones too."""
        query = select(TokenRow).order_by(col(TokenRow.created_at), col(TokenRow.prefix))
        if person is not None:
            query = query.where(col(TokenRow.person) == person)
        with self._database.read() as session:
            return tuple(token_of(row) for row in session.scalars(query))
