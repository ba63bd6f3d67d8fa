"""The token in an unsubscribe link: it says whose wish it is without saying the address.

It never expires: the right to be left alone does not either.
"""

import base64
import hmac
import json
import re
from dataclasses import dataclass
from hashlib import sha256

from tools.errors import BadInput

_ADDRESS_KEY = re.compile(r"[0-9a-f]{64}")
_PURPOSE = b"unsubscribe.v1."  # so that no other text signed with this secret passes for a token
LONGEST_TOKEN = 4096


@dataclass(frozen=True)
class Unsubscribe:
    """Somebody does not want to be reached; `channel` may be `*` for any."""

    address_key: str
    channel: str
    contact_id: str | None


def unsubscribe_token(
    secret: bytes, address_key: str, channel: str, contact_id: str | None = None
) -> str:
    """A token that can stand in a link; `address_key` is the suppression key of the address.

    Raises:
        BadInput: when the key is not such a key, so that no plain address slips in.
    """
    if not _ADDRESS_KEY.fullmatch(address_key):
        raise BadInput("unsubscribe: give the suppression key of the address, 64 hex digits")
    claims = json.dumps([address_key, channel, contact_id], separators=(",", ":"))
    body = _to_text(claims.encode())
    token = f"{body}.{_signature(secret, body)}"
    if len(token) > LONGEST_TOKEN:
        raise BadInput("unsubscribe: the contact or the channel is too long for a link")
    return token


def read_unsubscribe(secret: bytes, token: str) -> Unsubscribe:
    """Whose wish a token is.

    Raises:
        BadInput: when we did not write it.
    """
    body, _, signature = token.partition(".")
    genuine = len(token) <= LONGEST_TOKEN and token.isascii()
    if not genuine or not hmac.compare_digest(_signature(secret, body), signature):
        raise BadInput("unsubscribe: this link is not one of ours; use the one in the message")
    claims: list[str] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    address_key, channel, contact_id = claims
    return Unsubscribe(address_key, channel, contact_id)


def _signature(secret: bytes, body: str) -> str:
    if not secret:
        raise BadInput("unsubscribe: the secret is empty; anybody could sign")
    return _to_text(hmac.digest(secret, _PURPOSE + body.encode(), sha256))


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
