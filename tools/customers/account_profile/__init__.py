"""What a person wants to see first of an account."""

from tools.customers.account_profile.profile import PAUSED, AccountProfile, portraits

__all__ = ["PAUSED", "AccountProfile", "portraits"]
