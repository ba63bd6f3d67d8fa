"""The CSM's list: whom to call, why now, what it is worth, and whom to leave alone."""

from tools.reports.accounts.accounts import (
    make_accounts,
    make_base,
    make_lines,
    read_list,
    reasons_of,
)
from tools.reports.accounts.given import POOL, Asked, Terms
from tools.reports.accounts.model import AccountList, Care, Line

__all__ = [
    "POOL", "AccountList", "Asked", "Care", "Line", "Terms", "make_accounts", "make_base",
    "make_lines", "read_list", "reasons_of",
]  # fmt: skip
