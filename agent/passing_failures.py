"""Which failures pass by themselves: no file handle left, a lock, a full memory or disk.

What failed in passing is tried again and decides nothing; what would fail again says so for good.
"""

import duckdb
import pyarrow as pa
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

PASSING = (
    OSError, MemoryError, duckdb.IOException, duckdb.OutOfMemoryException, pa.ArrowMemoryError,
    OperationalError, PoolTimeout,
)  # fmt: skip


def is_passing(error: BaseException) -> bool:
    """Whether an error, or what it came from, may be gone a moment later."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, PASSING):
            return True
        seen = seen.__cause__
    return False
