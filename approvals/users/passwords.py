"""Passwords: argon2id, and the same work whether or not somebody exists.

Each hash needs 64 MB for a moment, so a few are made at once and the others take turns.
"""

import unicodedata
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from approvals.users.turns import Turns
from tools.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

    from tools.store.people import People

SHORTEST, LONGEST = 12, 1000


class Passwords:
    """Hashes and checks the passwords of people."""

    def __init__(
        self, people: "People", hasher: PasswordHasher | None = None, turns: Turns | None = None
    ) -> None:
        """Take the hasher's parameters as today's; older hashes are renewed at sign-in."""
        self._people = people
        self._turns = turns or Turns()
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash("no password has this hash")

    def hashed(self, password: str) -> str:
        """The hash to keep of a new password.

        Raises:
            BadInput: when it is too short or far too long.
            Busy: when too many others are at it.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise BadInput(
                f"password: {len(password)} characters; use {SHORTEST} or more, "
                f"and at most {LONGEST}"
            )
        with self._turns.turn():
            return self._hasher.hash(_bytes(password))

    def set(self, person: str, password: str, now: "datetime") -> None:
        """Give somebody a new password; sessions and tokens end. Pages go by way of the gate."""
        self._people.set_password(person, self.hashed(password), now)

    def verify(self, person: str | None, password: str) -> bool:
        """Whether it is the person's password; for nobody, the same work and False.

        Raises:
            Busy: when too many others are at it.
        """
        held = None if person is None else self._people.credentials(person)
        hashed = held.password if held is not None else ""
        with self._turns.turn():
            right = self._fits(hashed or self._nobodys, password)
            renewed = right and bool(hashed) and self._hasher.check_needs_rehash(hashed)
            newer = self._hasher.hash(_bytes(password)) if renewed else ""
        if person is None or not hashed or not right:
            return False
        if newer:
            self._people.rehash(person, hashed, newer)
        return True

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, _bytes(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
