"""What a person wants to see first of an account."""

from tools.customers.portraits.portraits import PAUSED, Portrait, portraits

__all__ = ["PAUSED", "Portrait", "portraits"]
