"""Everything sign-in needs, wired once: people, settings, the clock and the limits."""

from typing import TYPE_CHECKING

from approvals.users.limits import Limiter
from approvals.users.oidc import Provider, SignInRefused
from approvals.users.passwords import Passwords
from approvals.users.sessions import Sessions
from approvals.users.tickets import Tickets
from approvals.users.tokens import ApiTokens
from approvals.users.totp import Totp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from argon2 import PasswordHasher

    from approvals.users.oidc import Claims
    from approvals.users.settings import AuthSettings
    from tools.store.people import People, Person

CALLBACK = "/login/oidc/callback"


class Auth:
    """Says who somebody is; what they may do is in `who`."""

    def __init__(
        self,
        people: "People",
        settings: "AuthSettings",
        clock: "Callable[[], datetime]",
        hasher: "PasswordHasher | None" = None,
    ) -> None:
        """Wire the parts; `hasher` sets the cost of passwords."""
        self.people = people
        self.settings = settings
        self.clock = clock
        self.limiter = Limiter(settings.rates, clock)
        self.passwords = Passwords(people, hasher)
        self.totp = Totp(people, settings.secret, clock)
        self.sessions = Sessions(people, settings, clock)
        self.tokens = ApiTokens(people, clock)
        self.tickets = Tickets(settings.ticket, clock)
        self.provider = _provider(settings)

    def by_password(self, mailbox: str, password: str, code: str, address: str) -> "Person | None":
        """Who this is; None without saying whether mailbox, password or code was wrong.

        Raises:
            TooMany: when this mailbox or network address tried too often.
        """
        self.limiter.take("address", address)
        found = self.people.by_mailbox(mailbox)
        person = found if found is not None and found.active else None
        key = found.mailbox if found is not None else mailbox.strip().casefold()[:200]
        self.limiter.take("mailbox", key)
        right = self.passwords.verify(None if person is None else person.id, password)
        if person is None or not right:
            return None
        if person.totp and not self.totp.verify(person.id, code):
            return None
        self.limiter.forget("mailbox", key)
        return person

    def by_claims(self, claims: "Claims") -> "Person":
        """Who a provider's claims belong to: somebody linked, or known by verified mailbox.

        Raises:
            Refused: when nobody here has that mailbox, or it is tied to another account.
        """
        person = self.people.by_subject(claims.subject) or self._link(claims)
        if not person.active:
            raise SignInRefused(
                f"{person.mailbox} may not sign in here any more; ask an administrator"
            )
        return person

    def by_ticket(self, ticket: str) -> "Person | None":
        """Who a one-time link was made for; it is used up by asking."""
        redeemed = self.tickets.redeem(ticket)
        person = None if redeemed is None else self.people.by_id(redeemed)
        return person if person is not None and person.active else None

    def sign_in_link(self, person: str) -> str:
        """A link that signs somebody in once, for whoever reads our terminal."""
        return f"{self.settings.origin}/signin/{self.tickets.issue(person)}"

    def _link(self, claims: "Claims") -> "Person":
        person = self.people.by_mailbox(claims.mailbox)
        if person is None:
            raise SignInRefused(
                f"{claims.mailbox} is not known here; ask an administrator to add it"
            )
        if person.active and not self.people.link(person.id, claims.subject):
            raise SignInRefused(
                f"{person.mailbox} is tied to another account; ask an administrator"
            )
        return person


def _provider(settings: "AuthSettings") -> Provider | None:
    if settings.oidc is None:
        return None
    return Provider(settings.oidc, f"{settings.origin}{CALLBACK}", settings.secret)
