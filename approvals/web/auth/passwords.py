"""Passwords: argon2id, and the same work whether or not somebody exists."""

import unicodedata
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tools.errors import BadInput

if TYPE_CHECKING:
    from tools.store.people import People

SHORTEST, LONGEST = 12, 1000


class Passwords:
    """Hashes and checks the passwords of people."""

    def __init__(self, people: "People", hasher: PasswordHasher | None = None) -> None:
        """Take the hasher's parameters as today's; older hashes are renewed at sign-in."""
        self._people = people
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash("no password has this hash")

    def hashed(self, password: str) -> str:
        """The hash to keep of a new password.

        Raises:
            BadInput: when it is too short or far too long.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise BadInput(
                f"password: {len(password)} characters; use {SHORTEST} or more, "
                f"and at most {LONGEST}"
            )
        return self._hasher.hash(_bytes(password))

    def set(self, person: str, password: str) -> None:
        """Give somebody a new password; their sessions end. The pages go by way of the gate."""
        self._people.set_password(person, self.hashed(password))

    def verify(self, person: str | None, password: str) -> bool:
        """Whether it is the person's password; for nobody, the same work and False."""
        held = None if person is None else self._people.credentials(person)
        hashed = held.password if held is not None else ""
        try:
            self._hasher.verify(hashed or self._nobodys, _bytes(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False
        if person is None or not hashed:
            return False
        if self._hasher.check_needs_rehash(hashed):
            self._people.rehash(person, hashed, self._hasher.hash(_bytes(password)))
        return True


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
