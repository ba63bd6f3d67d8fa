"""E-mail through a mail server: blind, because SMTP has no key.

Until the dot that ends the message is sent, a lost connection means that nothing was accepted.
From then on, only the server's answer tells; without it nobody can know.
"""

import re
import smtplib
import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal

from tools.channels.addresses import plain_address
from tools.channels.contract import Denied, NotNow, Receipt, Refused, Unsure
from tools.channels.deadline import deadline
from tools.channels.letter import compose_letter
from tools.channels.message import compose, message_id
from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.channels.contract import Delivery, Effect
    from tools.channels.letter import Letter
    from tools.channels.message import Sender

Security = Literal["none", "starttls", "tls"]
_DENIED = frozenset({530, 534, 535, 538})
_LINE_START_DOT = re.compile(rb"(?m)^\.")
_LOST = (OSError, smtplib.SMTPException)
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class SmtpChannel:
    """Sends one message per connection; `timeout` bounds the whole conversation."""

    effect: "Effect" = "blind"
    leaves = True

    def __init__(
        self,
        host: str,
        port: int,
        sender: "Sender",
        *,
        security: Security = "starttls",
        username: str | None = None,
        password: str | None = None,
        timeout: float = 30.0,
        name: str = "smtp",
        context: ssl.SSLContext | None = None,
    ) -> None:
        if username and security == "none" and host not in _HERE:
            raise BadInput(f"channel {name}: a password needs security starttls or tls")
        if bool(username) != bool(password):
            raise BadInput(f"channel {name}: give both a username and a password, or neither")
        self.name = name
        self._host, self._port, self._sender = host, port, sender
        self._security, self._timeout = security, timeout
        self._username, self._password = username, password
        self._context = context

    def __repr__(self) -> str:
        return f"SmtpChannel({self._host!r}, {self._port}, security={self._security!r})"

    def deliver(self, delivery: "Delivery") -> Receipt:
        """Hand one message to the server, for one recipient.

        Raises:
            Refused: when there is no such message, or the server will never take it.
            NotNow: when the server was not reached or asks to come back.
            Denied: when it does not accept our credential.
            Unsure: when it was cut off after it had the whole message.
        """
        recipient = plain_address(delivery.recipient, "recipient")
        return self._mail(delivery.key, recipient, compose(delivery, self._sender))

    def post(self, letter: "Letter") -> Receipt:
        """Hand over a letter to one of our own people; raises what `deliver` raises."""
        recipient = plain_address(letter.recipient, "recipient")
        return self._mail(letter.key, recipient, compose_letter(letter, self._sender))

    def _mail(self, key: str, recipient: str, content: bytes) -> Receipt:
        with self._session() as session:
            try:
                self._offer(session, recipient, content)
            except _LOST as error:
                raise self._unreached(error) from error
            self._finish(session)
        return Receipt(message_id(key, self._sender))

    def find(self, key: str) -> Receipt | None:  # noqa: ARG002 - SMTP cannot be asked
        """Nothing: a mail server cannot be asked."""
        return None

    @contextmanager
    def _session(self) -> "Iterator[smtplib.SMTP]":
        with deadline(self._timeout) as watch:
            try:
                session = self._connect()
                if session.sock is not None:
                    watch(session.sock)
            except (*_LOST, ValueError) as error:
                raise self._unreached(error) from error
            try:
                self._log_in(session)
                yield session
                with suppress(*_LOST):
                    session.quit()
            finally:
                session.close()

    def _connect(self) -> smtplib.SMTP:
        # Our own domain as EHLO name: asking the machine for its name is slow and tells it.
        who = self._sender.domain
        if self._security == "tls":
            context = self._tls()
            return smtplib.SMTP_SSL(
                self._host, self._port, who, timeout=self._timeout, context=context
            )
        return smtplib.SMTP(self._host, self._port, who, timeout=self._timeout)

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _log_in(self, session: smtplib.SMTP) -> None:
        try:
            if self._security == "starttls":
                session.starttls(context=self._tls())
            session.ehlo_or_helo_if_needed()
        except (*_LOST, ValueError) as error:
            raise self._unreached(error) from error
        if not self._username or not self._password:
            return
        try:
            session.login(self._username, self._password)
        except smtplib.SMTPAuthenticationError as error:
            # Its text may repeat the password.
            raise self._not_logged_in(error.smtp_code) from None
        except (*_LOST, ValueError) as error:
            raise NotNow(f"channel {self.name}: no login ({type(error).__name__})") from None

    def _offer(self, session: smtplib.SMTP, recipient: str, content: bytes) -> None:
        size = [f"size={len(content)}"] if session.has_extn("size") else []
        self._expect(session.mail(self._sender_address(), size), "the sender")
        self._expect(session.rcpt(recipient), "the recipient")
        session.putcmd("data")
        self._expect(session.getreply(), "the message", 354)
        session.send(_LINE_START_DOT.sub(b"..", content))

    def _finish(self, session: smtplib.SMTP) -> None:
        try:
            session.send(b".\r\n")
            code, text = session.getreply()
        except _LOST as error:
            raise Unsure(
                f"channel {self.name}: cut off after the whole message was sent"
                f" ({type(error).__name__})"
            ) from error
        if not 400 <= code <= 599 and code != 250:
            raise Unsure(f"channel {self.name}: answered {code} to the whole message")
        self._expect((code, text), "the message")

    def _sender_address(self) -> str:
        return plain_address(self._sender.address, "sender")

    def _expect(self, reply: tuple[int, bytes], what: str, wanted: int = 250) -> None:
        code, _ = reply
        if code == wanted or (what == "the recipient" and code == 251):
            return
        if code in _DENIED:
            raise self._denied(code)
        # The server's words are left out: they repeat the address.
        said = f"channel {self.name}: the server answered {code} to {what}"
        raise Refused(said) if 500 <= code <= 599 else NotNow(said)

    def _not_logged_in(self, code: int) -> NotNow:
        if 400 <= code <= 499:
            return NotNow(f"channel {self.name}: the server cannot check our login now ({code})")
        return self._denied(code)

    def _denied(self, code: int) -> Denied:
        return Denied(
            f"channel {self.name}: the mail server does not accept our login ({code});"
            " check the username and the password"
        )

    def _unreached(self, error: Exception) -> NotNow:
        return NotNow(f"channel {self.name}: no mail server ({type(error).__name__})")
