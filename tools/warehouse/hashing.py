"""Keyed hashes of a whole column: HMAC-SHA-256 written in SQL, the same as Python's `hmac`.

The key stands in a relation and in no query, so that no error message can repeat it.
"""

from hashlib import sha256
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from tools.warehouse.engine import DuckEngine

BLOCK = 64
PADS = pa.schema([("inner_pad", pa.string()), ("outer_pad", pa.string())])


def put_key(engine: "DuckEngine", secret: bytes) -> None:
    """Make `hash_key`, the one row that `keyed` reads as `s`."""
    key = (sha256(secret).digest() if len(secret) > BLOCK else secret).ljust(BLOCK, b"\0")
    pads = [[bytes(byte ^ pad for byte in key).hex()] for pad in (0x36, 0x5C)]
    engine.put("hash_key", pa.table(pads, schema=PADS))


def keyed(text: str) -> str:
    """SQL of the keyed hash of an SQL text, in a query that joins `hash_key AS s`."""
    inner = f"SHA256(UNHEX(s.inner_pad) || ENCODE({text}))"
    return f"SHA256(UNHEX(s.outer_pad) || UNHEX({inner}))"
