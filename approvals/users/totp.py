"""Codes from an authenticator app: one step early or late is fine, twice is not."""

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp

from approvals.users.sealing import Sealer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tools.store.people import People, Person

STEP_SECONDS = 30
WINDOW = 1
OFFERED = timedelta(minutes=10)
_ISSUER = "Lifecycle Agent"


class Totp:
    """Enrols and checks authenticator apps; a secret is kept sealed, for one person only."""

    def __init__(self, people: "People", secret: bytes, clock: "Callable[[], datetime]") -> None:
        self._people = people
        self._sealer = Sealer(secret, "totp")
        self._offers = Sealer(secret, "totp offered")
        self._clock = clock

    def enrol(self, person: "Person", secret: str, code: str) -> bool:
        """Keep a secret once its first code proves that the app has it."""
        proved = self.proved(person.id, secret, code)
        if proved is not None:
            self._people.set_totp(person.id, *proved)
        return proved is not None

    def proved(self, person: str, secret: str, code: str) -> tuple[str, int] | None:
        """What to keep of a secret whose first code is right: sealed, with the step used up."""
        now = self._clock()
        step = matching_step(secret, code, now)
        return None if step is None else (self._sealer.seal(f"{person} {secret}", now), step)

    def offered(self, person: str, secret: str) -> str:
        """A secret that nobody has proved yet, for the page to bring back; we keep nothing."""
        return self._offers.seal(f"{person} {secret}", self._clock())

    def offer(self, person: str, sealed: str) -> str | None:
        """The secret that was offered to this person within the last minutes."""
        opened = self._offers.open(sealed, self._clock(), OFFERED)
        owner, _, secret = (opened or "").partition(" ")
        return secret if owner == person else None

    def verify(self, person: str, code: str) -> bool:
        """Whether the code is right now and was not used before; it is used up by asking."""
        now, held = self._clock(), self._people.credentials(person)
        opened = None if held is None else self._sealer.open(held.totp, now)
        owner, _, secret = (opened or "").partition(" ")
        if owner != person:  # a sealed secret copied from another row is worth nothing
            return False
        step = matching_step(secret, code, now)
        return step is not None and self._people.use_step(person, step)


def new_secret() -> str:
    """A random secret for an authenticator app."""
    return pyotp.random_base32()


def enrolment_uri(person: "Person", secret: str) -> str:
    """The otpauth:// address that an authenticator app reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.mailbox, issuer_name=_ISSUER)


def matching_step(secret: str, code: str, now: "datetime") -> int | None:
    """The step, one early or late at most, whose code this is."""
    given = code.replace(" ", "").encode("utf-8", "surrogatepass")
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - WINDOW, current + WINDOW + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), given):
            return step
    return None
