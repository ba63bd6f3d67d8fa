"""Short texts that only this installation can read, and only for the purpose they were made for."""

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class Sealer:
    """Encrypts and authenticates with a key derived from the installation's secret."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=f"lifecycle {purpose}".encode())
        self._fernet = Fernet(urlsafe_b64encode(derived.derive(secret)))

    def seal(self, text: str, now: "datetime") -> str:
        """The text, unreadable and marked with when it was sealed."""
        return self._fernet.encrypt_at_time(text.encode(), int(now.timestamp())).decode()

    def open(self, sealed: str, now: "datetime", ttl: "timedelta | None" = None) -> str | None:
        """The text again; None when it is not ours, was changed, or is older than `ttl`."""
        try:
            if ttl is None:
                return self._fernet.decrypt(sealed.encode()).decode()
            at, seconds = int(now.timestamp()), int(ttl.total_seconds())
            return self._fernet.decrypt_at_time(sealed.encode(), seconds, at).decode()
        except (InvalidToken, UnicodeError):
            return None
