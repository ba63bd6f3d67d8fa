"""What changes about people, inside a transaction: the gate's own, together with its audit entry.

Losing a role or being switched off ends sessions and tokens in the same transaction.
"""

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tools.errors import BadInput
from tools.store.columns import storable
from tools.store.lookalikes import alike
from tools.store.person import Role, one_mailbox, person_of, token_of
from tools.store.records import one_of
from tools.store.tables import LoginRow, PersonRow, TokenRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlmodel import Session

    from tools.store.person import Person, Token


class Staff:
    """The people of one transaction."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def get(self, person: str) -> "Person":
        """Somebody as they stand now.

        Raises:
            BadInput: when nobody has the id.
        """
        row = self._session.get(PersonRow, person, populate_existing=True)
        if row is None:
            raise _nobody(person)
        return person_of(row)

    def everybody(self) -> "tuple[Person, ...]":
        """All people, those switched off too."""
        rows = self._session.scalars(select(PersonRow).order_by(col(PersonRow.id)))
        return tuple(person_of(row) for row in rows)

    def add(self, mailbox: str, name: str, role: Role, now: "datetime") -> "Person":
        """Let somebody in, without a password yet.

        Raises:
            BadInput: when the role is unknown or another spelling of the mailbox is there already.
        """
        one_of("role", role, Role)
        plain = one_mailbox(mailbox)
        self._refuse_twin(plain, name)
        row = PersonRow(
            id=f"u{secrets.token_hex(8)}",
            mailbox=plain,
            name=storable(name, 200),
            role=role,
            password="",
            totp="",
            totp_step=0,
            active=True,
            created_at=now,
        )
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError as error:
            raise BadInput(
                f"person: {plain} is there already; a human has one entry, "
                "whatever the spelling of the address"
            ) from error
        return person_of(row)

    def _refuse_twin(self, mailbox: str, name: str) -> None:
        """Refuse who passes for somebody that is here; the same name in the same letters may be."""
        for row in self._session.scalars(select(PersonRow)):
            if alike(row.mailbox, mailbox) or alike(row.name, name):
                raise BadInput(
                    f"person: {mailbox} ({name[:100]}) cannot be told from {row.mailbox} "
                    f"({row.name}), who is here; a human has one entry: if they are two, give the "
                    "new one another address, or write the name out"
                )

    def twins(self, person: str, others: "Iterable[str]") -> bool:
        """Whether somebody passes for one of others: entries of before twins were refused."""
        rows = self._session.scalars(select(PersonRow).where(col(PersonRow.id) == person)).all()
        known = self._session.scalars(select(PersonRow).where(col(PersonRow.id).in_(list(others))))
        return any(alike(me.mailbox, one.mailbox) for one in known for me in rows)

    def set_role(self, person: str, role: Role, now: "datetime") -> None:
        """Give another role; sessions and tokens of the old one end."""
        one_of("role", role, Role)
        self._change(person, role=role)
        self._end_all(person, now)

    def set_active(self, person: str, *, active: bool, now: "datetime") -> None:
        """Switch somebody off or on again; sessions and tokens end either way."""
        self._change(person, active=active)
        self._end_all(person, now)

    def set_password(self, person: str, hashed: str, now: "datetime") -> None:
        """Keep the hash of a new password; sessions and tokens of before end, for all who know."""
        self._change(person, password=hashed)
        self._end_all(person, now)

    def set_totp(self, person: str, sealed: str, step: int) -> None:
        """Keep a sealed secret for codes; the code of `step` enrolled it and is used up."""
        self._change(person, totp=sealed, totp_step=step)

    def reset(self, person: str, now: "datetime") -> None:
        """Forget password and app of somebody who lost them; sessions and tokens end."""
        self._change(person, password="", totp="", totp_step=0)
        self._end_all(person, now)

    def add_token(self, sha256: str, token: "Token") -> None:
        """Keep a new token under the hash of its secret."""
        row = {**vars(token), "scopes": " ".join(token.scopes)}
        self._session.add(TokenRow(**row, sha256=sha256))
        self._session.flush()

    def token(self, prefix: str) -> "Token | None":
        """The token with a prefix, ended or not."""
        query = select(TokenRow).where(col(TokenRow.prefix) == prefix)
        row = self._session.scalars(query).first()
        return None if row is None else token_of(row)

    def revoke_token(self, prefix: str, now: "datetime") -> bool:
        """End the token with a prefix; False when there is none that still holds."""
        held = (col(TokenRow.prefix) == prefix, col(TokenRow.revoked_at).is_(None))
        ended = update(TokenRow).where(*held).values(revoked_at=now)
        return self._session.connection().execute(ended).rowcount > 0

    def _end_all(self, person: str, now: "datetime") -> None:
        theirs = (col(TokenRow.person) == person, col(TokenRow.revoked_at).is_(None))
        self._end_sessions(person)
        self._session.execute(update(TokenRow).where(*theirs).values(revoked_at=now))

    def _end_sessions(self, person: str) -> None:
        self._session.execute(delete(LoginRow).where(col(LoginRow.person) == person))

    def _change(self, person: str, **values: object) -> None:
        changed = update(PersonRow).where(col(PersonRow.id) == person).values(**values)
        if self._session.connection().execute(changed).rowcount != 1:
            raise _nobody(person)


def _nobody(person: str) -> BadInput:
    return BadInput(f"person: nobody has the id {person!r}; list the people first")
