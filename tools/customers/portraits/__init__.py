"""What a person wants to see first of an account."""

from tools.customers.portraits.portraits import Portrait, portraits

__all__ = ["Portrait", "portraits"]
